"""``logs``: what happened to an installation, in a rollout, or in function calls."""

from __future__ import annotations

import sys
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from django.core.management.base import CommandError, CommandParser
from rich.text import Text

from connector_kit.cli.dev.home import Home
from connector_kit.cli.dev.logs import Follower
from connector_kit.cli.project import find
from connector_kit.logs.calls import LoggedCall, calls_in
from connector_kit.management.base import (
    Action,
    ActionsCommand,
    KitCommand,
    Options,
    add_limit,
    moment,
)
from connector_kit.models import Installation
from connector_kit.publisher.finding import find_installation
from connector_kit.publisher.logbook import Entry, Page, log_of_installation, log_of_rollout
from connector_kit.rollouts import find_rollout

LOOK_EVERY = 1.0
"""Seconds between two looks at the records, with ``--follow``."""
LATE = timedelta(minutes=1)
"""How long after its own time a record may be stored: when its transaction ends."""

Reader = Callable[..., Page]


class _OfRecords(Action):
    """Shows entries of the records, and follows them."""

    @abstractmethod
    def reader(self, options: Options) -> Reader:
        """Return what reads the entries *since* and *until* a time."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=moment, metavar="TIME", help="from this time on")
        parser.add_argument(
            "--until", type=moment, metavar="TIME", help="before this time, for the page before"
        )
        add_limit(parser, "entries")
        _add_follow(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        read = self.reader(options)
        page = read(since=options["since"], until=options["until"], limit=options["limit"])
        if page.older:
            command.sidelines(options).print(f"Older entries: --until {page.older.isoformat()}")
        for entry in page.entries:
            _show(entry, command, options)
        if options["follow"]:
            for entry in _new_entries(read, page, LOOK_EVERY):
                _show(entry, command, options)


def _new_entries(read: Reader, page: Page, every: float) -> Iterator[Entry]:
    """Yield entries that come after *page*, each once, without end."""
    known = {(entry.event, entry.key): entry.at for entry in page.entries}
    while True:
        latest = max(known.values(), default=None)
        since = latest - LATE if latest else None
        for entry in read(since=since, limit=None).entries:
            if known.get((entry.event, entry.key)) != entry.at:
                known[entry.event, entry.key] = entry.at
                yield entry
        known = {key: at for key, at in known.items() if since is None or at >= since}
        time.sleep(every)


def _show(entry: Entry, command: KitCommand, options: Options) -> None:
    if options["json"]:
        command.print_json(entry.to_json())
    else:
        fields = "  ".join(f"{name}={value}" for name, value in entry.fields.items())
        line = Text(f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.event}  {fields}".rstrip())
        command.console(options).print(line, soft_wrap=True)
    command.stdout.flush()


class OfInstallation(_OfRecords):
    """Shows what happened to one installation."""

    words = "show operations, pushes, and what the staff did to an installation"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("integration", metavar="INTEGRATION", help="its integration ID")
        super().add_arguments(parser)

    def reader(self, options: Options) -> Reader:
        installation: Installation = find_installation(options["integration"])
        return lambda **bounds: log_of_installation(installation, **bounds)


class OfRollout(_OfRecords):
    """Shows what happened in one rollout."""

    words = "show waves, settled installations, and what the staff did in a rollout"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "rollout",
            nargs="?",
            help="rollout number, or a connector for its latest rollout (default: the only open "
            "one)",
        )
        super().add_arguments(parser)

    def reader(self, options: Options) -> Reader:
        rollout = find_rollout(options["rollout"])
        return lambda **bounds: log_of_rollout(rollout, **bounds)


class OfCalls(Action):
    """Shows function calls, from the log of a web process."""

    words = "show function calls with status, time, and failure, from the log of web processes"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            dest="source",
            metavar="FILE",
            help="log of a web process, as text or JSON; - for stdin (default: that of 'dev')",
        )
        parser.add_argument("--installation", metavar="ID", help="only this integration id")
        parser.add_argument("--function", metavar="NAME", help="only this function")
        parser.add_argument("--failed", action="store_true", help="only calls that failed")
        add_limit(parser, "calls, the latest", default=1000)
        _add_follow(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        calls = (call for call in calls_in(_lines(options)) if _is_wanted(call, options))
        for call in calls if options["follow"] else deque(calls, maxlen=options["limit"]):
            if options["json"]:
                command.print_json(call.to_json())
            else:
                command.stdout.write(str(call))
            command.stdout.flush()


def _is_wanted(call: LoggedCall, options: Options) -> bool:
    return (
        options["installation"] in (None, call.integration_id)
        and options["function"] in (None, call.function)
        and (call.has_failed or not options["failed"])
    )


def _lines(options: Options) -> Iterator[str]:
    """Return the lines to read, those to come with ``--follow``."""
    source = options["source"]
    if source == "-":
        return iter(sys.stdin)
    if source:
        if options["follow"]:
            raise CommandError(
                f"Pipe a log that grows: tail -f {source} | connector-kit logs calls -f --from -"
            )
        return _lines_of_file(Path(source))
    project = find(Path.cwd())
    folder = Home.of(project.root if project else Path.cwd()).folder
    if not (folder / "web.log").exists():
        raise CommandError(
            "Function calls are lines in the logs of web processes, which this command does not "
            "find here. Pass them on: docker compose logs web | connector-kit logs calls --from -"
        )
    return _lines_of_dev(folder, follow=options["follow"])


def _lines_of_file(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from file


def _lines_of_dev(folder: Path, *, follow: bool) -> Iterator[str]:
    follower = Follower(folder, service="web")
    while True:
        yield from (line.text for line in follower.lines())
        if not follow:
            return
        time.sleep(LOOK_EVERY / 5)


def _add_follow(parser: CommandParser) -> None:
    parser.add_argument("-f", "--follow", action="store_true", help="continue until Ctrl-C")


class Command(ActionsCommand):
    """Shows what happened."""

    help = (
        "Show what happened to an installation, in a rollout, or in function calls, the oldest "
        "first; -f follows. Installations and rollouts are read from the records. Function calls "
        "are not recorded: they are read from the logs of web processes."
    )
    example = """
connector-kit logs installation 64a1f0c2b3d4e5f607182901
connector-kit logs rollout 7 -f
connector-kit logs rollout commerce-hub --since 2026-05-01 --json
connector-kit logs calls -f --failed                    (of the running 'dev')
docker compose logs -f web | connector-kit logs calls -f --from - --json
"""
    expected = (*KitCommand.expected, OSError)
    actions = {"installation": OfInstallation(), "rollout": OfRollout(), "calls": OfCalls()}
