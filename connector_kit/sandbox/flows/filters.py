"""The filters of error lists (protocol/http-api.md#61-errors-of-a-flow)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from connector_kit.sandbox.flows.failures import Failure
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.dates import moment, moment_of


class Filters(Enum):
    """Which dates a list may be narrowed by."""

    OPEN = ("occurredAt",)
    RESOLVED = ("occurredAt", "resolvedAt")


EXACT = ("source", "classification", "_flowJobId")
_BOUNDS = (("gte", 1), ("lte", -1))


def wanted(call: Call, failures: Iterable[Failure], filters: Filters) -> list[Failure]:
    """Return those failures that the query asks for."""
    found = [*failures]
    for name in EXACT:
        if values := call.parameters(name):
            found = [each for each in found if each.fields.get(name) in values]
    for name in filters.value:
        for suffix, sign in _BOUNDS:
            parameter = f"{name}_{suffix}"
            text = call.parameter(parameter)
            if text is not None:
                bound = moment(parameter, text)
                found = [
                    each for each in found if sign * (moment_of(each.fields.get(name)) - bound) >= 0
                ]
    return found
