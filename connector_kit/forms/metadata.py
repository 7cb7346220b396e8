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
    layout = _layout(metadata.get("layout"), fields, notes)
    return Form(fields, layout, tuple(notes))


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
        named = objects(field_map, "fieldMap", notes)
        field_map = {
            words(document.get("id")) or words(document.get("name")): document for document in named
        }
    if not isinstance(field_map, dict):
        notes.add("fieldMap", f"It must be an object, not {sort_of(field_map)}.")
        return
    for key, raw in field_map.items():
        if isinstance(raw, dict):
            each = _field(key, raw, values, notes)
            yield each.id, each
        else:
            notes.add(f"fieldMap.{key}", f"It must be an object, not {sort_of(raw)}.")


def _field(key: str, raw: Document, values: Mapping[str, Json], notes: Notes) -> Field:
    place = f"fieldMap.{key}"
    name = words(raw.get("name")) or words(raw.get("id")) or key
    given, default = raw.get("value"), raw.get("defaultValue")
    if name in values or _is_nested(values, name):
        given = _stored(values, name)
    kind = field_type(raw, default if given is None else given, place, notes)
    if kind.has_rows:
        given, default = rows_of(raw, given), rows_of(raw, default) if default else default
    return Field(
        id=key,
        name=name,
        type=kind,
        label=words(raw.get("label")) or name,
        help=words(raw.get("helpText")) or words(raw.get("description")),
        placeholder=words(raw.get("placeholder")),
        value=given,
        default=default,
        options=read_options(raw.get("options"), f"{place}.options", notes),
        columns=columns_of(raw, place, notes),
        required=rules_of(raw, ("requiredWhen",), raw.get("required"), place, notes),
        visible=rules_of(raw, ("visibleWhen",), raw.get("visible"), place, notes),
        disabled=rules_of(raw, ("disabledWhen",), raw.get("defaultDisabled"), place, notes),
        removed=rules_of(raw, ("removeWhen", "deleteWhen"), None, place, notes),
        checks=_checks(raw.get("validWhen"), place, notes),
        is_refreshable=words(raw.get("type")) in _REFRESHABLE or flag(raw.get("supportsRefresh")),
        posts_back=flag(raw.get("autoPostBack")),
        refreshed_by=tuple(_names(raw.get("refreshOptionsOnChangesTo"))),
        raw=raw,
    )


def _checks(value: Json, place: str, notes: Notes) -> Document:
    if isinstance(value, dict):
        return value
    if value is not None:
        notes.add(f"{place}.validWhen", f"It must be an object, not {sort_of(value)}.")
    return {}


def _names(value: Json) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and item:
            yield item


def _is_nested(values: Mapping[str, Json], name: str) -> bool:
    return "." in name and _stored(values, name) is not None


def _stored(values: Mapping[str, Json], name: str) -> Json:
    if name in values:
        return values[name]
    value: Json = values
    for key in name.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _rules(value: Json, place: str, notes: Notes) -> list[Rule]:
    found = (_rule(object_, place, notes) for object_ in objects(value, place, notes))
    return [item for item in found if item is not None]


def _rule(raw: Document, place: str, notes: Notes) -> Rule | None:
    for word in ("AND", "OR"):
        if word in raw:
            return Combined(
                "AND" if word == "AND" else "OR", tuple(_rules(raw[word], place, notes))
            )
    name = raw.get("field")
    if not isinstance(name, str):
        notes.add(place, "A rule does not name a field.")
        return None
    return Condition(name, _compared(raw.get("is")), _compared(raw.get("isNot")))


def _compared(value: Json) -> tuple[Json, ...]:
    if isinstance(value, dict) and isinstance(value.get("values"), list):
        value = value["values"]
    if value is None:
        return ()
    return tuple(plain(item) for item in (value if isinstance(value, list) else [value]))


def _layout(raw: Json, fields: Mapping[str, Field], notes: Notes) -> Box:
    if not isinstance(raw, dict):
        if raw is not None:
            notes.add("layout", f"It must be an object, not {sort_of(raw)}.")
        return Box(fields=tuple(fields))
    return _box(raw, fields, "layout", notes)


def _box(raw: Document, fields: Mapping[str, Field], place: str, notes: Notes) -> Box:
    listed = raw.get("fields")
    named = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    for name in named:
        if name not in fields:
            notes.add(place, f"It shows the field {name!r}, which the form does not have.")
    return Box(
        label=words(raw.get("label")),
        style=words(raw.get("type")),
        is_collapsed=flag(raw.get("collapsed")),
        fields=tuple(name for name in dict.fromkeys(named) if name in fields),
        boxes=tuple(
            _box(container, fields, f"{place}.containers[{n}]", notes)
            for n, container in enumerate(
                objects(raw.get("containers"), f"{place}.containers", notes)
            )
        ),
    )
