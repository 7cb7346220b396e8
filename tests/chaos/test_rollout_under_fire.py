"""A rollout over two hundred accounts while everything around it fails."""

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector_kit.adoption.loading import load_connector
from connector_kit.blueprint import compile_connector
from tests.chaos.commerce import IN_TURN, Commerce
from workshop.chaos import ALL_FAULTS, Killer, behave, misbehave
from workshop.edits import edit_as_customers_do
from workshop.field import Field
from workshop.services import Services

pytestmark = pytest.mark.chaos

ACCOUNTS = 200

IMPATIENT = {
    "CONNECTOR_KIT_LEASE_SECONDS": "10",
    "CONNECTOR_KIT_PUSH_TIMEOUT_SECONDS": "30",
    "CONNECTOR_KIT_CLAIM_SECONDS": "10",
}
"""Production waits minutes before it gives a silent process up; a test need not."""


@pytest.fixture(params=IN_TURN, ids="framework {}".format)
def commerce(request: pytest.FixtureRequest, tmp_path: Path) -> Commerce:
    return Commerce.declared(request.param, tmp_path)


@pytest.fixture
def field(tmp_path: Path, commerce: Commerce) -> Iterator[Field]:
    """Two hundred customers have 1.0.0, some changed things, and 1.1.0 is published."""
    with Services(tmp_path, accounts=ACCOUNTS, settings=IMPATIENT, worker_count=2) as services:
        field = Field.start(services, commerce.framework)
        field.publish(commerce.first)
        field.grant_licenses()
        deque(field.install_everywhere(), maxlen=0)
        edit_as_customers_do(
            field.customers,
            *(
                compile_connector(load_connector(name))
                for name in (commerce.first, commerce.second)
            ),
        )
        field.publish(commerce.second)
        yield field


def test_every_account_gets_the_new_version_exactly_once(field: Field, commerce: Commerce) -> None:
    services = field.services
    misbehave(services.sandbox, rate=0.1, kinds=ALL_FAULTS, seed=7)
    with (
        Killer(field.workers, every=4, greeting=b" ready.") as workers,
        Killer(lambda: [services.running["redis"]], every=9, at_most=1) as broker,
        Killer(lambda: [services.running["web"]], every=13, at_most=1) as web,
    ):
        outcome = field.roll_out("--wave", "5", "--wave", "25%", "--wave", "rest", "--window", "16")
    behave(services.sandbox)

    findings = field.audit(commerce.second)
    counters = services.sandbox.control("counters")
    print(json.dumps({"findings": str(findings), "kills": workers.kills, **counters}, default=str))
    assert outcome == 0
    assert (workers.kills >= 3, broker.kills, web.kills) == (True, 1, 1)
    assert findings.at_target_version == ACCOUNTS
    assert findings.is_good, findings
