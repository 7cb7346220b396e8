"""Machines that disagree about the time by minutes, with PostgreSQL as the one clock they share."""

import time
from collections import deque
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.chaos.commerce import FRAMEWORKS, Commerce
from tests.rotation import one_a_day
from workshop.chaos import Killer
from workshop.field import Field
from workshop.postgresql import postgresql
from workshop.services import Services

pytestmark = pytest.mark.chaos

ACCOUNTS = 20

IMPATIENT = {
    "CONNECTOR_KIT_LEASE_SECONDS": "10",
    "CONNECTOR_KIT_PUSH_TIMEOUT_SECONDS": "30",
    "CONNECTOR_KIT_CLAIM_SECONDS": "10",
}

APART = [
    {"web": "-7m", "worker-1": "+11m", "worker-2": "-40s", "beat": "+3m"},
    {"web": "+9m", "worker-1": "-5m", "worker-2": "+2m", "beat": "-1h"},
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """The address of a PostgreSQL whose clock is right."""
    with postgresql(tmp_path / "postgresql") as address:
        yield address


@pytest.mark.parametrize(("framework", "clocks"), one_a_day([*product(FRAMEWORKS, APART)]))
def test_a_rollout_goes_as_if_all_clocks_were_right(
    tmp_path: Path, database: str, framework: int, clocks: dict[str, str]
) -> None:
    commerce = Commerce.declared(framework, tmp_path)
    settings = {**IMPATIENT, "DATABASE_URL": database}
    with Services(
        tmp_path / "services",
        accounts=ACCOUNTS,
        settings=settings,
        worker_count=2,
        clocks=clocks,
    ) as services:
        field = Field.start(services, framework)
        field.publish(commerce.first)
        field.grant_licenses()
        deque(field.install_everywhere(), maxlen=0)
        field.publish(commerce.second)
        began = time.monotonic()

        with Killer(field.workers, every=4, greeting=b"Connected to") as workers:
            outcome = field.roll_out("--wave", "4", "--wave", "rest", "--window", "8")

        findings = field.audit(commerce.second)
        assert outcome == 0
        assert workers.kills >= 1
        assert findings.is_good, findings
        assert findings.at_target_version == ACCOUNTS
        assert time.monotonic() - began < 120, "a lease was waited for by a clock that is wrong"
