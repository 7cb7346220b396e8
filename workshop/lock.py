"""What an image and a deployment install, exactly: ``requirements.lock`` (``make lock``).

One file for every platform and Python that the kit runs on, with a hash for each file that pip may
fetch. It holds what `pyproject.toml` asks for without extras.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
OLDEST = "3.11"


def write(lock: Path, *, upgrade: bool = False) -> None:
    """Resolve into *lock*; what it pins already stays as long as it fits, unless *upgrade*."""
    _uv(
        *("--universal", "--python-version", OLDEST, "--generate-hashes"),
        *("--no-annotate", "--custom-compile-command", "make lock"),
        *(["--upgrade"] if upgrade else []),
        *("--output-file", str(lock)),
    )


def is_in_step(lock: Path) -> bool:
    """Whether *lock* is what resolving again, with its own pins, would write."""
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / lock.name
        shutil.copyfile(lock, again)
        write(again)
        return again.read_bytes() == lock.read_bytes()


def resolve_from_wheels(platform: str, python: str) -> None:
    """Raise CalledProcessError unless all of the lock has wheels for *platform* and *python*.

    *platform* is one of uv's, as in ``aarch64-apple-darwin``.
    """
    _uv(
        *("--only-binary", ":all:", "--constraints", str(LOCK)),
        *("--python-platform", platform, "--python-version", python),
    )


def _uv(*options: str) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "pyproject.toml"]
    subprocess.run([*command, *options], cwd=ROOT, check=True, capture_output=True, text=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the lock file, or check it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workshop.lock", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether it is in step")
    parser.add_argument("--upgrade", action="store_true", help="take the newest that fits")
    chosen = parser.parse_args(arguments)
    try:
        if not chosen.check:
            write(LOCK, upgrade=chosen.upgrade)
        elif not is_in_step(LOCK):
            print(f"{LOCK.name} does not fit pyproject.toml: run make lock.", file=sys.stderr)
            return 1
    except subprocess.CalledProcessError as error:
        print(error.stderr.strip(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
