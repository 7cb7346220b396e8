"""Function calls, put together again from the lines that web processes log about each. Pure."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

CALLS_AT_A_TIME = 10_000
"""Calls of which the beginning is remembered; older ones are forgotten without an end."""

_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z) (?P<level>[A-Z]+) (?P<logger>\S+) (?P<rest>.*)"
)
_FIELD = re.compile(r"(?:^|, )(\w+)=(.*?)(?=, \w+=|$)")
_ABOUT_CALLS = ("callFunctionInvoked", "callFunctionFailed", "callRefused", "reqFinished")


@dataclass(frozen=True)
class LoggedCall:
    """One function call, as it ended."""

    at: str
    function: str
    integration_id: str
    status: str
    """The HTTP status of the answer."""
    response_time: str
    """As logged, with its unit: ``12ms``."""
    code: str = ""
    """Of the failure; empty for a call that succeeded."""
    place: str = ""
    """File, line, and function of the failure."""
    connector_id: str = ""
    request_id: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether the caller got an error."""
        return bool(self.code) or not self.status.startswith("2")

    def to_json(self) -> dict[str, str]:
        """Return the call as JSON; what is empty is left out."""
        return {name: value for name, value in asdict(self).items() if value}

    def __str__(self) -> str:
        failure = f"  {self.code} at {self.place}" if self.code else ""
        about = f"  {self.integration_id}" if self.integration_id else ""
        return f"{self.at}  {self.function}{about}  {self.status}  {self.response_time}{failure}"


def calls_in(lines: Iterable[str]) -> Iterator[LoggedCall]:
    """Yield each call whose end is among *lines*: text, or JSON, of one or several processes."""
    begun: OrderedDict[str, dict[str, str]] = OrderedDict()
    for line in lines:
        fields = _fields_in(line)
        name, request_id = fields.get("logName"), fields.get("_reqId", "")
        if name not in _ABOUT_CALLS:
            continue
        if name != "reqFinished":
            begun.setdefault(request_id, {}).update(fields)
            if len(begun) > CALLS_AT_A_TIME:
                begun.popitem(last=False)
        elif fields.get("function"):
            yield _call({**begun.pop(request_id, {}), **fields})


def _call(fields: Mapping[str, str]) -> LoggedCall:
    return LoggedCall(
        at=fields["time"],
        function=fields["function"],
        integration_id=fields.get("_integrationId", ""),
        status=fields.get("statusCode", ""),
        response_time=fields.get("responseTime", ""),
        code=fields.get("code", ""),
        place=fields.get("at", ""),
        connector_id=fields.get("_connectorId", ""),
        request_id=fields.get("_reqId", ""),
    )


def _fields_in(line: str) -> dict[str, str]:
    """Return the fields of an event; none for any other line."""
    start = line.find("{")
    if start >= 0 and '"logName"' in line:  # what collects logs may put a prefix before it
        try:
            document = json.loads(line[start:])
        except ValueError:
            return {}
        return {key: str(value) for key, value in document.items()}
    found = _LINE.search(line)
    if not found or not found["rest"].startswith("logName="):
        return {}
    fields = dict(_FIELD.findall(found["rest"]))
    return {**fields, "time": found["time"], "level": found["level"]}
