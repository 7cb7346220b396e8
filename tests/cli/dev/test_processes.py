"""The processes of ``dev``: none is left when it ends."""

import os
import sys
from pathlib import Path

from connector_kit.cli.dev.processes import Service, wait_for
from tests import waiting

PARENT = """
import os, signal, time
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(os.getpid(), flush=True)
while True:
    time.sleep(60)
"""


def test_a_child_that_misses_the_signal_ends_with_its_parent(tmp_path: Path) -> None:
    service = Service("parent", [sys.executable, "-c", PARENT], os.environ, tmp_path / "log")
    service.start()
    child = int(wait_for(service, service.tail))

    service.stop()

    assert not service.is_alive
    waiting.wait_for(lambda: not is_running(child))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
