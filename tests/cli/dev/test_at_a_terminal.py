"""`dev` at a terminal: a breakpoint leads there, and the end of the terminal ends everything."""

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import threading

import psutil
import pytest

from connector_kit.cli.dev.home import Home
from connector_kit.cli.dev.runs import flows_of, run_flow
from connector_kit.testing.customers import CUSTOMERS
from tests.cli.dev.conftest import COMMAND, PATIENCE, environment
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos


class Terminal:
    """A terminal in which `dev` runs."""

    def __init__(self, folder):
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "dev", "--accounts", "1"],
            cwd=folder,
            env={**environment(), "TERM": "dumb"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )
        os.close(theirs)
        self.shown, self._is_open = "", True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while self._is_open:
            if select.select([self.ours], [], [], 0.1)[0]:
                try:
                    self.shown += os.read(self.ours, 65_536).decode(errors="replace")
                except OSError:  # nothing runs there anymore
                    return

    def close(self):
        self._is_open = False
        self._reader.join()  # as long as it reads, the terminal stays
        os.close(self.ours)

    def wait_for(self, text, count=1):
        wait_for(lambda: self.shown.count(text) >= count, context=lambda: self.shown)

    def type(self, text):
        os.write(self.ours, text.encode())


@pytest.fixture
def terminal(project):
    project.edit("    paid = [order", "    breakpoint()\n    paid = [order")
    terminal = Terminal(project.folder)
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.terminate()  # which ends its Redis, too
        terminal.process.wait(PATIENCE)


def test_a_breakpoint_is_debugged_where_dev_runs_and_ctrl_c_ends_it(project, terminal):
    terminal.wait_for("p push")
    [found] = Home.of(project.folder).running()["installations"]
    customer = CUSTOMERS[1](
        Home.of(project.folder).running()["sandbox"]["base_url"],
        found["token"],
        integration_id=found["integration_id"],
    )
    outcomes = []
    [flow] = flows_of(customer)
    running = threading.Thread(target=lambda: outcomes.append(run_flow(customer, flow)))

    running.start()
    terminal.wait_for("(Pdb)")
    terminal.type("p len(options.data) * 1000\n")
    terminal.wait_for("10000")
    for page in (1, 2, 3):
        terminal.wait_for("Stopped at a breakpoint", page)
        terminal.type("c\n")
    running.join(PATIENCE)
    assert outcomes[0].is_good, outcomes[0].lines()

    terminal.wait_for("p push", 4)  # once more after each stop
    terminal.type("r")  # here, where the debugger is
    for page in (4, 5, 6):
        terminal.wait_for("Stopped at a breakpoint", page)
        terminal.type("c\n")
    terminal.wait_for("Orders to chat: completed")

    family = psutil.Process(terminal.process.pid).children(recursive=True)
    terminal.type("\x03")
    assert terminal.process.wait(PATIENCE) == 0
    assert psutil.wait_procs(family, timeout=PATIENCE)[1] == []


def test_a_terminal_that_closes_leaves_nothing_running(terminal):
    terminal.wait_for("p push")
    family = psutil.Process(terminal.process.pid).children(recursive=True)

    terminal.close()

    assert terminal.process.wait(PATIENCE) == 0
    assert psutil.wait_procs(family, timeout=PATIENCE)[1] == []
