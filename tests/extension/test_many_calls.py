"""Very many calls, some of which fail in every way: nothing grows, nothing is lost or mixed up.

``MANY_CALLS`` sets how many; 100,000 unless told.
"""

import http.client
import itertools
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import psutil
import pytest

from tests.waiting import wait_for
from workshop.services import ROOT, free_port, is_ready

pytestmark = pytest.mark.scale

CALLS = int(os.environ.get("MANY_CALLS", "100000"))
CONNECTIONS = 6
MEASURE_EVERY = max(1, CALLS // 200)
MOST_GROWTH = 1.10

SIZES = ((1, 0.92), (200, 0.077), (3000, 0.003))
"""Records of a call, and which share of the calls has as many."""

FAILING = 0.05
FAILURES = {
    "raise": ("LookupError", True),
    "raise_coded": ("no_lines", True),
    "raise_async": ("LookupError", True),
    "raise_in_thread": ("LookupError", True),
    "call_back_error": ("out_of_stock", True),
    "call_back_twice": ("function_answered_twice", False),
    "never_call_back": ("function_unanswered", False),
    "yield_twice": ("function_answered_twice", False),
    "leave_one_out": ("invalid_extension_response", False),
    "answer_an_object": ("invalid_extension_response", False),
    "answer_too_much": ("response_size_exceeded", False),
    "exit": ("SystemExit", False),
    "end_process": ("function_process_ended", False),
    "crash": ("function_process_ended", False),
    "take_all_memory": ("MemoryError", False),
    "no_such_function": ("invalid_function", False),
}
"""The code with which each fails, and whether its message holds the call's id."""

RARE = frozenset({"take_all_memory", "answer_too_much"})
"""Those that take a hundred times as long as the others: a tenth as often."""

ENDING = frozenset({"end_process", "crash", "take_all_memory"})
"""Those that cost a process, and with it whatever it has amassed: not in the second half."""


@dataclass
class Call:
    """One call and what its answer has to be."""

    id: str
    function: str
    records: int

    def body(self) -> bytes:
        """The body of the request."""
        data = [
            {"id": f"{self.id}.{n}", "name": "An order", "total": n} for n in range(self.records)
        ]
        options = {"bearerToken": "one-time-3f9a", "id": self.id, "_importId": "i", "data": data}
        call = {"diy": True, "type": "hook", "function": self.function, "options": options}
        return orjson.dumps(call)

    def is_answered(self, status: int, body: bytes) -> bool:
        """Tell whether this is the answer to this call, and to no other."""
        if self.function == "echo":
            ids = [entry["data"]["id"] for entry in orjson.loads(body)] if status == 200 else []
            return ids == [f"{self.id}.{n}" for n in range(self.records)]
        if status != 422:
            return False
        [error] = orjson.loads(body)["errors"]
        code, has_id = FAILURES[self.function]
        is_own = not has_id or error["message"].endswith(self.id)
        return error["code"] == code and is_own


def calls() -> Iterator[Call]:
    """The same calls in every run."""
    draw = random.Random(1)
    weights = {failure: 0.1 if failure in RARE else 1.0 for failure in FAILURES}
    for number in range(CALLS):
        if number == CALLS // 2:
            weights |= dict.fromkeys(ENDING, 0.0)
        if draw.random() < FAILING:
            [function] = draw.choices(list(weights), list(weights.values()))
            yield Call(f"call-{number}", function, 1)
        else:
            [records] = draw.choices(*zip(*SIZES, strict=True))
            yield Call(f"call-{number}", "echo", records)


@dataclass
class Outcome:
    """What all calls together came to."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[tuple[Call, int, bytes]] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    memory: list[int] = field(default_factory=list)


def work(address: tuple[str, int], left: Iterator[Call], lock: threading.Lock, to: Outcome) -> None:
    """Make calls over one connection, one after the other, until none is left."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    headers = {"Authorization": "Bearer system", "Content-Type": "application/json"}
    while True:
        with lock:
            call = next(left, None)
        if call is None:
            connection.close()
            return
        body = call.body()
        began = time.perf_counter()
        try:
            connection.request("POST", "/function", body, headers)
            response = connection.getresponse()
            status, answer = response.status, response.read()
        except (OSError, http.client.HTTPException) as lost:
            status, answer = 0, repr(lost).encode()
            connection.close()
        with lock:
            to.seconds.append(time.perf_counter() - began)
            to.made[call.function] += 1
        if not call.is_answered(status, answer):
            to.wrong.append((call, status, answer[:500]))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[psutil.Process, tuple[str, int]]]:
    address = ("127.0.0.1", free_port())
    kept = {name: word for name, word in os.environ.items() if "CONNECTOR_KIT" not in name}
    environment = {
        **kept,
        "CONNECTOR_KIT_SYSTEM_TOKEN": "system",
        "CONNECTOR_KIT_DIY": "tests.extension.many",
        "CONNECTOR_KIT_CALL_MEMORY_MB": "256",
        "CONNECTOR_KIT_CALL_PATIENCE_SECONDS": "60",
        "CONNECTOR_KIT_HOME": str(tmp_path),
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "connector_kit.extension.serve"),
                *("--host", "127.0.0.1", "--port", str(address[1])),
            ],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(
                lambda: is_ready(f"http://127.0.0.1:{address[1]}"),
                context=(tmp_path / "log").read_text,
            )
            yield psutil.Process(process.pid), address
        finally:
            process.terminate()
            process.wait(30)


