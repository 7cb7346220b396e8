"""Carries an installation's settings over to another version.

New settings get their default, and renamed ones keep their value. A value that a version does not
accept, because it dropped the setting or refuses the value, is put aside: a later release may
restore it, under the same or another name, and so does returning to an earlier version. What the
customer has set in the meantime takes precedence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import semver

from connector_kit.blueprint.settings.schema import Schema
from connector_kit.blueprint.settings.values import Stored, effective, of_store, with_store
from connector_kit.documents import Json
from connector_kit.forms import typed, validate

Retired = Mapping[str, Any]
"""Values that were put aside: ``{"version", "settings"}``, those that *version* did not accept, and
``earlier``, those that earlier versions did not accept, by version. May be empty."""


@dataclass(frozen=True)
class Note:
    """A value that could not be carried over, and why."""

    setting: str
    store: str | None
    before: Json
    after: Json
    reason: str

    def to_json(self) -> dict[str, Json]:
        """Return the note as JSON."""
        return {
            "setting": self.setting,
            "store": self.store,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Carried:
    """The settings of an installation for another version.

    *retired* is kept for versions to come, and *notes* is what people should know.
    """

    settings: dict[str, Any]
    retired: dict[str, Any]
    notes: tuple[Note, ...] = ()


def carried(
    old: Schema,
    new: Schema,
    settings: Stored,
    *,
    version: str,
    stores: tuple[str, ...] | None = None,
    retired: Retired | None = None,
) -> Carried:
    """Return *settings* of a version with *old* as the new *version*, with *new*, has them.

    *stores* are None in an installation without. A value that the new version would not accept
    gives way to its default, and is noted. Carrying over to the same version again changes nothing.
    """
    # What was put aside, by the version that did not accept it, newest first.
    newest = {str(retired["version"]): retired.get("settings") or {}} if retired else {}
    put_aside: dict[str, Stored] = newest | dict((retired or {}).get("earlier") or {})
    installed = str((retired or {}).get("version") or "")
    after: dict[str, Any] = {}
    kept: dict[str, dict[str, Any]] = {}
    notes: list[Note] = []
    for store in (None,) if stores is None else stores:
        aside = _Aside(
            version, installed, {key: of_store(put_aside[key], store) for key in put_aside}
        )
        accepted = _accepted(old, new, store, of_store(settings, store), aside)
        notes += aside.notes
        after = with_store(after, store, accepted)
        for key, values in aside.by_version.items():
            before = kept.get(key, {})
            kept[key] = with_store(before, store, values) if values else before

    own = kept.pop(version, {})
    earlier = {key: values for key, values in kept.items() if values}
    record = {key: item for key, item in (("settings", own), ("earlier", earlier)) if item}
    return Carried(after, {"version": version, **record} if record else {}, tuple(notes))


@dataclass
class _Aside:
    """What was put aside for one store, by the version that did not accept it.

    *version* replaces *installed*. It may restore what *installed* did not accept, and what any
    higher version did not. *notes* are about what it puts aside itself.
    """

    version: str
    installed: str
    by_version: dict[str, dict[str, Json]]
    notes: list[Note] = field(default_factory=list)

    def find(self, names: tuple[str, ...]) -> tuple[str, Json] | None:
        """Return the first of *names* that may come back, with its value."""
        for refusing, values in self.by_version.items():
            if refusing == self.installed or _is_below(self.version, refusing):
                for name in names:
                    if name in values:
                        return name, values[name]
        return None

    def put(self, name: str, value: Json) -> None:
        """Put aside a value that the new version does not accept."""
        self.forget((name,))
        self.by_version.setdefault(self.version, {})[name] = value

    def forget(self, names: tuple[str, ...]) -> None:
        """Drop what was put aside under *names*: it is in force again, or something newer is."""
        for values in self.by_version.values():
            for name in names:
                values.pop(name, None)


def _is_below(version: str, other: str) -> bool:
    try:
        return semver.Version.parse(version) < semver.Version.parse(other)
    except ValueError:
        return False


def _accepted(
    old: Schema, new: Schema, store: str | None, values: Mapping[str, Json], aside: _Aside
) -> dict[str, Json]:
    """Return those of *values*, and of what is *aside*, that *new* accepts, for one *store*.

    What it does not accept is put aside.
    """
    accepted: dict[str, Json] = {}
    used: set[str] = set()
    defaults = effective(new, {})
    for setting in new.settings:
        # It is known by its name, an earlier or (going back) a later one.
        later = (item.name for item in old.settings if setting.name in item.was)
        names = (setting.name, *setting.was, *later)
        own = next(((name, values[name]) for name in names if name in values), None)
        used |= {own[0]} if own else set()
        found = own or aside.find(names)
        if not found:
            continue
        aside.forget(names)
        typed_values = typed(new.form, {setting.name: found[1]})
        if setting.name in typed_values:
            value = {setting.name: typed_values[setting.name]}
            faults = validate(new.form, defaults | value).get(setting.name, [])
        else:
            value, faults = {}, ["It has become display-only"]
        if not faults:
            accepted |= value
            continue
        aside.put(*found)
        if own or not old.by_name.keys() & set(names):
            reason = "; ".join(faults)
            aside.notes.append(Note(setting.name, store, found[1], setting.default, reason))
    for name in values.keys() - used:
        aside.put(name, values[name])
    return accepted
