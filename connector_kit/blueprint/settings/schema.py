"""What one version lets customers set, as data that is stored with the release."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from connector_kit.blueprint.settings.bindings import Binding
from connector_kit.documents import Document, Json
from connector_kit.forms import Field, Form, read_fields, read_form


@dataclass(frozen=True)
class CompiledSetting:
    """One setting of one version.

    *field* is its field as a form of the framework has it, without a value. *flow* names the flow
    whose form it is in, None for those of the installation. *wants_refresh* names what the stack
    knows options for (``""`` the field itself, else sides and columns); *posts_back* and
    *is_checked* say that the stack has a function for its changes, and one that validates.
    """

    name: str
    field: Document = field(repr=False)
    default: Json = None
    sets: tuple[Binding, ...] = ()
    was: tuple[str, ...] = ()
    edition: str | None = None
    add_on: str | None = None
    flow: str | None = None
    wants_refresh: tuple[str, ...] = ()
    posts_back: bool = False
    is_checked: bool = False

    def is_per_store(self, per_store: Collection[str]) -> bool:
        """Tell whether each store has a value of its own; *per_store* names its components.

        What steers a component that all stores share, or is in the form of a shared flow, is set
        once.
        """
        places = {binding.component for binding in self.sets} | ({self.flow} - {None})
        return not places or not places.isdisjoint(per_store)

    @cached_property
    def is_secret(self) -> bool:
        """Whether its value is always masked."""
        framework = 1 if "id" not in self.field else 2
        return self.name in Schema((self,), framework).secrets

    def to_json(self) -> Document:
        """Return the setting as JSON, without what is empty; `from_json` reads it back."""
        more = {
            "sets": [set_.to_json() for set_ in self.sets],
            "was": list(self.was),
            "edition": self.edition,
            "addOn": self.add_on,
            "flow": self.flow,
            "wantsRefresh": list(self.wants_refresh),
            "postsBack": self.posts_back,
            "isChecked": self.is_checked,
        }
        details = {key: value for key, value in more.items() if value}
        return {"name": self.name, "field": self.field, "default": self.default, **details}

    @classmethod
    def from_json(cls, data: Document) -> CompiledSetting:
        """Return the setting that `to_json` wrote."""
        return cls(
            name=data["name"],
            field=data["field"],
            default=data["default"],
            sets=tuple(map(Binding.from_json, data.get("sets", ()))),
            was=tuple(data.get("was", ())),
            edition=data.get("edition"),
            add_on=data.get("addOn"),
            flow=data.get("flow"),
            wants_refresh=tuple(data.get("wantsRefresh", ())),
            posts_back=data.get("postsBack", False),
            is_checked=data.get("isChecked", False),
        )


@dataclass(frozen=True)
class Schema:
    """The settings of one version in their order, and which framework's forms they are in."""

    settings: tuple[CompiledSetting, ...] = ()
    framework: int = 1

    def __bool__(self) -> bool:
        """Whether there is anything to set."""
        return bool(self.settings)

    @cached_property
    def by_name(self) -> Mapping[str, CompiledSetting]:
        """The settings by name."""
        return {setting.name: setting for setting in self.settings}

    @cached_property
    def form(self) -> Form:
        """One form of all settings, to judge values by; it is not one that is shown."""
        if self.framework == 1:
            return read_fields([setting.field for setting in self.settings])
        return read_form({"fieldMap": {setting.name: setting.field for setting in self.settings}})

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The names of the settings whose values are secrets."""
        return frozenset(
            form_field.name for form_field in self.form.fields.values() if form_field.is_secret
        )

    def field(self, name: str) -> Field | None:
        """Return the field of the setting *name*."""
        return self.form.named(name) if name in self.by_name else None

    def to_json(self) -> Document:
        """Return what is declared as JSON; `from_json` reads it back. Nothing declared is {}."""
        if not self.settings and self.framework == 1:
            return {}
        declared: Document = {"declared": [setting.to_json() for setting in self.settings]}
        return {"settings": declared | ({} if self.framework == 1 else {"framework": 2})}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Schema:
        """Return the schema that `to_json` wrote, also from among other keys."""
        stored = data.get("settings") or {}
        return cls(
            settings=tuple(map(CompiledSetting.from_json, stored.get("declared", ()))),
            framework=stored.get("framework", 1),
        )


NO_SETTINGS = Schema()
"""The schema of a version without settings."""
