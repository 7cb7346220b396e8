"""A call sees its own bytes, none of the server's secrets, and leaves nobody behind."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from connector_kit.extension.answers import Answer
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.isolation import Limits, Processes
from connector_kit.extension.isolation.buffers import KEPT
from tests.extension.prying import CONNECTOR_ID
from tests.waiting import wait_for

SECRETS = {
    "CONNECTOR_KIT_TOKEN": "planted-secret-token",
    "SECRET_KEY": "planted-secret-key",
    "CONNECTOR_KIT_ENCRYPTION_KEYS": "planted-secret-encryption",
    "DATABASE_URL": "postgresql://kit:planted-secret-database@db/kit",
    "REDIS_URL": "redis://:planted-secret-redis@redis",
    "CONNECTOR_KIT_WEBHOOK_SECRETS": "planted-secret-webhook",
    "EMAIL_URL": "smtp://kit:planted-secret-mail@mail",
    "CONNECTOR_KIT_SYSTEM_TOKEN": "planted-secret-system",
    "PGPASSWORD": "planted-secret-pg",
}
LIMITS = Limits(calls=6, seconds=30.0, memory_mb=256, processes=8)
SIZES = {"small": 10, "of a page": 60_000, "larger than a buffer": KEPT + 10}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")


@pytest.fixture(scope="module")
def run() -> Iterator[Processes]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**SECRETS, "SHOP_REGION": "eu"}.items():
            patch.setenv(name, value)
        processes = Processes("tests.extension.prying:registry", LIMITS, named=("SHOP_*",))
    yield processes
    processes.close()


def call(function: str, token: str = "", **options: Any) -> RawCall:
    options = {"bearerToken": token, **options}
    body = {"_connectorId": CONNECTOR_ID, "type": "hook", "function": function, "options": options}
    return RawCall(orjson.dumps(body), "id", None, time.monotonic())


def told(answer: Answer) -> Any:
    body = orjson.loads(answer.body)
    return body if answer.status == 200 else body["errors"][0]["code"]


@contextmanager
def held(run: Processes, folder: Path, number: int, **options: Any) -> Iterator[None]:
    """Have as many calls as *number* run, each with a token, until the block ends."""
    end, begun = folder / "end", [folder / str(item) for item in range(number)]
    with ThreadPoolExecutor(number) as pool:
        calls = [
            call(
                "waits_for_a_file",
                f"one-time-11111{item}",
                begun=str(file),
                end=str(end),
                **options,
            )
            for item, file in enumerate(begun)
        ]
        running = [pool.submit(run, item) for item in calls]
        wait_for(lambda: all(file.exists() for file in begun))
        try:
            yield
        finally:
            end.touch()
    assert [item.result().status for item in running] == [200] * number


PRYING = ["tokens_in_open_files", "tokens_in_objects", "tokens_in_buffers"]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("function", PRYING)
def test_nothing_of_a_call_that_is_over_is_found(run: Processes, function: str, size: int) -> None:
    data = "x" * size
    for number in range(4):
        assert told(run(call("echo", f"one-time-00000{number}", data=data))) == data

    assert told(run(call(function))) == []


@pytest.mark.parametrize("function", PRYING)
def test_nothing_of_a_call_that_runs_is_found(
    run: Processes, tmp_path: Path, function: str
) -> None:
    with held(run, tmp_path, LIMITS.calls - 1, data="x" * 60_000):
        found = [told(run(call(function))) for _ in range(3)]

    assert found == [[], [], []]


def test_other_processes_of_the_server_cannot_be_read_or_signalled(
    run: Processes, tmp_path: Path
) -> None:
    with held(run, tmp_path, 1):
        others = [child.pid for child in psutil.Process().children(recursive=True)]
        bystander = subprocess.Popen(["sleep", "30"])
        others += [bystander.pid, os.getpid(), os.getppid()]
        own = told(run(call("pid")))
        readable = told(run(call("reads_other_processes", others=others)))
        signaled = told(run(call("signals", pid=bystander.pid)))
        bystander.kill()
        bystander.wait()

    assert [pid for pid in readable if pid != own] == []
    assert signaled == "refused"
    assert told(run(call("kills_its_parent"))) == "refused"


def test_no_secret_of_the_server_is_in_the_environment_of_a_function(run: Processes) -> None:
    assert told(run(call("secrets_in_environment"))) == []


def test_a_function_gets_the_variables_that_the_publisher_names(run: Processes) -> None:
    names = ["SHOP_REGION", "PATH", "DATABASE_URL"]

    found = told(run(call("variables", names=names)))

    assert found == {"SHOP_REGION": "eu", "PATH": os.environ["PATH"], "DATABASE_URL": None}


WAYS = {
    "forked": ("forks", {}, [0]),
    "forked into a session of their own": ("forks", {"away": True}, [0]),
    "programs": ("starts_programs", {}, "done"),
}


@pytest.mark.parametrize(("function", "options", "answer"), WAYS.values(), ids=WAYS.keys())
def test_children_do_not_outlive_the_call(
    run: Processes, tmp_path: Path, function: str, options: dict[str, Any], answer: Any
) -> None:
    file = tmp_path / "pids"

    said = told(run(call(function, file=str(file), times=3, **options)))

    assert said == answer or len(said) == 3
    _wait_for_the_end_of_all_in(file)
    assert told(run(call("echo", data=1))) == 1


def test_children_do_not_outlive_a_call_that_is_ended(tmp_path: Path) -> None:
    run = Processes("tests.extension.prying:registry", replace(LIMITS, seconds=1.5))
    file = tmp_path / "pids"

    said = told(run(call("forks_and_hangs", file=str(file), times=3, away=True)))
    _wait_for_the_end_of_all_in(file)
    after = told(run(call("echo", data=1)))
    run.close()

    assert (said, after) == ("function_timeout", 1)


def test_more_children_than_allowed_end_the_call_and_all_of_them(
    run: Processes, tmp_path: Path
) -> None:
    file = tmp_path / "pids"

    said = told(run(call("forks_and_hangs", file=str(file), times=300)))

    assert said == "too_many_processes"
    _wait_for_the_end_of_all_in(file)


def test_children_count_for_the_memory_of_their_call(run: Processes) -> None:
    assert told(run(call("shares_memory_with_children", times=6, mebibytes=100))) == "MemoryError"


def test_a_program_that_ends_in_time_is_welcome(run: Processes) -> None:
    assert told(run(call("runs_a_program"))) == 7


def test_a_process_can_be_had_for_every_call() -> None:
    run = Processes("tests.extension.prying:registry", Limits(calls=1, calls_per_process=1))

    pids = [told(run(call("pid"))) for _ in range(3)]
    run.close()

    assert len(set(pids)) == 3


def _wait_for_the_end_of_all_in(file: Path) -> None:
    pids = [int(line) for line in file.read_text().split()] if file.exists() else []
    wait_for(lambda: [pid for pid in pids if psutil.pid_exists(pid)], lambda left: not left)
