"""What becomes of an installation's settings when another version takes over.

New settings get their default, renamed ones carry their value, removed ones are kept until the
release after: should that bring the setting back, under its own or another name, nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_kit.blueprint.documents import Json
from connector_kit.blueprint.forms import Form, typed, validate
from connector_kit.blueprint.settings.schema import CompiledSetting, Schema
from connector_kit.blueprint.settings.values import Stored, effective, of_store, with_store

Retired = Mapping[str, Any]
"""Values of settings that the version before dropped: ``{"version", "settings"}``, or nothing."""


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

    *retired* is kept for the release after, and *notes* is what people should know.
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
    earlier = retired or {}
    is_again = earlier.get("version") == version
    kept = earlier.get("settings") or {}
    after: dict[str, Any] = {}
    dropped: dict[str, Any] = {}
    notes: list[Note] = []
    for store in (None,) if stores is None else stores:
        values, own = of_store(settings, store), of_store(kept, store)
        moved = _Move(old, new, store).moved(values, own)
        notes += moved.notes
        after = with_store(after, store, moved.values)
        waiting = {name: value for name, value in own.items() if name not in new.by_name}
        gone = {**(waiting if is_again else {}), **moved.left}
        dropped = with_store(dropped, store, gone) if gone else dropped
    keep = {"version": version, "settings": dropped} if dropped else {}
    return Carried(after, keep, tuple(notes))


@dataclass
class _Moved:
    values: dict[str, Json]
    left: dict[str, Json]
    notes: list[Note]


@dataclass(frozen=True)
class _Move:
    """Moves the values of one store."""

    old: Schema
    new: Schema
    store: str | None

    def moved(self, values: Mapping[str, Json], kept: Mapping[str, Json]) -> _Moved:
        """Return what of *values*, and of the ones *kept* from before, the new version has."""
        found = {
            setting.name: source
            for setting in self.new.settings
            if (source := self._source(setting, values, kept)) is not None
        }
        form = self.new.form
        taken: dict[str, Json] = {}
        notes = []
        for name, (_, value) in found.items():
            setting = self.new.by_name[name]
            accepted, reason = _accepted(form, setting, value, self.new)
            if reason:
                notes.append(Note(setting.name, self.store, value, setting.default, reason))
            else:
                taken[setting.name] = accepted
        used = {source for source, _ in found.values()}
        left = {
            name: value
            for name, value in values.items()
            if name not in used and name not in self.new.by_name
        }
        return _Moved(taken, left, notes)

    def _source(
        self, setting: CompiledSetting, values: Mapping[str, Json], kept: Mapping[str, Json]
    ) -> tuple[str, Json] | None:
        """Where a value is: under its name, an earlier or (going back) a later one, or kept."""
        later = (each.name for each in self.old.settings if setting.name in each.was)
        names = (setting.name, *setting.was, *later)
        for known in (values, kept):
            for name in names:
                if name in known:
                    return name, known[name]
        return None


def _accepted(
    form: Form, setting: CompiledSetting, value: Json, schema: Schema
) -> tuple[Json, str]:
    """Return *value* as the new version's type has it, and why it is refused, or nothing."""
    others = {**effective(schema, {}), setting.name: value}
    values = others | {setting.name: typed(form, {setting.name: value})[setting.name]}
    return values[setting.name], "; ".join(validate(form, values).get(setting.name, ()))
