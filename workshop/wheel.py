"""The kit's wheel, and environments that hold nothing else: what a user gets."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("connector_kit", "settings_ui")


def build_wheel(folder: Path) -> Path:
    """Build the wheel in *folder*, from a copy: what an earlier build left behind is not in it.

    Raises RuntimeError with what pip said.
    """
    source, built = folder / "source", folder / "built"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", built, source)
    [wheel] = built.glob("*.whl")
    return wheel


def run(*command: str | Path) -> None:
    """Run *command*; raises RuntimeError with what it said if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
