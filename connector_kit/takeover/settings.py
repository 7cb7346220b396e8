"""What customers have set on a settings page that other code made, as declared settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_kit.blueprint.settings import Schema
from connector_kit.documents import Document
from connector_kit.forms import Field, Form, read_settings_document, validate
from connector_kit.takeover.rules import Rules, covers, plain


@dataclass(frozen=True)
class CarriedSettings:
    """*values* by setting, without defaults; *fields* names the old field of each.

    *dropped* are the old fields with a value that no setting takes, with the reason.
    """

    values: dict[str, Any] = field(default_factory=dict, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> Document:
        """Return which fields are taken and which are not, without their values."""
        return {"taken": dict(self.fields), "dropped": dict(self.dropped)}


def carry_settings(schema: Schema, page: Any, rules: Rules) -> CarriedSettings:
    """Return the values on *page* that the settings of *schema* take.

    A setting takes the field that the author's rules name for it, else the one with its name, else
    the only one with its label. A value that the setting does not allow is dropped, with the
    reason. The stores of a multi-store page have settings of their own, which are not carried.
    """
    old_fields, is_multi_store = _fields_on(page)
    if is_multi_store:
        reason = "It belongs to one of several stores."
        return CarriedSettings(dropped={item.name: reason for item in old_fields})
    values: dict[str, Any] = {}
    taken: dict[str, str] = {}
    dropped = {item.name: "No declared setting takes it." for item in old_fields}
    for setting in schema.settings:
        declared = schema.field(setting.name)
        old = _field_for(setting.name, declared, old_fields, rules)
        if old is None or declared is None:
            continue
        if validate(Form({declared.id: declared}), {declared.name: old.value}):
            dropped[old.name] = f"The setting {setting.name} does not allow its value."
            continue
        taken[setting.name] = old.name
        dropped.pop(old.name, None)
        if old.value != setting.default:
            values[setting.name] = old.value
    return CarriedSettings(values, taken, dropped)


def _fields_on(page: Any) -> tuple[list[Field], bool]:
    """The fields that have a value, and whether the page is of several stores."""
    pages = read_settings_document(page if isinstance(page, dict) else None)
    forms = (form for store in pages.stores for form in store.forms())
    fields = [item for form in forms for item in form.fields.values() if item.value is not None]
    return fields, pages.is_multi_store


def _field_for(
    name: str, declared: Field | None, old_fields: list[Field], rules: Rules
) -> Field | None:
    if patterns := rules.settings.get(name):
        found = [item for item in old_fields if covers(patterns, item.name, item.label)]
    else:
        label = plain(declared.label if declared else "")
        named = [item for item in old_fields if item.name == name]
        found = named or [item for item in old_fields if label and plain(item.label) == label]
    return found[0] if len(found) == 1 else None
