"""``manage.py invoke``: call one function as the platform would."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

import connector_kit
from connector_kit.blueprint import Connector
from connector_kit.conf import kit
from connector_kit.extension.authoring.kinds import KINDS, PARTS
from connector_kit.management.base import KitCommand, add_json, json_text
from connector_kit.management.targets import is_address, loaded
from connector_kit.testing import CallFailed, Exported, Platform

ERROR, FAILED = 1, 3

KIT = Path(connector_kit.__file__).parent
MOST_PLACES = 3

TYPES = ("hook", "wrapper", "installer", "uninstaller", "setting", "utility")


class Command(KitCommand):
    """Call one function."""

    help = (
        "Call one function as integrator.io would, in this process or on a running stack, and "
        "print what integrator.io would get. The options are built from the component that uses "
        "the function. Without --records, they contain the sample data of its export."
    )
    example = """
manage.py invoke my_package.connector skip_cancelled
manage.py invoke my_package.connector add_totals --component save_order --records orders.json
manage.py invoke my_package.hooks persistSettings --type setting --options -
manage.py invoke my_package.connector skip_cancelled --url http://127.0.0.1:8000 --json
"""
    exit_codes = {
        0: "the function's result is on stdout",
        ERROR: "error: the function was not called, or there was no response",
        FAILED: "the call failed: integrator.io would get an error instead of a result",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument(
            "target",
            help="package.module[:name] or path of a connector or a module with functions, or "
            "the address of a running stack",
        )
        parser.add_argument("function", help="name of the function or of its component")
        parser.add_argument("--component", metavar="NAME", help="component that uses the function")
        parser.add_argument("--type", choices=TYPES, help="the platform's call type")
        parser.add_argument("--kind", choices=sorted(KINDS), help="function kind")
        parser.add_argument(
            "--records", metavar="FILE", help="file with a JSON list of records (-: stdin)"
        )
        parser.add_argument(
            "--options",
            metavar="FILE",
            help="file with a JSON object of options that override the generated ones (-: stdin)",
        )
        parser.add_argument(
            "--framework", type=int, choices=(1, 2), default=1, help="2: call without a type"
        )
        parser.add_argument(
            "--url",
            default="",
            help="call the stack running at this address, with CONNECTOR_KIT_SYSTEM_TOKEN",
        )
        parser.add_argument(
            "--connector-id",
            help="connector id on the stack (default: from CONNECTOR_KIT_CONNECTORS)",
        )
        add_json(parser)

    def run(self, **options: Any) -> int:
        """Call the function and print its answer."""
        platform = _platform(options)
        try:
            with _quiet():
                answer = _called(platform, options)
        except CallFailed as failed:
            self._print_failure(failed, options)
            return FAILED
        finally:
            platform.close()
        self._print_result(answer, options)
        return 0

    def _print_result(self, answer: Any, options: Mapping[str, Any]) -> None:
        result = list(answer.pages) if isinstance(answer, Exported) else answer
        if options["json"]:
            self.print_json({"status": 200, "result": result})
        elif result is None:
            self.sidelines(options).print("The function returned nothing.")
        else:
            self.stdout.write(json_text(result, indent=2))

    def _print_failure(self, failed: CallFailed, options: Mapping[str, Any]) -> None:
        if options["json"]:
            self.print_json(failed.to_json())
            return
        console = self.sidelines(options)
        for error in failed.errors:
            console.print(f"{failed.status} {error.code}: {error.message}", soft_wrap=True)
        if failed.__cause__ is not None:
            for place in _places(failed.__cause__):
                console.print(f"  at {place}", soft_wrap=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep a stack's log lines off the terminal: the command says the same."""
    log = logging.getLogger("connector_kit.extension")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _places(raised: BaseException) -> list[str]:
    """Return where in the author's code *raised* comes from, the innermost place first."""
    frames = traceback.extract_tb(raised.__traceback__)
    own = [frame for frame in frames if KIT not in Path(frame.filename).parents]
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(own[-MOST_PLACES:])
    ]


def _platform(options: Mapping[str, Any]) -> Platform:
    target = options["target"]
    at = options["url"] or (target if is_address(target) else "")
    thing = target if is_address(target) else loaded(target)
    if not at:
        return Platform(thing, framework=options["framework"])
    tokens = kit().system_tokens
    if not tokens:
        raise CommandError("CONNECTOR_KIT_SYSTEM_TOKEN is not set. The stack requires this token.")
    connector_id = options["connector_id"] or _configured_id(target, thing)
    owner: dict[str, Any] = {"connector_id": connector_id} if connector_id else {}
    return Platform(thing, at=at, system_token=tokens[0], framework=options["framework"], **owner)


def _configured_id(target: str, thing: object) -> str | None:
    """Return the id by which a stack knows the connector *thing*, None for other functions."""
    is_connector = isinstance(thing, type) and issubclass(thing, Connector)
    for entry in kit().connectors:
        if entry.connector_id and (entry.target == target or loaded(entry.target) is thing):
            return entry.connector_id
    if is_connector:
        raise CommandError(
            f"{target} has no id in CONNECTOR_KIT_CONNECTORS. Use --connector-id with the id that "
            "the stack at --url uses."
        )
    return None


def _called(platform: Platform, options: Mapping[str, Any]) -> Any:
    records = _read(options["records"], list, "a list of records")
    more = _read(options["options"], dict, "an object of options") or {}
    kind = options["kind"] or _kind(platform, options)
    if kind is not None:
        name = _name(platform, kind, options)
        given = {} if records is None else {"records": records}
        return platform.ask(kind, name, **given, **more)
    if records is not None:
        more = {"data": records, **more}
    return platform.call(options["type"], options["function"], **more)


def _kind(platform: Platform, options: Mapping[str, Any]) -> str | None:
    """Return the kind of function to call, None when nothing tells it."""
    type_ = options["type"]
    kinds = platform.kinds_of(options["component"] or options["function"])
    if options["component"]:
        kinds &= platform.kinds_of(options["function"])
    if type_:
        kinds = {kind for kind in kinds if PARTS.get(type_, type_) in KINDS[kind].parts}
    if len(kinds) > 1:
        words = ", ".join(sorted(kinds))
        raise CommandError(f"{options['function']} can be a {words}. Choose one with --kind.")
    return next(iter(kinds), type_ if type_ in KINDS else None)


def _name(platform: Platform, kind: str, options: Mapping[str, Any]) -> str:
    """Return what to ask for: the component, once it is sure that it carries the function."""
    function, component = options["function"], options["component"]
    if component is None:
        return str(function)
    at = [place for place in platform.places if place.component == component and place.kind == kind]
    if not any(function in (place.function, place.component) for place in at):
        carried = ", ".join(place.function for place in at) or "none"
        raise CommandError(
            f"{component} does not use {function} as its {kind} function (it uses {carried})."
        )
    return str(component)


def _read(place: str | None, shape: type, words: str) -> Any:
    """Return the JSON in the file at *place*, None without one."""
    if place is None:
        return None
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
        value = json.loads(text)
    except (OSError, ValueError) as error:
        raise CommandError(f"{place} cannot be read as JSON: {error}") from error
    if not isinstance(value, shape):
        raise CommandError(f"{place} must contain {words}, as JSON.")
    return value
