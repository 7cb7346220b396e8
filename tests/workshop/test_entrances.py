"""What `make` starts can be started: each program says what it does, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("program", ["demo", "first_hour", "commands"])
def test_a_program_can_be_started(program: str) -> None:
    words = [sys.executable, "-m", f"workshop.{program}", "--help"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout
