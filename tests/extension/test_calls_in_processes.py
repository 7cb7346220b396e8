"""Calls on their way to function processes and back, and what can go wrong with either."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from connector_kit.extension.answers import Answer
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.isolation import Limits, Processes, pool
from connector_kit.extension.isolation.asking import Answerer
from connector_kit.extension.isolation.buffers import KEPT, Buffer
from connector_kit.extension.isolation.children import ForkServer, FunctionProcess
from connector_kit.extension.isolation.messages import SMALL
from tests.extension.unruly import CONNECTOR_ID
from tests.waiting import wait_for

TARGET = "tests.extension.unruly:registry"

Start = Callable[..., Processes]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Processes] = []

    def start(
        target: str = TARGET,
        *,
        answerer: Answerer | None = None,
        otherwise: Processes | None = None,
        **limits: Any,
    ) -> Processes:
        limits = {"seconds": 20.0, "memory_mb": 0, **limits}
        processes = Processes(target, Limits(**limits), answerer=answerer, otherwise=otherwise)
        started.append(processes)
        return processes

    yield start
    for item in started:
        item.close()


def call(function: str, trace_id: str | None = None, **options: Any) -> RawCall:
    body = {"_connectorId": CONNECTOR_ID, "type": "hook", "function": function, "options": options}
    return RawCall(orjson.dumps(body), "id", trace_id, time.monotonic())


def told(answer: Answer) -> Any:
    body = orjson.loads(answer.body)
    return body if answer.status == 200 else body["errors"][0]["code"]


AROUND = {
    "what is sent along": SMALL,
    "what is written to a buffer": KEPT,
    "more than a buffer keeps": 2 * KEPT,
}


@pytest.mark.parametrize("size", AROUND.values(), ids=AROUND.keys())
def test_nothing_is_lost_whatever_the_size_of_a_call_and_of_its_answer(
    start: Start, size: int
) -> None:
    run = start()
    around = len(call("echo", data="").body) + len("id")

    for length in (size - around, size - around + 1, size - len('""'), size - len('""') + 1):
        data = f"{length}".ljust(length, ".")
        assert told(run(call("echo", data=data))) == data


def test_small_calls_between_large_ones_get_their_own_answers(start: Start) -> None:
    run = start(calls=1)

    for size in (10, KEPT + 10, 10, SMALL + 10, 10, 2 * KEPT, SMALL + 10):
        data = f"{size}".ljust(size, ".")
        assert told(run(call("echo", data=data))) == data


def test_ids_of_any_length_and_any_characters_travel(start: Start) -> None:
    run = start()

    in_header = run(call("echo", trace_id="\udcff" * 100_000, data=1))
    text = orjson.dumps({"_connectorId": CONNECTOR_ID, "type": "hook", "function": "echo"})
    body = text[:-1] + b',"options":{"data":1},"traceId":"' + b"\\ud800" * 1000 + b'"}'
    in_body = run(RawCall(body, "id", None, time.monotonic()))

    assert [told(in_header), told(in_body)] == [1, 1]


def test_a_process_that_died_idle_costs_no_call(start: Start) -> None:
    run = start()
    dead = told(run(call("dies_when_idle")))
    psutil.wait_procs([psutil.Process(dead)], timeout=60)

    assert told(run(call("pid"))) != dead


@pytest.mark.parametrize("mebibytes", [700, 20], ids=["at once", "little by little"])
def test_a_process_that_keeps_much_memory_is_let_go_after_its_call(
    start: Start, mebibytes: int
) -> None:
    run = start(calls=1)

    calls = 2 + 1_000 // mebibytes
    pids = [told(run(call("keeps_memory", mebibytes=mebibytes))) for _ in range(calls)]

    assert all(isinstance(pid, int) for pid in pids)
    assert len(set(pids)) > 1


def test_a_call_that_dies_with_the_process_that_takes_it_is_answered(start: Start) -> None:
    run = start()
    run(call("dies_taking_the_next_call"))

    answers = [told(run(call("echo", data=number))) for number in range(3)]

    assert answers == ["function_process_ended", 1, 2]


def test_every_call_is_begun_once_even_among_crashes(start: Start, tmp_path: Path) -> None:
    run = start(calls=6)
    file = tmp_path / "lines"
    lines = range(120)

    def make(line: int) -> Any:
        function = "writes_down_and_crashes" if line % 7 == 0 else "writes_down"
        return told(run(call(function, file=str(file), line=line)))

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(make, lines))

    assert answers == [line if line % 7 else "function_process_ended" for line in lines]
    assert Counter(file.read_text().split()) == Counter(map(str, lines))


def test_more_calls_than_there_are_processes_wait_and_are_all_answered(start: Start) -> None:
    run = start(calls=250)
    data = "x" * (SMALL - 200)
    ready = threading.Barrier(250)

    def make(number: int) -> Any:
        ready.wait()
        return told(run(call("echo", data=f"{number}{data}")))

    with ThreadPoolExecutor(250) as pool:
        answers = list(pool.map(make, range(250)))

    assert answers == [f"{number}{data}" for number in range(250)]


def test_calls_on_an_event_loop_hold_no_threads(start: Start) -> None:
    run = start(calls=4, patience=60.0)

    async def answer_all() -> tuple[list[Any], set[str]]:
        run.bind(asyncio.get_running_loop())
        before = set(threading.enumerate())
        answers = await asyncio.gather(
            *(run.answer(call("echo", data=number)) for number in range(100))
        )
        started = set(threading.enumerate()) - before
        return [told(answer) for answer in answers], {
            thread.name.rpartition("-")[0] for thread in started
        }

    answers, threads = asyncio.run(answer_all())

    assert answers == list(range(100))
    assert threads == {"function-processes"}  # those that fork


def test_a_call_that_is_dropped_ends_with_its_process(start: Start, tmp_path: Path) -> None:
    run = start(calls=1)

    async def drop_one() -> Any:
        run.bind(asyncio.get_running_loop())
        endless = call("waits_for_company", folder=str(tmp_path), number=9)
        dropped = asyncio.create_task(run.answer(endless))
        while not any(tmp_path.iterdir()):
            await asyncio.sleep(0.01)
        dropped.cancel()
        await asyncio.wait([dropped])
        return told(await run.answer(call("echo", data="of the next one")))

    assert asyncio.run(drop_one()) == "of the next one"
    [file] = tmp_path.iterdir()
    wait_for(lambda: not psutil.pid_exists(int(file.name)))


COPIES = {
    "on its way there": "write",
    "on its way back": "read",
    "when it is wiped": "wipe",
}


@pytest.mark.parametrize("step", COPIES.values(), ids=COPIES.keys())
def test_a_call_that_is_dropped_while_it_is_copied_keeps_its_buffer_until_then_and_no_longer(
    start: Start, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    run = start(calls=1)
    copy = getattr(Buffer, step)
    is_copying, may_go_on = threading.Event(), threading.Event()
    files: list[int] = []

    def copy_slowly(buffer: Buffer, *arguments: Any) -> Any:
        files.append(os.fstat(buffer.file).st_ino)
        is_copying.set()
        assert may_go_on.wait(60)
        files.append(os.fstat(buffer.file).st_ino)
        return copy(buffer, *arguments)

    async def drop_one() -> Any:
        run.bind(asyncio.get_running_loop())
        dropped = asyncio.create_task(run.answer(call("echo", data="." * 2 * KEPT)))
        await asyncio.to_thread(is_copying.wait, 60)
        for _ in range(3):
            dropped.cancel()
            await asyncio.sleep(0)
        may_go_on.set()
        await asyncio.wait([dropped])
        monkeypatch.setattr(Buffer, step, copy)
        assert dropped.cancelled()
        return told(await run.answer(call("echo", data="of the next one")))

    monkeypatch.setattr(Buffer, step, copy_slowly)
    answer = asyncio.run(drop_one())

    assert len(files) == 2
    assert files[0] == files[1]
    assert answer == "of the next one"


def test_a_call_that_is_dropped_while_it_waits_leaves_its_place_in_the_queue(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pool, "QUEUE_LIMIT", 1)
    run = start(calls=1, patience=60.0)
    begun, end = tmp_path / "begun", tmp_path / "end"

    async def drop_one() -> list[Any]:
        run.bind(asyncio.get_running_loop())
        slow = call("waits_for_a_file", begun=str(begun), end=str(end))
        running = asyncio.create_task(run.answer(slow))
        while not begun.exists():
            await asyncio.sleep(0.01)
        waiting = asyncio.create_task(run.answer(call("echo", data="never")))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        following = asyncio.create_task(run.answer(call("echo", data="of the next one")))
        await asyncio.sleep(0)
        end.touch()
        return [told(await task) for task in (running, following)][1:]

    assert asyncio.run(drop_one()) == ["of the next one"]


def test_a_process_that_is_forked_while_the_loop_ends_ends_too(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start()
    fork, is_forked, may_go_on = ForkServer.fork, threading.Event(), threading.Event()
    forked: list[FunctionProcess] = []

    def fork_slowly(server: ForkServer) -> FunctionProcess:
        forked.append(fork(server))
        is_forked.set()
        assert may_go_on.wait(60)
        return forked[-1]

    async def end_meanwhile() -> None:
        run.bind(asyncio.get_running_loop())
        asyncio.create_task(run.answer(call("echo", data=1)))  # noqa: RUF006 - it is dropped
        await asyncio.to_thread(is_forked.wait, 60)
        asyncio.get_running_loop().call_later(0.1, may_go_on.set)

    monkeypatch.setattr(ForkServer, "fork", fork_slowly)
    asyncio.run(end_meanwhile())

    [process] = forked
    assert process.channel.channel.fileno() == -1
    wait_for(lambda: not psutil.pid_exists(process.pid))


def test_a_caller_who_is_interrupted_leaves_the_process_to_the_next(start: Start) -> None:
    def interrupt(_question: Any) -> None:
        raise KeyboardInterrupt

    run = start(calls=1, answerer=interrupt)

    with pytest.raises(KeyboardInterrupt):
        run(call("asks"))

    assert told(run(call("echo", data="of the next one"))) == "of the next one"


def test_more_calls_than_may_wait_are_refused_at_once(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "QUEUE_LIMIT", 2)
    run = start(calls=1, patience=60.0)

    async def answer_all() -> list[Any]:
        run.bind(asyncio.get_running_loop())
        answers = await asyncio.gather(
            *(run.answer(call("echo", data=number)) for number in range(5))
        )
        return [told(answer) for answer in answers]

    assert asyncio.run(answer_all()) == [0, 1, "server_busy", "server_busy", "server_busy"]


def test_what_comes_after_the_deadline_is_taken_for_no_other_calls_answer(start: Start) -> None:
    run = start(calls=1, seconds=0.5)

    late = told(run(call("sleeps", seconds=0.5)))
    after = [told(run(call("echo", data=number))) for number in range(20)]

    assert late in ("function_timeout", "slept")  # whichever was first
    assert after == list(range(20))


def test_a_call_that_other_processes_answer_has_as_little_time(start: Start) -> None:
    run = start("tests.extension.unruly:partial_registry", otherwise=start())

    assert told(run(call("echo", data=1))) == 1
    assert told(run(call("sleeps", seconds=3), seconds=0.3)) == "function_timeout"


def test_processes_that_slow_calls_needed_end_by_themselves(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pool, "KEPT_SECONDS", 0.5)
    others = set(_children())
    run = start(calls=4)
    with ThreadPoolExecutor(4) as threads:
        together = call("waits_for_company", folder=str(tmp_path), number=4)
        met = [told(item) for item in threads.map(run, [together] * 4)]

    assert met == [4] * 4
    wait_for(lambda: set(_children()) - others, lambda left: len(left) == 2)  # with the fork server


def test_none_stays_idle_of_processes_that_may_hold_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "KEPT_SECONDS", 0.2)
    run = Processes(TARGET, Limits(calls=2), is_trusted=True)

    pid = told(run(call("pid")))
    _, alive = psutil.wait_procs([psutil.Process(pid)], timeout=60)
    again = told(run(call("pid")))
    run.close()

    assert alive == []
    assert again != pid


def test_functions_that_cannot_be_loaded_are_an_answer_to_every_call(start: Start) -> None:
    run = start("tests.extension.unruly:there_is_none")

    answers = [run(call("echo", data=1)) for _ in range(2)]

    assert [(answer.status, told(answer)) for answer in answers] == [
        (503, "functions_not_loaded")
    ] * 2
    assert answers[0].headers["Retry-After"] == "10"


SERVING = """
import os, sys, threading
from connector_kit.extension.isolation import Limits, Processes
from tests.extension.test_calls_in_processes import TARGET, call, told

run = Processes(TARGET, Limits(calls=3))
print(told(run(call("pid"))), flush=True)
for _ in range(3):
    threading.Thread(target=run, args=(call("sleeps", seconds=0.2),)).start()
sys.stdin.read()
"""


def test_nobody_stays_when_the_serving_process_is_killed_while_calls_wait() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as serving:
        assert serving.stdout
        serving.stdout.readline()
        family = psutil.Process(serving.pid).children(recursive=True)
        serving.kill()

    _, alive = psutil.wait_procs(family, timeout=60)

    assert len(family) >= 2
    assert alive == []


def _children() -> list[int]:
    return [child.pid for child in psutil.Process(os.getpid()).children(recursive=True)]
