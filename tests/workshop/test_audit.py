"""An audit finds what is wrong in an account, whether the platform keeps external ids or not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from connector_kit import Connection, Connector, Export, Import
from connector_kit.blueprint import compile_connector
from connector_kit.documents import Document, resolve
from workshop.audit import Findings, audit
from workshop.customers import Customer

CONNECTOR, STACK, HOME = "64a1f0c2b3d4000000000001", "64a1f0c2b3d4000000000002", "home"


class Shop(Connector):
    name = "Shop"
    version = "1.0.0"

    shop = Connection("Shop", type="http", http={"baseURI": "https://x.test", "mediaType": "json"})
    orders = Export("Orders", connection=shop, http={"relativeURI": "/orders", "method": "GET"})
    refunds = Export("Refunds", connection=shop, http={"relativeURI": "/r", "method": "GET"})
    save = Import("Save", connection=shop, http={"relativeURI": ["/save"], "method": ["POST"]})


BLUEPRINT = compile_connector(Shop)
Account = dict[str, list[Document]]


class Held(Customer):
    """A customer whose account is made up here."""

    def __init__(self, account: Account) -> None:
        super().__init__("http://nowhere.test", "token", integration_id=HOME)
        self.account = account

    def integration(self) -> Document:
        return {"_id": HOME, "version": "1.0.0"}

    def documents(self, resource: str) -> list[Document]:
        return self.account.get(resource, [])


@pytest.fixture(params=["imports and connections", "everything"])
def account(request: pytest.FixtureRequest) -> Account:
    """An account as it ought to be, with external ids of some types or of all."""
    ids = {item.external_id: f"id of {item.external_id}" for item in BLUEPRINT.components}
    found: Account = {}
    for item in BLUEPRINT.components:
        is_named = request.param == "everything" or item.resource in {"connections", "imports"}
        found.setdefault(item.resource, []).append(
            {
                **resolve(item.document, ids),
                **({"externalId": item.external_id} if is_named else {}),
                "_id": ids[item.external_id],
                "_connectorId": CONNECTOR,
                "_integrationId": HOME,
            }
        )
    return found


def found_in(account: Account) -> Findings:
    return audit([Held(account)], BLUEPRINT, CONNECTOR, STACK)


def test_an_account_as_it_ought_to_be_is_good(account: Account) -> None:
    assert found_in(account).is_good


def test_a_second_document_of_a_component_is_a_duplicate(account: Account) -> None:
    account["exports"].append({**deepcopy(account["exports"][0]), "_id": "another"})

    assert found_in(account).duplicates == 1


def test_a_component_that_is_gone_is_missing(account: Account) -> None:
    del account["exports"][1]

    assert found_in(account).missing == 1


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [({"http": {"relativeURI": "/other"}}, 1), ({"_connectionId": "id of orders"}, 1), ({}, 0)],
    ids=["value", "reference", "nothing"],
)
def test_what_is_not_as_declared_is_wrong(account: Account, changed: Any, wrong: int) -> None:
    account["exports"][0] |= changed

    assert found_in(account).wrong_fields == wrong


def test_a_component_without_its_tag_is_found(account: Account) -> None:
    del account["exports"][0]["_connectorId"]

    assert (found_in(account).untagged, found_in(account).missing) == (1, 1)
