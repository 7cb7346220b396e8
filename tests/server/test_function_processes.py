"""Where functions run on a server: authors' in processes that know nothing of it."""

import logging
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from django.db import OperationalError, connection

from connector_kit.extension.bodies import RawCall
from connector_kit.lifecycle import LifecycleError
from connector_kit.models import Connector
from connector_kit.server import stack
from connector_kit.server.stack import FunctionProcesses
from tests.waiting import wait_for

CONNECTOR_ID = "64a1f0c2b3d4e5f6071828ff"
PLACE = "tests.server.looking_around:LookingAround"

pytestmark = pytest.mark.django_db


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[FunctionProcesses]:
    monkeypatch.setenv("CONNECTOR_KIT_TOKEN", "planted-secret")
    monkeypatch.setenv("SECRET_KEY", "planted-secret")
    Connector.objects.create(slug="looking", connector_id=CONNECTOR_ID, class_path=PLACE)
    functions = FunctionProcesses()
    yield functions
    functions.close()


def call(functions: FunctionProcesses, connector_id: str = CONNECTOR_ID) -> Any:
    options = {"data": [], "errors": [], "bearerToken": "one-time"}
    body = {
        "_connectorId": connector_id,
        "type": "hook",
        "function": "look_around",
        "options": options,
    }
    answer = functions(RawCall(orjson.dumps(body), "id", None, time.monotonic()))
    told = orjson.loads(answer.body)
    return told["data"][0] if answer.status == 200 else told["errors"][0]


def test_a_function_finds_no_secret_and_no_database(functions: FunctionProcesses) -> None:
    assert call(functions) == {
        "environment": [],
        "database": "ImproperlyConfigured",
        "settings": "ImproperlyConfigured",
    }


def test_a_publisher_can_let_functions_use_the_database(
    functions: FunctionProcesses, settings: Any
) -> None:
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "functions_may_use_database": "1"}
    allowed = FunctionProcesses()

    found = call(allowed)
    allowed.close()

    assert found["settings"] == "planted-secret"
    assert found["database"] != "ImproperlyConfigured"


class _LostDatabase:
    def __call__(self, *_: Any) -> Any:
        raise OperationalError('connection to server at "db.internal" (10.0.0.7), port 5432 failed')


def test_a_function_in_memory_needs_no_database(
    functions: FunctionProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(functions._whereabouts._connectors, "_seconds", 0.0)
    before = call(functions)

    with connection.execute_wrapper(_LostDatabase()):
        time.sleep(1.1)  # an author's process remembers for a second
        after = call(functions)

    assert after == before


def test_a_lost_database_is_told_without_its_address(
    functions: FunctionProcesses, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), connection.execute_wrapper(_LostDatabase()):
        refused = call(functions)

    assert refused["code"] == "server_unavailable"
    assert "db.internal" not in refused["message"]
    assert "5432" not in refused["message"]
    assert "db.internal" in caplog.text


def test_functions_of_settings_run_in_processes_of_their_own(functions: FunctionProcesses) -> None:
    [[pid, label]] = functions.call_for_page(PLACE, "who.options", {"_integrationId": "a"})

    assert (int(pid) == os.getpid(), label) == (False, "Here")
    assert functions.call_for_page(
        PLACE, "short.validate", {"value": "long", "values": {"short": "long"}}
    ) == ["Too long"]


def test_a_slow_function_of_a_setting_takes_neither_the_server_nor_other_customers_turn(
    functions: FunctionProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions.call_for_page(PLACE, "who.options", {})
    monkeypatch.setattr(stack, "PAGE_SECONDS", 2.0)

    def press() -> str:
        try:
            functions.call_for_page(PLACE, "slow.options", {"_integrationId": "a"})
        except LifecycleError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(press)
        wait_for(lambda: "a" in stack._asking)
        others = [press() for _ in range(35)]
        is_first_running = not first.done()

    assert (others, is_first_running) == (["server_busy"] * 35, True)
    assert first.result() == "function_timeout"


def test_nobody_names_a_class_to_be_loaded(functions: FunctionProcesses) -> None:
    refused = call(functions, connector_id=f"guess:{PLACE}")

    assert refused["code"] in {"invalid_field", "server_unavailable"}  # of the kit's own
