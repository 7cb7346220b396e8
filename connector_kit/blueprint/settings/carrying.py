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

from connector_kit.blueprint.settings.schema import CompiledSetting, Schema
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
    aside = _by_version(retired or {})
    installed = str((retired or {}).get("version") or "")
    after: dict[str, Any] = {}
    kept: dict[str, dict[str, Any]] = {}
    notes: list[Note] = []
    for store in (None,) if stores is None else stores:
        own = _Aside(version, installed, {key: of_store(aside[key], store) for key in aside})
        moved = _Move(old, new, store).moved(of_store(settings, store), own)
        notes += moved.notes
        after = with_store(after, store, moved.values)
        for key, values in own.by_version.items():
            kept[key] = (
                with_store(kept.get(key, {}), store, values) if values else kept.get(key, {})
            )
    return Carried(after, _retired(version, kept), tuple(notes))


def _by_version(retired: Retired) -> dict[str, Stored]:
    """What was put aside, by the version that did not accept it, newest first."""
    newest = {str(retired["version"]): retired.get("settings") or {}} if retired else {}
    return newest | dict(retired.get("earlier") or {})


def _retired(version: str, kept: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The record of what is *kept*, by the version that did not accept it."""
    settings = kept.get(version, {})
    earlier = {key: values for key, values in kept.items() if values and key != version}
    return {
        **({"version": version} if settings or earlier else {}),
        **({"settings": settings} if settings else {}),
        **({"earlier": earlier} if earlier else {}),
    }


@dataclass
class _Aside:
    """What was put aside for one store, by the version that did not accept it.

    *version* replaces *installed*. It may restore what *installed* did not accept, and what any
    higher version did not.
    """

    version: str
    installed: str
    by_version: dict[str, dict[str, Json]]

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


@dataclass
class _Moved:
    values: dict[str, Json] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class _Move:
    """Moves the values of one store."""

    old: Schema
    new: Schema
    store: str | None

    def moved(self, values: Mapping[str, Json], aside: _Aside) -> _Moved:
        """Return those of *values*, and of what is *aside*, that the new version accepts.

        What it does not accept is put aside.
        """
        done = _Moved()
        used: set[str] = set()
        for setting in self.new.settings:
            names = self._names(setting)
            own = next(((name, values[name]) for name in names if name in values), None)
            used |= {own[0]} if own else set()
            if found := own or aside.find(names):
                aside.forget(names)
                accepted, reason = _accepted(self.new, setting, found[1])
                if not reason:
                    done.values[setting.name] = accepted
                    continue
                aside.put(*found)
                if own or not self.old.by_name.keys() & set(names):
                    done.notes.append(self._note(setting, found[1], reason))
        for name in values.keys() - used:
            aside.put(name, values[name])
        return done

    def _note(self, setting: CompiledSetting, value: Json, reason: str) -> Note:
        return Note(setting.name, self.store, value, setting.default, reason)

    def _names(self, setting: CompiledSetting) -> tuple[str, ...]:
        """What *setting* is known as: by its name, an earlier or (going back) a later one."""
        later = (item.name for item in self.old.settings if setting.name in item.was)
        return (setting.name, *setting.was, *later)


def _accepted(schema: Schema, setting: CompiledSetting, value: Json) -> tuple[Json, str]:
    """Return *value* as the new version's type has it, and why it is refused, if it is."""
    form, others = schema.form, {**effective(schema, {}), setting.name: value}
    values = others | {setting.name: typed(form, {setting.name: value})[setting.name]}
    return values[setting.name], "; ".join(validate(form, values).get(setting.name, ()))
