"""Rules for what a connector says of its listing (protocol/resources.md#connector)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from connector_kit.blueprint.components import Component
from connector_kit.blueprint.declare import Declaration
from connector_kit.blueprint.listing import FRAMEWORKS, TRIAL_DAYS
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.rules.connections import CONNECTION_TYPES

ADDRESSES = ("website_url", "image_url", "help_url")

_HANDLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_MAIL = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")
_ID = re.compile(r"[0-9a-f]{24}")


def listing_findings(declared: Declaration) -> Iterator[Finding]:
    """Yield what is wrong with the listing's attributes."""
    connector: Any = declared.connector
    checks = {
        "handle": _handle,
        "contact_email": _contact,
        "framework": _framework,
        "trial_days": _trial,
        **dict.fromkeys(ADDRESSES, _address),
    }
    for name, check in checks.items():
        value = getattr(connector, name)
        if not isinstance(value, Component):  # another rule reports those
            yield from check(name, value)
    if not isinstance(connector.iclients, Component):
        yield from _iclients(connector.iclients, declared)


def _handle(name: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, str) or (value and not _HANDLE.fullmatch(value)):
        hint = 'Write letters, digits, "-" and "_", or leave it out for the name of the class.'
        yield Finding("E080", f"{name} is {value!r}.", hint)


def _address(name: str, value: Any) -> Iterator[Finding]:
    if value == "":
        return
    scheme = _scheme(value)
    if scheme is None:
        yield Finding("E081", f"{name} is {value!r}.", "Use an address such as https://host/path.")
    elif scheme == "http":
        message = f"{name} is an http address, which browsers block on the marketplace's pages."
        yield Finding("W080", message, "Use https.")


def _scheme(value: Any) -> str | None:
    """The scheme of an address of the web; None when *value* is none."""
    if not isinstance(value, str) or re.search(r"\s", value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return parts.scheme if parts.scheme in ("http", "https") and parts.hostname else None


def _contact(name: str, value: Any) -> Iterator[Finding]:
    words = value.split(",") if isinstance(value, str) else [value]
    wrong = [word for word in words if not _is_mail(word)]
    if value != "" and wrong:
        hint = "Use one or more e-mail addresses, separated by commas."
        yield Finding("E082", f"{name} is {value!r}.", hint)


def _is_mail(value: Any) -> bool:
    return isinstance(value, str) and _MAIL.fullmatch(value.strip()) is not None


def _framework(name: str, value: Any) -> Iterator[Finding]:
    if isinstance(value, bool) or value not in FRAMEWORKS:
        hint = "Use 1 (functions install the connector) or 2 (a source integration is copied)."
        yield Finding("E083", f"{name} is {value!r}.", hint)


def _trial(name: str, value: Any) -> Iterator[Finding]:
    if value is None or value == 0:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        hint = "Use a number of days, 0 for no trials, or remove it."
        yield Finding("E084", f"{name} is {value!r}.", hint)
    elif value not in TRIAL_DAYS:
        known = ", ".join(map(str, TRIAL_DAYS))
        yield Finding(
            "W081", f"{name} is {value}.", f"The platform supports trials of {known} days."
        )


def _iclients(value: Any, declared: Declaration) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        hint = 'Use ids by connection type: {"http": ["<id>"]}.'
        yield Finding("E085", f"iclients is {value!r}.", hint)
        return
    types = {_type(component) for component in declared.components.values()}
    for type_, ids in value.items():
        yield from _ids(type_, ids)
        yield from _unused(type_, types)


def _type(component: Component) -> Any:
    wire = component.wire if isinstance(component.wire, Mapping) else {}
    return component.fields.get("type") or wire.get("type")


def _ids(type_: Any, ids: Any) -> Iterator[Finding]:
    listed = ids if isinstance(ids, list | tuple) and ids else None
    if listed is None or not all(isinstance(item, str) and _ID.fullmatch(item) for item in listed):
        message = f"iclients[{type_!r}] is {ids!r}."
        yield Finding(
            "E085", message, "Use a list of iClient ids, each with 24 hexadecimal digits."
        )


def _unused(type_: Any, types: set[Any]) -> Iterator[Finding]:
    if type_ in types:
        return
    message = f"iclients names connections of type {type_!r}, but the connector has none."
    close = did_you_mean(str(type_), CONNECTION_TYPES)
    yield Finding("W082", message, f"{close}Declare such a connection, or remove the entry.")
