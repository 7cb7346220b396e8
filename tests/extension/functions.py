"""Functions that do one thing each, as a connector's author might write them."""

import logging
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

from connector_kit.extension import ExtensionError, FunctionModule, Registry

CONNECTOR_ID = "64a1f0c2b3d4e5f6071828ff"
ONE_TIME_TOKEN = "one-time-3f9a"


def echo(options):
    return options


def entries(options):
    """What the test asks for, whatever comes in."""
    return options.get("answer")


def nothing(options):
    return None


def plain_failure(options):
    raise ValueError("The order has no lines.")


def coded_failure(options):
    raise ExtensionError("order_without_lines", "The order has no lines.")


def leaking_failure(options):
    raise RuntimeError(f"could not log in with {options['bearerToken']}")


def leaving(options):
    raise SystemExit(3)


def cycle(options):
    found = {}
    found["self"] = found
    return found


def not_a_number(options):
    return [float("nan"), float("inf"), 1.5]


UNSENDABLE = {
    "a_date": lambda _: {"at": datetime(2026, 1, 1, tzinfo=UTC)},
    "a_set": lambda _: [{1, 2}],
    "bytes": lambda _: b"text",
    "a_decimal": lambda _: {"deep": [{"price": Decimal("1.10")}]},
    "an_instance": lambda _: SimpleNamespace(a=1),
    "an_error": lambda _: [ValueError("no")],
    "a_function": lambda _: [echo],
    "a_number_as_key": lambda _: {1: "one"},
}


class Counter:
    """An object with state, whose method is served."""

    def __init__(self):
        self.calls = 0

    def count(self, _options):
        self.calls += 1
        return self.calls


def module() -> FunctionModule:
    hooks = {
        "echo": echo,
        "entries": entries,
        "nothing": nothing,
        "plainFailure": plain_failure,
        "codedFailure": coded_failure,
        "leakingFailure": leaking_failure,
        "leaving": leaving,
        "cycle": cycle,
        "notANumber": not_a_number,
        "count": Counter().count,
        **UNSENDABLE,
    }
    return FunctionModule(
        hooks=hooks,
        wrappers={"ping": lambda _: {"statusCode": 200}},
        installer={"install": lambda options: {"installed": options["_integrationId"]}},
        uninstaller={"remove": lambda _: {"success": True}},
        settings={"persistSettings": lambda _: {"success": True, "pending": {}}},
        utilities={"anything": lambda _: "done"},
        flat={"formInit": lambda _: {"fieldMap": {}}},
    )


def registry() -> Registry:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    return Registry(connectors={CONNECTOR_ID: module()})


def diy_registry() -> Registry:
    return Registry(diy=module())
