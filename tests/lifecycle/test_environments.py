"""Older accounts say of every document whether it is in the sandbox; today's have environments."""

import pytest

from connector_kit.blueprint import CompiledComponent
from connector_kit.integrator import Client
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.tags import ConnectorTag

EXPORT = CompiledComponent("orders", "exports", {"name": "Orders"})


@pytest.mark.parametrize("answered", [{"sandbox": True}, {"sandbox": False}, {}], ids=str)
def test_a_document_says_where_it_is_only_if_the_account_does(answered):
    tag = ConnectorTag("connector", "integration")
    with Client("x" * 32) as client:
        sent = Account(client, tag, "integration", answered).envelope(EXPORT)

    assert {key: value for key, value in sent.items() if key == "sandbox"} == answered
