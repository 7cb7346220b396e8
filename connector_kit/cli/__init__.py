"""``connector-kit``: every command of the kit, in the project that one is in."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from connector_kit.cli.project import ProjectError, enter

PROGRAM = "connector-kit"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that *arguments* name (by default, those of the process).

    Settings come from the environment, from ``.env``, and from the project's ``pyproject.toml``,
    in this order. Ends with SystemExit where the command's exit code is not 0.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in (["--version"], ["version"]):
        print(f"Connector Kit {version('connector-kit')}")
        return
    from connector_kit.cli import utility  # noqa: PLC0415 - not for the version alone

    if "_ARGCOMPLETE" in os.environ:
        utility.configure_stateless()
        from connector_kit.cli import completion  # noqa: PLC0415 - only when the shell asks

        completion.answer(PROGRAM)
    if words == ["--llms"]:
        words = ["catalog"]
    if not words or utility.is_stateless(words):
        utility.configure_stateless()
        utility.Utility([PROGRAM, *words]).execute()
        return
    try:
        enter(Path.cwd(), os.environ)
    except ProjectError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    utility.Utility([PROGRAM, *words]).execute()
