"""Embedded deployments by real workers, which are killed, while the platform fails."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from examples.embedded.applications import running
from tests.chaos.commerce import ACCOUNTS_IN_TURN, declared_in, name_of_account
from tests.embedded.fixtures import FIRST, SECOND
from tests.embedded.shop import PASSWORD, TOKEN, credentials_for
from workshop.chaos import ALL_FAULTS, Killer, behave, misbehave
from workshop.services import Services

pytestmark = pytest.mark.chaos

END_USERS = 8
IMPATIENT = {
    "CONNECTOR_KIT_LEASE_SECONDS": "10",
    "CONNECTOR_KIT_PUSH_TIMEOUT_SECONDS": "20",
    "CONNECTOR_KIT_CLAIM_SECONDS": "10",
}
SECONDS = 400


@pytest.fixture(params=ACCOUNTS_IN_TURN, ids=name_of_account)
def options(request: pytest.FixtureRequest) -> tuple[int, tuple[str, ...]]:
    """The framework, and the sandbox's options."""
    chosen: tuple[int, tuple[str, ...]] = request.param
    return chosen


@pytest.fixture
def services(tmp_path: Path, options: tuple[int, tuple[str, ...]]) -> Iterator[Services]:
    """Everything runs, and the sandbox's first customer is the product's own account."""
    _, sandbox_options = options
    with Services(
        tmp_path, accounts=1, sandbox_options=sandbox_options, settings=IMPATIENT
    ) as services:
        services.start_sandbox()
        services.start_redis()
        services.migrate()
        services.start_web()
        services.start_workers()
        token = services.sandbox.accounts[0]["token"]
        services.run("embedded", "account", "add", "product", stdin=token)
        yield services


@pytest.fixture
def released(options: tuple[int, tuple[str, ...]], tmp_path: Path) -> list[str]:
    framework, _ = options
    return [declared_in(framework, version, tmp_path) for version in (FIRST, SECOND)]


def test_every_end_user_gets_each_version_exactly_once(
    services: Services, released: list[str]
) -> None:
    first, second = released
    services.run("embedded", "release", first)
    victims = [services.running[name] for name in ("worker-1-long", "worker-1")]
    with (
        running() as address,
        Killer(lambda: victims, every=6, at_most=5, greeting=b" ready.") as killer,
    ):
        misbehave(services.sandbox, rate=0.05, kinds=ALL_FAULTS, seed=3)
        deploy_all(services, json.dumps(credentials_for(address)))
        wait_for(services, "1.0.0")
        services.run("embedded", "release", second)
        done = services.run("rollout", "start", "--wave", "rest", "--watch", check=False)
        behave(services.sandbox)

        assert done.returncode == 0, done.stdout
        assert killer.kills >= 1
        assert versions(services) == {"1.1.0": END_USERS}
        assert components_of(services) == {6}
        exported = services.run("embedded", "run-export", "user-3", "new_orders", "--json")
        assert json.loads(exported.stdout) == {"records": [{"number": 1, "status": "paid"}]}
    logs = "".join(service.log.read_text() for service in services.running.values())
    secrets = (PASSWORD, TOKEN, services.sandbox.accounts[0]["token"])
    started = services.running["sandbox"].log.read_text()
    assert [secret for secret in secrets if secret in logs.replace(started, "")] == []


def deploy_all(services: Services, credentials: str) -> None:
    """Collect everybody's credentials; workers do the rest. A failure is answered by a repeat."""
    for number in range(END_USERS):
        words = ("deploy", f"user-{number}", "--credentials", "-", "--later", "--no-ping")
        for _ in range(10):
            done = services.run("embedded", *words, stdin=credentials, check=False)
            if done.returncode == 0:
                break
        assert done.returncode == 0, done.stderr


def wait_for(services: Services, version: str) -> None:
    end = time.monotonic() + SECONDS
    while versions(services) != {version: END_USERS}:
        assert time.monotonic() < end, versions(services)
        time.sleep(1)


def versions(services: Services) -> Counter[str]:
    listed = json.loads(services.run("embedded", "list", "--json").stdout)
    return Counter(deployment["version"] for deployment in listed["deployments"])


def components_of(services: Services) -> set[int]:
    """How many components deployments have in the account; fails when one is there twice.

    Which they are is told by their names, and whose by their integration; each lookup, import, and
    flow says that of itself, also where the platform keeps no external ids.
    """
    account = services.sandbox.accounts[0]
    url = f"{services.sandbox.control_url}/accounts/{account['account_id']}/documents"
    found: dict[str, list[dict[str, Any]]] = requests.get(url, timeout=30).json()
    assert len(found["integrations"]) == END_USERS
    marks = Counter(
        (document["_integrationId"], resource, document["name"])
        for resource in ("connections", "exports", "imports", "flows")
        for document in found[resource]
    )
    assert set(marks.values()) == {1}, marks
    return set(Counter(integration for integration, *_ in marks).values())