def memory_of(server: psutil.Process) -> int:
    """The resident bytes of the server's own processes and of its largest function process.

    How many function processes there are follows the load, and is not growth.
    """
    own, functions = server.memory_info().rss, [0]
    for process in server.children(recursive=True):
        try:
            is_fork = process.cmdline() == process.parent().cmdline()
            rss = process.memory_info().rss
        except (psutil.NoSuchProcess, AttributeError):  # one that has ended just now
            continue
        if is_fork:
            functions.append(rss)
        else:
            own += rss
    return own + max(functions)


def test_nothing_grows_and_no_answer_is_lost_or_mixed_up(
    server: tuple[psutil.Process, tuple[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    process, address = server
    outcome, lock, left = Outcome(), threading.Lock(), calls()
    threads = [
        threading.Thread(target=work, args=(address, left, lock, outcome))
        for _ in range(CONNECTIONS)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for due in itertools.count(MEASURE_EVERY, MEASURE_EVERY):
        while len(outcome.seconds) < due and any(thread.is_alive() for thread in threads):
            threads[0].join(0.01)
        if not any(thread.is_alive() for thread in threads):
            break
        outcome.memory.append(memory_of(process))
    for thread in threads:
        thread.join()
    with capsys.disabled():
        print(_report(outcome, time.perf_counter() - began))

    assert outcome.wrong == []
    assert outcome.made.total() == CALLS
    before, after = _before_and_after(outcome.memory)
    assert after <= before * MOST_GROWTH


def _before_and_after(memory: list[int]) -> tuple[float, float]:
    """The median of the second tenth, when everything is warm, and that of the last one."""
    tenth = len(memory) // 10
    return statistics.median(memory[tenth : 2 * tenth]), statistics.median(memory[-tenth:])


def _report(outcome: Outcome, seconds: float) -> str:
    in_order = sorted(outcome.seconds)
    p50, p99 = (in_order[int(len(in_order) * share)] * 1000 for share in (0.5, 0.99))
    before, after = (item / 2**20 for item in _before_and_after(outcome.memory))
    failed = outcome.made.total() - outcome.made["echo"]
    return (
        f"\n{outcome.made.total()} calls, {failed} failing, in {seconds:.0f} s over {CONNECTIONS} "
        f"connections: p50 {p50:.1f} ms, p99 {p99:.1f} ms; "
        f"memory {before:.0f} MiB, then {after:.0f} MiB"
    )
