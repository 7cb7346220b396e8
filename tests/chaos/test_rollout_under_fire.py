"""A rollout over two hundred accounts while everything around it fails."""

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector_kit.adoption.loading import load_connector
from connector_kit.blueprint import compile_connector
from tests.chaos.commerce import ACCOUNTS_IN_TURN, Commerce, name_of_account
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


@pytest.fixture(params=ACCOUNTS_IN_TURN, ids=name_of_account)
def options(request: pytest.FixtureRequest) -> tuple[int, tuple[str, ...]]:
    """The framework, and the sandbox's options."""
    chosen: tuple[int, tuple[str, ...]] = request.param
    return chosen


@pytest.fixture
def commerce(options: tuple[int, tuple[str, ...]], tmp_path: Path) -> Commerce:
    framework, _ = options
    return Commerce.declared(framework, tmp_path)


@pytest.fixture
def field(
    tmp_path: Path, commerce: Commerce, options: tuple[int, tuple[str, ...]]
) -> Iterator[Field]:
    """Two hundred customers have 1.0.0, some changed things, and 1.1.0 is published."""
    _, sandbox_options = options
    with Services(
        tmp_path,
        accounts=ACCOUNTS,
        sandbox_options=sandbox_options,
        settings=IMPATIENT,
        worker_count=2,
    ) as services:
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
