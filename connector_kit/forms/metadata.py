"""Reads form metadata: settings forms of 2.0, and the forms of install steps.

protocol/settings-forms.md#4-form-metadata-20-and-install-steps.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from connector_kit.documents import Document, Json
from connector_kit.forms.columns import columns_of, rows_of
from connector_kit.forms.field_types import (
    BY_WORD,
    CHECKBOX,
    EDITOR,
    MULTISELECT,
    NUMBER,
    TEXT,
    TEXTAREA,
    FieldType,
)
from connector_kit.forms.fields import Field
from connector_kit.forms.form import Box, Form
from connector_kit.forms.reading import (
    Notes,
    flag,
    objects,
    read_options,
    sort_of,
    words,
)
from connector_kit.forms.rules import Combined, Condition, Rule, Ruling
from connector_kit.forms.values import plain

_REFRESHABLE = ("refreshableselect", "exportSelect")
"""Types whose options are not in the document at all."""


def read_form(metadata: Json, values: Mapping[str, Json] | None = None) -> Form:
    """Return the form that *metadata* describes, with stored *values* in it; never raises.

    Takes ``{fieldMap, layout}``, or a ``settingsForm`` that has it under ``form``. A stored value
    goes before the document's own (protocol/settings-forms.md#41-settingsform).
    """
    notes = Notes()
    if isinstance(metadata, dict) and isinstance(metadata.get("form"), dict):
        metadata = metadata["form"]
    if not isinstance(metadata, dict):
        notes.add("", f"The form must be an object, not {sort_of(metadata)}.")
        metadata = {}
    fields = dict(_fields(metadata.get("fieldMap"), values or {}, notes))
    layout = metadata.get("layout")
    if isinstance(layout, dict):
        return Form(fields, _box(layout, fields, "layout", notes), tuple(notes))
    if layout is not None:
        notes.add("layout", f"It must be an object, not {sort_of(layout)}.")
    return Form(fields, Box(fields=tuple(fields)), tuple(notes))


def field_type(raw: Document, value: Json, place: str, notes: Notes) -> FieldType:
    """Return what the field *raw* is shown as; an unknown type goes by its *value*."""
    word = words(raw.get("type"))
    known = BY_WORD.get(word)
    if known is TEXT and "number" in (raw.get("inputType"), raw.get("valueType")):
        return NUMBER
    if known is TEXT and flag(raw.get("multiline")):
        return TEXTAREA
    if word == "exportSelect" and flag(raw.get("multiselect")):
        return MULTISELECT
    if known is not None:
        return known
    notes.add(place, f"The type {word!r} is unknown.")
    if isinstance(value, bool):
        return CHECKBOX
    return EDITOR if isinstance(value, dict | list) else TEXT


def rules_of(raw: Document, words_: tuple[str, ...], fixed: Json, place: str, notes: Notes) -> Any:
    """Return the ruling of one property, whose rules are under *words_* and ``…All``."""
    some: list[Rule] = []
    for word in words_:
        some += _rules(raw.get(word), f"{place}.{word}", notes)
    every = _rules(raw.get(f"{words_[0]}All"), f"{place}.{words_[0]}All", notes)
    return Ruling(fixed if isinstance(fixed, bool) else None, tuple(some), tuple(every))


def _fields(
    field_map: Json, values: Mapping[str, Json], notes: Notes
) -> Iterator[tuple[str, Field]]:
    if field_map is None:
        return
    if isinstance(field_map, list):
        notes.add("fieldMap", "It must be an object, not a list.")
        listed = objects(field_map, "fieldMap", notes)
        field_map = {
            words(document.get("id")) or words(document.get("name")): document
            for document in listed
        }
    if not isinstance(field_map, dict):
        notes.add("fieldMap", f"It must be an object, not {sort_of(field_map)}.")
        return
    for key, raw in field_map.items():
        if isinstance(raw, dict):
            yield key, _field(key, raw, values, notes)
        else:
            notes.add(f"fieldMap.{key}", f"It must be an object, not {sort_of(raw)}.")


def _field(key: str, raw: Document, values: Mapping[str, Json], notes: Notes) -> Field:
    place = f"fieldMap.{key}"
    name = words(raw.get("name")) or words(raw.get("id")) or key
    value, default = raw.get("value"), raw.get("defaultValue")
    stored = _stored(values, name)
    if name in values or ("." in name and stored is not None):
        value = stored
    kind = field_type(raw, default if value is None else value, place, notes)
    if kind.has_rows:
        value, default = rows_of(raw, value), rows_of(raw, default) if default else default
    checks = raw.get("validWhen")
    if checks is not None and not isinstance(checks, dict):
        notes.add(f"{place}.validWhen", f"It must be an object, not {sort_of(checks)}.")
    refreshers = raw.get("refreshOptionsOnChangesTo")
    refreshed_by = refreshers if isinstance(refreshers, list) else [refreshers]
    return Field(
        id=key,
        name=name,
        type=kind,
        label=words(raw.get("label")) or name,
        help=words(raw.get("helpText")) or words(raw.get("description")),
        placeholder=words(raw.get("placeholder")),
        value=value,
        default=default,
        options=read_options(raw.get("options"), f"{place}.options", notes),
        columns=columns_of(raw, place, notes),
        required=rules_of(raw, ("requiredWhen",), raw.get("required"), place, notes),
        visible=rules_of(raw, ("visibleWhen",), raw.get("visible"), place, notes),
        disabled=rules_of(raw, ("disabledWhen",), raw.get("defaultDisabled"), place, notes),
        removed=rules_of(raw, ("removeWhen", "deleteWhen"), None, place, notes),
        checks=checks if isinstance(checks, dict) else {},
        is_refreshable=words(raw.get("type")) in _REFRESHABLE or flag(raw.get("supportsRefresh")),
        posts_back=flag(raw.get("autoPostBack")),
        refreshed_by=tuple(item for item in refreshed_by if isinstance(item, str) and item),
        raw=raw,
    )


def _stored(values: Mapping[str, Json], name: str) -> Json:
    if name in values:
        return values[name]
    value: Json = values
    for key in name.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _rules(value: Json, place: str, notes: Notes) -> list[Rule]:
    rules: list[Rule] = []
    for raw in objects(value, place, notes):
        name = raw.get("field")
        if "AND" in raw:
            rules.append(Combined("AND", tuple(_rules(raw["AND"], place, notes))))
        elif "OR" in raw:
            rules.append(Combined("OR", tuple(_rules(raw["OR"], place, notes))))
        elif isinstance(name, str):
            rules.append(Condition(name, _compared(raw.get("is")), _compared(raw.get("isNot"))))
        else:
            notes.add(place, "A rule does not name a field.")
    return rules


def _compared(value: Json) -> tuple[Json, ...]:
    if isinstance(value, dict) and isinstance(value.get("values"), list):
        value = value["values"]
    if value is None:
        return ()
    return tuple(plain(item) for item in (value if isinstance(value, list) else [value]))


def _box(raw: Document, fields: Mapping[str, Field], place: str, notes: Notes) -> Box:
    listed = raw.get("fields")
    names = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    for name in names:
        if name not in fields:
            notes.add(place, f"It shows the field {name!r}, which the form does not have.")
    return Box(
        label=words(raw.get("label")),
        style=words(raw.get("type")),
        is_collapsed=flag(raw.get("collapsed")),
        fields=tuple(name for name in dict.fromkeys(names) if name in fields),
        boxes=tuple(
            _box(container, fields, f"{place}.containers[{n}]", notes)
            for n, container in enumerate(
                objects(raw.get("containers"), f"{place}.containers", notes)
            )
        ),
    )
