"""Operators press everything at any moment, calls come twice, late or never: nobody is left over.

The audit asks the accounts alone: each has to be what an account is that installed its version
afresh, and nobody may be locked two minutes after the platform is well.
"""

import random
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.commerce import IN_TURN, Commerce
from tests.rotation import one_a_day
from workshop.field import Field
from workshop.services import Services
from workshop.yardstick import Contents, contents, differences

pytestmark = pytest.mark.chaos

ACCOUNTS, SECONDS_TO_UNLOCK = 12, 120

IMPATIENT = {
    "CONNECTOR_KIT_LEASE_SECONDS": "10",
    "CONNECTOR_KIT_PUSH_TIMEOUT_SECONDS": "15",
    "CONNECTOR_KIT_CLAIM_SECONDS": "10",
}
CALLS_GO_WRONG = {
    "stack_rate": 0.4,
    "stack_kinds": ["twice", "drop", "late", "lost_answer", "hang_up"],
    "stack_functions": ["update"],
    "stack_delay_seconds": 3,
}
CONTROLS = ("pause", "resume", "abort", "rollback", "retry", "unlock")


@pytest.fixture(params=IN_TURN, ids="framework {}".format)
def commerce(request: pytest.FixtureRequest, tmp_path: Path) -> Commerce:
    return Commerce.declared(request.param, tmp_path)


@pytest.fixture
def field(tmp_path: Path, commerce: Commerce) -> Iterator[Field]:
    """All customers but one have 1.0.0, and 1.1.0 is published."""
    with Services(tmp_path, accounts=ACCOUNTS + 1, settings=IMPATIENT) as services:
        field = Field.start(services, commerce.framework)
        field.publish(commerce.first)
        field.grant_licenses()
        spare = field.customers.pop()
        deque(field.install_everywhere(), maxlen=0)
        field.publish(commerce.second)
        field.customers.append(spare)
        yield field


@pytest.fixture
def yardsticks(field: Field) -> dict[str, Contents]:
    """What an account holds that installed a version afresh, by version."""
    services, spare = field.services, field.customers.pop()
    found = {"1.0.0": contents(field.customers[0])}
    services.run("release", "default", "1.1.0", "--yes")
    spare.install(field.connector_id)
    found["1.1.0"] = contents(spare)
    spare.uninstall()
    services.run("release", "default", "1.0.0", "--yes")
    return found


@pytest.mark.parametrize("seed", one_a_day([1, 2, 3]))
def test_whatever_operators_press_nobody_is_locked_or_half_updated(
    field: Field, yardsticks: dict[str, Contents], seed: int
) -> None:
    chance = random.Random(seed)
    services = field.services
    services.sandbox.control(
        "faults", {"rate": 0.04, "kinds": ["429", "500", "lost_answer"], **CALLS_GO_WRONG}
    )
    services.run("rollout", "start", field.slug, "--wave", "4", "--wave", "rest", "--window", "4")
    for _ in range(5):
        time.sleep(chance.uniform(0.5, 4))
        pressed = chance.choice(CONTROLS)
        done = services.run("rollout", pressed, check=False)
        print(f"{pressed}: {done.returncode} {(done.stderr or done.stdout)[:150]}")
    services.sandbox.control("faults", {"rate": 0})
    began = time.monotonic()

    while locked := _locked(field):
        assert time.monotonic() < began + SECONDS_TO_UNLOCK, _told(field, locked)
        time.sleep(1)

    services.run("rollout", "abort", check=False)
    services.sandbox.control("drain", {"timeout_seconds": 60})
    _settle(field)
    wrong = [
        found
        for customer in field.customers
        for found in differences(customer, yardsticks[customer.integration()["version"]])
    ]
    assert wrong == [], _told(field, wrong)


def test_a_dry_run_under_fire_changes_no_account(
    field: Field, yardsticks: dict[str, Contents]
) -> None:
    services = field.services
    services.sandbox.control("faults", {"rate": 0.1, "kinds": ["lost_answer"], **CALLS_GO_WRONG})

    services.run("plan", field.slug, "--all", "--release", "1.1.0", check=False)

    services.sandbox.control("faults", {"rate": 0})
    services.sandbox.control("drain", {"timeout_seconds": 60})
    assert [
        found
        for customer in field.customers
        for found in differences(customer, yardsticks["1.0.0"])
    ] == []


def test_a_release_that_is_refused_everywhere_hits_one_small_wave_and_locks_nobody(
    field: Field, yardsticks: dict[str, Contents]
) -> None:
    services = field.services
    components = "/v1/(scripts|imports|exports|flows|connections)"
    services.sandbox.control("faults", {"rate": 1, "kinds": ["422"], "paths": components})

    assert field.roll_out("--wave", "3", "--wave", "rest") != 0

    services.sandbox.control("drain", {"timeout_seconds": 60})
    assert _locked(field) == []
    assert len(_refused_accounts(field)) <= 3
    services.sandbox.control("faults", {"rate": 0})
    assert [
        found
        for customer in field.customers
        for found in differences(customer, yardsticks["1.0.0"])
    ] == []


def _refused_accounts(field: Field) -> set[str]:
    log = field.services.sandbox.control("log?limit=20000")
    return {entry["account_id"] for entry in log if entry.get("fault") == "422"}


def _locked(field: Field) -> list[str]:
    return [
        customer.email
        for customer in field.customers
        if customer.integration().get("updateInProgress")
    ]


def _settle(field: Field) -> None:
    """Wait until no push is on its way any more."""
    end = time.monotonic() + SECONDS_TO_UNLOCK
    while time.monotonic() < end and _locked(field):
        time.sleep(1)


def _told(field: Field, found: list[str]) -> str:
    status = field.services.run("rollout", "status", check=False).stdout
    return f"{found}\n{status}"
