"""Tests on the newest Python that this machine has (``make test-newest``).

The default suite runs on the oldest one that is supported. Tests that depend on Python itself run
here again: processes, forks, threads, and loops; declarations; HTTP and patterns of its library;
the command lines. The embedded Redis is that of this environment, as there may be no wheel of it
for the newest Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from connector_kit.local_redis import redis_server
from workshop.services import ROOT

Version = tuple[int, int]

TESTS = (
    *("tests/blueprint/test_declare.py", "tests/documents", "tests/forms/test_patterns.py"),
    *("tests/extension/test_calls_in_processes.py", "tests/extension/test_isolation.py"),
    *("tests/extension/test_isolation_privacy.py", "tests/extension/test_serve.py"),
    *("tests/extension/test_edge.py", "tests/extension/test_loops.py"),
    *("tests/integrator/test_answers.py", "tests/integrator/test_connections_kept.py"),
    *("tests/integrator/test_deadlines.py", "tests/integrator/test_hostile_answers.py"),
    *("tests/management/test_agreeing.py", "tests/management/test_plan_command.py"),
    *("tests/server/test_conf.py", "tests/server/test_function_processes.py"),
    *("tests/server/test_local_redis.py", "tests/server/test_serving.py"),
    *("tests/workers/test_heartbeat.py", "tests/workers/test_poison.py"),
)
ENVIRONMENT = ROOT / "build" / "newest"
NAMES = [f"python3.{minor}" for minor in range(20, sys.version_info.minor, -1)]


def newest() -> str | None:
    """The newest Python here that is newer than the running one; None if there is none."""
    found = {version: path for path in _candidates() if (version := _version(path))}
    return found[max(found)] if found else None


def _candidates() -> Iterator[str]:
    """Programs that may be newer Pythons: on the path, and those that pyenv keeps."""
    for name in NAMES:
        if path := shutil.which(name):
            yield path
        yield from map(str, Path.home().glob(f".pyenv/versions/*/bin/{name}"))


def _version(path: str) -> Version | None:
    """The version of a Python, None if it does not run: pyenv's stand-ins may lead nowhere."""
    code = "import sys; print(*sys.version_info[:2])"
    asked = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
    if asked.returncode:
        return None
    major, minor = asked.stdout.split()
    return int(major), int(minor)


def main(arguments: Sequence[str]) -> int:
    """Run pytest there with *arguments*, or with the usual ones; returns its exit code."""
    python = newest()
    if python is None:
        print(f"There is no Python newer than {sys.version.split()[0]} here: nothing was tried.")
        return 0
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--clear", "--python", python, ENVIRONMENT], check=True)
    there = str(ENVIRONMENT / "bin" / "python")
    subprocess.run([*uv, "pip", "install", "--python", there, "-e", ".[dev]"], cwd=ROOT, check=True)
    chosen = arguments or ["-q", "-n", "3", *TESTS]
    path = f"{Path(redis_server()).parent}{os.pathsep}{os.environ['PATH']}"
    command = [there, "-m", "pytest", *chosen]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PATH": path}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
