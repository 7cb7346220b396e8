"""What every command of the kit has in common: examples, exit codes, ``--json``, clear errors."""

from __future__ import annotations

import json
import sys
import textwrap
from abc import ABC, abstractmethod
from argparse import SUPPRESS, ArgumentTypeError, RawDescriptionHelpFormatter, _ArgumentGroup
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    DjangoHelpFormatter,
)
from django.core.serializers.json import DjangoJSONEncoder
from django.db.utils import OperationalError, ProgrammingError
from rich.console import Console, RenderableType

from connector_kit.errors import ConnectorKitError
from connector_kit.logs import quiet_terminal

Options = Mapping[str, Any]
"""What was given on the command line, by argument."""

Item = TypeVar("Item")

_JSON = "print JSON to stdout"

WIDTH_WITHOUT_TERMINAL = 200
"""Columns of a table that goes to a file or a pipe, where cutting it off would lose data."""


class _HelpFormatter(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Keeps the line breaks of the examples, and breaks the lines of the description."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return super()._fill_text(text, width, indent)
        return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)


def json_text(value: Any, **options: Any) -> str:
    """Return *value* as JSON for people, with half a character, which none can read, as escape."""
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, **options)
    return text.encode("utf-8", "backslashreplace").decode()


class KitCommand(BaseCommand, ABC):
    """A command: parses, calls one function of the kit, renders its answer.

    Exceptions listed in `expected`, all of the kit's own among them, become one paragraph on
    stderr and exit code 1; a subclass adds others: ``expected = (*KitCommand.expected, OSError)``.
    """

    example: ClassVar[str] = ""
    exit_codes: ClassVar[Mapping[int, str]] = {0: "done", 1: "error (see stderr)"}
    expected: ClassVar[tuple[type[Exception], ...]] = (
        ConnectorKitError,
        ImproperlyConfigured,
    )
    is_service: ClassVar[bool] = False
    """Whether it runs until it is stopped: its log belongs on the terminal, too."""
    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]  # Django declares it per instance

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with the examples and the exit codes below the options."""
        codes = "\n".join(f"  {code}  {meaning}" for code, meaning in self.exit_codes.items())
        examples = "\n".join(f"  {line}" for line in self.example.strip().splitlines())
        return super().create_parser(
            prog_name,
            subcommand,
            epilog=f"examples:\n{examples}\n\nexit codes:\n{codes}",
            formatter_class=_HelpFormatter,
            **kwargs,
        )

    def get_version(self) -> str:
        """Return the kit's version, for ``--version``."""
        return version("connector-kit")

    @abstractmethod
    def run(self, **options: Any) -> int | None:
        """Do the work and return the exit code; None is 0."""

    def handle(self, *_: Any, **options: Any) -> None:
        """Call `run`; turn expected errors into one paragraph."""
        try:
            with nullcontext() if self.is_service else quiet_terminal():
                code = self.run(**options)
        except self.expected as error:
            raise CommandError(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(
                f"Database error: {error}. If tables or columns are missing, run 'connector-kit "
                "migrate'. Otherwise, check DATABASE_URL and that the database server is running."
            ) from error
        except KeyboardInterrupt:
            code = 130
        if code:
            raise SystemExit(code)

    def console(self, options: Options) -> Console:
        """Return the console for results: stdout, colored on a terminal only."""
        return _console(options.get("stdout") or sys.stdout, options)

    def sidelines(self, options: Options) -> Console:
        """Return the console for progress and remarks: stderr, so that stdout stays clean."""
        return _console(options.get("stderr") or sys.stderr, options)

    def print_json(self, answer: Any) -> None:
        """Write *answer* as one line of JSON to stdout."""
        self.stdout.write(json_text(answer))

    def show(self, answer: Any, words: RenderableType, options: Options) -> None:
        """Write the result to stdout: *answer* with ``--json``, else *words*, or a table."""
        if options["json"]:
            self.print_json(answer)
        else:
            self.console(options).print(words, soft_wrap=isinstance(words, str))


class Action(ABC):
    """One of the things that a command does: ``create`` in ``connector-kit token create``."""

    words: str
    """What it does, for the help."""
    aliases: tuple[str, ...] = ()
    """Other names under which it is known."""

    def add_arguments(self, parser: CommandParser) -> None:  # noqa: B027 - some have none
        """Add its arguments, apart from ``--json``, which all actions have."""

    @abstractmethod
    def run(self, command: KitCommand, options: Options) -> int | None:
        """Do the work and return the exit code; None is 0."""


class ActionsCommand(KitCommand):
    """A command that does several things, each an `Action` under its name."""

    actions: ClassVar[Mapping[str, Action]]
    default: ClassVar[Options] = {}
    """The options of a call that names no action; without them, an action is required."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the actions, each with its arguments."""
        parser.add_argument("--json", action="store_true", help=SUPPRESS)
        add_actions(parser, self.actions, required=not self.default)
        parser.set_defaults(**self.default)

    def run(self, **options: Any) -> int | None:
        """Do what the action says."""
        return self.actions[options["action"]].run(self, options)


def add_actions(
    parser: CommandParser,
    actions: Mapping[str, Action],
    *,
    dest: str = "action",
    required: bool = True,
) -> None:
    """Add *actions* to *parser*; the name of the requested one becomes the option *dest*."""
    names = "|".join(actions)
    metavar = names if len(names) < 110 else dest  # usage lines do not break between the names
    subparsers = parser.add_subparsers(dest=dest, required=required, metavar=metavar)
    for name, action in actions.items():
        subparser = subparsers.add_parser(
            name, aliases=action.aliases, help=action.words, description=action.words
        )
        action.add_arguments(subparser)
        if action.aliases:
            subparser.set_defaults(**{dest: name})
        _add_common(subparser)


def _add_common(parser: CommandParser) -> None:
    """Let options that every command has follow the action, too: ``rollout status --no-color``."""
    parser.add_argument("--json", action="store_true", default=SUPPRESS, help=_JSON)
    quiet: dict[str, Any] = {"default": SUPPRESS, "help": SUPPRESS}
    parser.add_argument("-v", "--verbosity", type=int, choices=range(4), **quiet)
    for option in ("--settings", "--pythonpath"):
        parser.add_argument(option, **quiet)
    for option in ("--traceback", "--no-color", "--force-color"):
        parser.add_argument(option, action="store_true", **quiet)


def add_json(parser: CommandParser | _ArgumentGroup) -> None:
    """Add ``--json`` to *parser* (a command's own, or one of its subcommands')."""
    parser.add_argument("--json", action="store_true", help=_JSON)


def add_limit(parser: CommandParser, what: str = "rows", default: int = 100) -> None:
    """Add ``--limit``: how many of *what* a page of a list has."""
    parser.add_argument(
        "--limit",
        type=whole_number(1, 100_000),
        default=default,
        metavar="N",
        help=f"maximum number of {what} (%(default)s)",
    )


def add_page(parser: CommandParser, what: str, key: str) -> None:
    """Add ``--after`` and ``--limit`` for `page_of`; *key* says by what *what* are named."""
    parser.add_argument(
        "--after", metavar=key.upper(), help=f"start after this {key}, for the next page"
    )
    add_limit(parser, what)


def page_of(
    items: Iterable[Item], options: Options, key: Callable[[Item], str]
) -> tuple[list[Item], str | None]:
    """Return the page of *items* that `add_page`'s options name, and after which the next begins.

    Raises `CommandError` where no item has the key that the page is to begin after.
    """
    rows, after, limit = list(items), options["after"], options["limit"]
    if after is not None:
        names = [key(row) for row in rows]
        if after not in names:
            raise CommandError(f"The list has no {after!r} to start after.")
        rows = rows[names.index(after) + 1 :]
    page = rows[:limit]
    return page, key(page[-1]) if len(rows) > limit else None


def say_more(command: KitCommand, next_after: str | None, options: Options) -> None:
    """Tell a person how to get the next page, if there is one; JSON has it as ``next_after``."""
    if next_after is not None and not options["json"]:
        command.stdout.write(f"More: --after {next_after}")


def add_before(parser: CommandParser) -> None:
    """Add ``--before``, for the next page of a list whose newest rows come first."""
    parser.add_argument(
        "--before",
        type=whole_number(1),
        metavar="N",
        help="start before this row; a page names it for the next one",
    )


def add_connector(parser: CommandParser, default: str = "the only one") -> None:
    """Add a connector as an optional argument; *default* says which one is meant without it."""
    parser.add_argument(
        "connector", nargs="?", help=f"slug or package.module:Class (default: {default})"
    )


def add_environment(parser: CommandParser, what: str) -> None:
    """Add ``--sandbox`` and ``--production``, which choose among *what*; None is both."""
    environment = parser.add_mutually_exclusive_group()
    environment.add_argument(
        "--sandbox", action="store_true", default=None, help=f"only sandbox {what}"
    )
    environment.add_argument(
        "--production", dest="sandbox", action="store_false", help=f"only production {what}"
    )


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return the type of an argument: a whole number from *least*, at most *most*."""
    range_ = f"{least} or more" if most is None else f"a whole number from {least} to {most}"

    def read(word: str) -> int:
        if not word.isdecimal() or int(word) < least or (most is not None and int(word) > most):
            raise ArgumentTypeError(f"must be {range_}")
        return int(word)

    return read


def moment(word: str) -> datetime:
    """Return the time that an argument says, as of ISO 8601, by default in UTC."""
    try:
        found = datetime.fromisoformat(word)
    except ValueError as error:
        raise ArgumentTypeError(f"{word!r} is not a date such as 2026-05-01") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def add_yes(parser: CommandParser) -> None:
    """Add ``--yes``, which agrees beforehand to what `agree` would ask."""
    parser.add_argument(
        "--yes", action="store_true", help="do not prompt for confirmation (required in scripts)"
    )


def agree(consequence: str, options: Options, *, unattended: bool = False) -> None:
    """Ask at the terminal for consent to *consequence*: what will happen, to how many.

    ``--yes`` consents beforehand. In a script or a pipe, where no one can be asked, ``--yes`` is
    required, except with *unattended*. The question goes to stderr, so that stdout holds only the
    result. Raises `CommandError` without consent.
    """
    if options["yes"]:
        return
    is_attended = sys.stdin.isatty() and sys.stderr.isatty()
    if not is_attended:
        if unattended:
            return
        raise CommandError(
            f"{consequence} This requires confirmation, but there is no terminal to prompt on. "
            "Run the command again with --yes. Nothing was changed."
        )
    sys.stderr.write(f"{consequence} Continue? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError("Nothing was changed.")


def _console(stream: Any, options: Options) -> Console:
    terminal = hasattr(stream, "isatty") and stream.isatty()
    return Console(
        file=stream,
        no_color=options.get("no_color") or None,
        force_terminal=options.get("force_color") or None,
        width=None if terminal else WIDTH_WITHOUT_TERMINAL,
        highlight=False,
        markup=False,  # names from accounts may hold brackets
        emoji=False,
    )
