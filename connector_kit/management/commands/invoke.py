"""``connector-kit invoke``: call one function as the platform would."""

import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

import connector_kit
from connector_kit.blueprint import Connector
from connector_kit.conf import kit
from connector_kit.extension.authoring.kinds import KINDS, PARTS
from connector_kit.management.base import KitCommand, Options, add_json, json_text
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
connector-kit invoke my_package.connector skip_cancelled
connector-kit invoke my_package.connector add_totals --component save_order --records orders.json
connector-kit invoke my_package.hooks persistSettings --type setting --options -
connector-kit invoke my_package.connector skip_cancelled --url http://127.0.0.1:8000 --json
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
            "--framework",
            type=int,
            choices=(1, 2),
            help="2: call without a type (default: the framework of the class, else 1)",
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
        log = logging.getLogger("connector_kit.extension")
        level = log.level
        log.setLevel(logging.CRITICAL)  # what a stack logs, the command says itself
        try:
            answer = _call(platform, options)
        except CallFailed as failed:
            self._print_failure(failed, options)
            return FAILED
        finally:
            log.setLevel(level)
            platform.close()
        result = list(answer.pages) if isinstance(answer, Exported) else answer
        if options["json"]:
            self.print_json({"status": 200, "result": result})
        elif result is None:
            self.sidelines(options).print("The function returned nothing.")
        else:
            self.stdout.write(json_text(result, indent=2))
        return 0

    def _print_failure(self, failed: CallFailed, options: Options) -> None:
        """Print the error and where in the author's code it was raised, innermost place first."""
        if options["json"]:
            self.print_json(failed.to_json())
            return
        console = self.sidelines(options)
        for error in failed.errors:
            console.print(f"{failed.status} {error.code}: {error.message}", soft_wrap=True)
        if failed.__cause__ is not None:
            frames = traceback.extract_tb(failed.__cause__.__traceback__)
            own = [frame for frame in frames if KIT not in Path(frame.filename).parents]
            for frame in reversed(own[-MOST_PLACES:]):
                console.print(f"  at {frame.filename}:{frame.lineno} {frame.name}", soft_wrap=True)


def _platform(options: Options) -> Platform:
    """Return what makes the call, in this process or to a stack at its address."""
    target, framework = options["target"], options["framework"]
    address = options["url"] or (target if is_address(target) else "")
    thing = target if is_address(target) else loaded(target)
    if not address:
        return Platform(thing, framework=framework)
    tokens = kit().system_tokens
    if not tokens:
        raise CommandError("CONNECTOR_KIT_SYSTEM_TOKEN is not set. The stack requires this token.")
    connector_id = options["connector_id"]
    if not connector_id:
        connector_id = next(
            (
                entry.connector_id
                for entry in kit().connectors
                if entry.connector_id and (entry.target == target or loaded(entry.target) is thing)
            ),
            None,
        )
    if not connector_id and isinstance(thing, type) and issubclass(thing, Connector):
        raise CommandError(
            f"{target} has no id in CONNECTOR_KIT_CONNECTORS. Use --connector-id with the id that "
            "the stack at --url uses."
        )
    owner: dict[str, Any] = {"connector_id": connector_id} if connector_id else {}
    return Platform(thing, at=address, system_token=tokens[0], framework=framework, **owner)


def _call(platform: Platform, options: Options) -> Any:
    """Call the function as what it is used for; as a plain one when nothing says what that is."""
    function, component = options["function"], options["component"]
    records = _read(options["records"], list, "a list of records")
    overrides = _read(options["options"], dict, "an object of options") or {}
    kind = options["kind"] or _kind(platform, options)
    if kind is None:
        data = {} if records is None else {"data": records}
        return platform.call(options["type"], function, **{**data, **overrides})
    if component is not None:
        functions = [
            (place.function, place.component)
            for place in platform.places
            if place.component == component and place.kind == kind
        ]
        if not any(function in names for names in functions):
            used = ", ".join(name for name, _ in functions) or "none"
            raise CommandError(
                f"{component} does not use {function} as its {kind} function (it uses {used})."
            )
    data = {} if records is None else {"records": records}
    return platform.ask(kind, str(component or function), **data, **overrides)


def _kind(platform: Platform, options: Options) -> str | None:
    """Return the kind of function to call, None when nothing says what it is."""
    function, component, type_ = options["function"], options["component"], options["type"]
    kinds = platform.kinds_of(component or function)
    if component:
        kinds &= platform.kinds_of(function)
    if type_:
        kinds = {kind for kind in kinds if PARTS.get(type_, type_) in KINDS[kind].parts}
    if len(kinds) > 1:
        choices = ", ".join(sorted(kinds))
        raise CommandError(f"{function} can be a {choices}. Choose one with --kind.")
    return next(iter(kinds), type_ if type_ in KINDS else None)


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
