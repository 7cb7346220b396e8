"""``connector-kit test``: an author's tests, by pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from connector_kit.cli.project import find
from connector_kit.management.base import KitCommand

SETTINGS = "connector_kit.testing.settings"


class Command(KitCommand):
    """Run pytest in the project, with settings for tests. All options are pytest's."""

    help = "Run the tests of the package with pytest. Everything after 'test' is passed on to it."
    example = """
connector-kit test
connector-kit test -k update --pdb
"""
    exit_codes = {
        0: "all tests passed",
        1: "a test failed, or pytest is not installed",
        2: "interrupted",
        4: "usage error of pytest",
        5: "no tests were found",
    }

    def run_from_argv(self, argv: Sequence[str]) -> None:
        """Pass on what argparse would take for options of this command."""
        if set(argv[2:3]) & {"-h", "--help"}:
            self.print_help(argv[0], argv[1])
            return
        try:
            code = run_pytest(argv[2:])
        except CommandError as error:
            self.stderr.write(str(error))
            code = 1
        raise SystemExit(code)

    def run(self, **options: Any) -> int:
        return run_pytest([])


def run_pytest(words: Sequence[str]) -> int:
    """Run pytest with *words* in the project; returns its exit code."""
    if missing := [name for name in ("pytest", "pytest_django") if find_spec(name) is None]:
        names = " and ".join(name.replace("_", "-") for name in missing)
        raise CommandError(f"Tests need {names}. Run: pip install 'connector-kit[sandbox,testing]'")
    project = find(Path.cwd())
    return subprocess.call(
        [sys.executable, "-m", "pytest", *words],
        cwd=project.root if project else None,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": SETTINGS},
    )
