"""Rules for what a connector says of its listing (protocol/resources.md#connector)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from semver import Version

from connector_kit.blueprint.components import Component
from connector_kit.blueprint.declare import LISTING, Declaration
from connector_kit.blueprint.listing import FRAMEWORKS, TRIAL_DAYS
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.rules.connections import CONNECTION_TYPES

_ANY = re.compile(r".*", re.DOTALL)
_HANDLE_HINT = 'Write letters, digits, "-" and "_", or leave it out for the name of the class.'
_FRAMEWORK_HINT = "Use 1 (functions install the connector) or 2 (a source integration is copied)."

_HANDLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_MAIL = re.compile(r"\s*[^@\s,]+@[^@\s,]+\.[^@\s,]+\s*")
_ID = re.compile(r"[0-9a-f]{24}")


def listing_findings(  # noqa: C901, PLR0912  one case per attribute
    declared: Declaration,
) -> Iterator[Finding]:
    """Yield what is wrong with the listing's attributes."""
    for name in LISTING:
        value: Any = getattr(declared.connector, name)
        if isinstance(value, Component):  # another rule reports those
            continue
        message = f"{name} is {value!r}."
        match name:
            case "name" if not isinstance(value, str) or not value.strip():
                yield Finding("E001", "The connector has no name.", 'Add name = "...".')
            case "version" if not isinstance(value, str) or not Version.is_valid(value):
                message = f"The version {value!r} is not a semantic version."
                yield Finding("E002", message, 'Use three numbers, such as version = "1.0.0".')
            case "description" if not isinstance(value, str):
                yield Finding("E003", message, "It must be text.")
            case "applications" if not _are_texts(value):
                yield Finding("E003", message, "It must be a list of names.")
            case "handle" if value != "" and not _are_texts([value], _HANDLE):
                yield Finding("E080", message, _HANDLE_HINT)
            case "website_url" | "image_url" | "help_url" if value != "":
                yield from _address_findings(name, value)
            case "contact_email" if value != "":
                words = value.split(",") if isinstance(value, str) else [value]
                if not _are_texts(words, _MAIL):
                    hint = "Use one or more e-mail addresses, separated by commas."
                    yield Finding("E082", message, hint)
            case "framework" if isinstance(value, bool) or value not in FRAMEWORKS:
                yield Finding("E083", message, _FRAMEWORK_HINT)
            case "trial_days" if value is not None and value != 0:
                if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                    hint = "Use a number of days, 0 for no trials, or remove it."
                    yield Finding("E084", message, hint)
                elif value not in TRIAL_DAYS:
                    known = ", ".join(map(str, TRIAL_DAYS))
                    yield Finding("W081", message, f"The platform supports trials of {known} days.")
            case "iclients":
                yield from _iclient_findings(value, declared)


def _are_texts(values: Any, pattern: re.Pattern[str] = _ANY) -> bool:
    return isinstance(values, list | tuple) and all(
        isinstance(value, str) and pattern.fullmatch(value) for value in values
    )


def _address_findings(name: str, value: Any) -> Iterator[Finding]:
    try:
        parts = urlsplit(value) if isinstance(value, str) and not re.search(r"\s", value) else None
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        hint = "Use an address such as https://host/path."
        yield Finding("E081", f"{name} is {value!r}.", hint)
    elif parts.scheme == "http":
        message = f"{name} is an http address, which browsers block on the marketplace's pages."
        yield Finding("W080", message, "Use https.")


def _iclient_findings(iclients: Any, declared: Declaration) -> Iterator[Finding]:
    if not isinstance(iclients, Mapping):
        hint = 'Use ids by connection type: {"http": ["<id>"]}.'
        yield Finding("E085", f"iclients is {iclients!r}.", hint)
        return
    types = []
    for component in declared.components.values():
        wire = component.wire if isinstance(component.wire, Mapping) else {}
        types.append(component.fields.get("type") or wire.get("type"))
    for type_, ids in iclients.items():
        if not ids or not _are_texts(ids, _ID):
            hint = "Use a list of iClient ids, each with 24 hexadecimal digits."
            yield Finding("E085", f"iclients[{type_!r}] is {ids!r}.", hint)
        if type_ not in types:
            message = f"iclients names connections of type {type_!r}, but the connector has none."
            close = did_you_mean(str(type_), CONNECTION_TYPES)
            hint = f"{close}Declare such a connection, or remove the entry."
            yield Finding("W082", message, hint)
