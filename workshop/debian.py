"""What tests need of the system and pip cannot bring: Debian's packages, installed when missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PATIENCE = ("--option", "DPkg::Lock::Timeout=300")
"""Another process may be installing: that takes seconds."""


class PackageMissing(RuntimeError):
    """A package is missing, and cannot be installed from here."""


def install(package: str, why: str) -> None:
    """Install *package* with apt, as root on Debian; raises `PackageMissing`, which says *why*."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise PackageMissing(
            f"{package} is missing, and {why}: apt-get install {package} (as root), or your "
            "system's way to install it."
        )
    print(f"Installing {package} with apt-get (once) ...", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        done = subprocess.run(
            ["apt-get", "--quiet", *PATIENCE, *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = done.stderr.strip().splitlines() or ["it did not say why"]
            raise PackageMissing(f"{package} is missing, and apt-get failed: {reason[-1]}")
