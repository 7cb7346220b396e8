"""What an image and a deployment install, exactly (``make lock``).

``requirements.lock`` holds what `pyproject.toml` asks for without extras, and
``requirements-build.lock`` what the kit's own wheel is built with. Each is one file for every
platform and Python that the kit runs on, with a hash for each file that pip may fetch.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
LOCK = ROOT / "requirements.lock"
BUILD_LOCK = ROOT / "requirements-build.lock"
OLDEST = "3.11"


def write(lock: Path, *, upgrade: bool = False) -> None:
    """Resolve into *lock*; what it pins already stays as long as it fits, unless *upgrade*."""
    _resolve(
        _wanted(lock.name),
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
    _resolve(
        _wanted(LOCK.name),
        *("--only-binary", ":all:", "--constraints", str(LOCK)),
        *("--python-platform", platform, "--python-version", python),
    )


def _wanted(name: str) -> str:
    """What the lock file *name* must contain, as a requirements file."""
    project = tomllib.loads(PROJECT.read_text())
    part = (
        project["build-system"]["requires"]
        if name == BUILD_LOCK.name
        else project["project"]["dependencies"]
    )
    return "\n".join(part)


def _resolve(wanted: str, *options: str) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "-", *options]
    subprocess.run(command, cwd=ROOT, input=wanted, check=True, capture_output=True, text=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the lock files, or check them; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workshop.lock", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether it is in step")
    parser.add_argument("--upgrade", action="store_true", help="take the newest that fits")
    chosen = parser.parse_args(arguments)
    try:
        for lock in (LOCK, BUILD_LOCK):
            if not chosen.check:
                write(lock, upgrade=chosen.upgrade)
            elif not is_in_step(lock):
                print(f"{lock.name} does not fit pyproject.toml: run make lock.", file=sys.stderr)
                return 1
    except subprocess.CalledProcessError as error:
        print(error.stderr.strip(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
