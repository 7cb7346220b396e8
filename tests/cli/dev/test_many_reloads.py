"""A file that is saved again and again while flows run: no call is lost, and memory stays."""

import json
import statistics
import time

import psutil
import pytest
import requests

from connector_kit.cli.dev.home import Home
from connector_kit.cli.dev.runs import flows_of, run_flow
from connector_kit.testing.customers import CUSTOMERS
from tests.waiting import wait_for

RELOADS, SETTLED = 100, 20
MEBIBYTE = 1024 * 1024
GROWTH_MB = 25
"""What the processes may use more after all reloads than after the first `SETTLED`."""

pytestmark = pytest.mark.chaos


def test_a_hundred_saves_cost_no_call_and_no_memory(project, start, record_property):
    dev = start()
    ready = dev.wait_for("ready")
    [found] = Home.of(project.folder).running()["installations"]
    customer = CUSTOMERS[1](
        ready["sandbox"], found["token"], integration_id=found["integration_id"]
    )
    [flow] = flows_of(customer)
    customer.switch_on(flow)
    flow["disabled"] = False
    word, latencies, memory = "first ", [], {}

    for number in range(1, RELOADS + 1):
        project.edit(word, word := f"n{number:03} ")
        saved = time.monotonic()
        outcome = run_flow(customer, flow)
        latencies.append(time.monotonic() - saved)
        assert outcome.is_good, outcome.lines()
        assert _last_message(ready).startswith(word)
        if number in (SETTLED, RELOADS):
            # Those that fork are two, and one has forked a process that waits for the next call.
            wait_for(lambda: len(_forkservers(dev)) <= 3)
            memory[number] = _memory(dev)

    figures = {
        "median_s": round(statistics.median(latencies), 2),
        "longest_s": round(max(latencies), 2),
        "memory_mb": {number: round(used / MEBIBYTE) for number, used in memory.items()},
    }
    record_property("dev", json.dumps(figures))
    print(figures)
    assert memory[RELOADS] - memory[SETTLED] < GROWTH_MB * MEBIBYTE, figures
    assert dev.end() == (0, [])


def _last_message(ready):
    answer = requests.get(f"{ready['applications']}/chat", timeout=10).json()
    return answer["messages"][-1]["text"]


def _forkservers(dev):
    return [process for process in dev.family() if "forkserver" in " ".join(_words(process))]


def _words(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _memory(dev):
    """What the session and the server use; the sandbox keeps every message it gets."""
    used = psutil.Process(dev.process.pid).memory_full_info().uss
    for process in dev.family():
        words = " ".join(_words(process))
        if "connector_kit.sandbox" not in words and process.is_running():
            try:
                used += process.memory_full_info().uss
            except psutil.Error:
                continue
    return used
