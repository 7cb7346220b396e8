"""Dependencies of 1.0, declared on the field that controls others (settings-forms.md#17)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from connector_kit.documents import Document, Json
from connector_kit.forms.field_types import CHECKBOX
from connector_kit.forms.fields import Field
from connector_kit.forms.rules import Condition, Ruling

_GOVERNING = {"hidden": ("visible", False), "required": ("required", True)} | {
    "disabled": ("disabled", True)
}
"""By the key of an entry: the property that it governs, and the value that makes it do so."""


class _Effect(NamedTuple):
    """While the controlling field has *value*, *property* holds for the field *name*."""

    name: str
    property: str
    value: Json


def governed(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Return *fields* with their dependencies made into rules.

    Several values of one controlling field are alternatives, several controlling fields must all
    agree; a property that is governed ignores what the field itself says of it.
    """
    among: dict[tuple[str, str], dict[str, list[Json]]] = defaultdict(lambda: defaultdict(list))
    for controlling in fields.values():
        for effect in _effects(controlling):
            among[effect.name, effect.property][controlling.id].append(effect.value)
    rulings: dict[str, dict[str, Any]] = defaultdict(dict)
    for (name, governing), controllers in among.items():
        every = tuple(Condition(item, tuple(values)) for item, values in controllers.items())
        rulings[name][governing] = Ruling(every=every)
    return {
        identity: replace(item, **rulings[item.name]) if item.name in rulings else item
        for identity, item in fields.items()
    }


def _effects(controlling: Field) -> Iterator[_Effect]:
    dependencies = controlling.raw.get("dependencies")
    if not isinstance(dependencies, dict):
        return
    for key, entry in dependencies.items():
        value = _value(controlling, key)
        for document in _named(entry):
            for word, (governing, when) in _GOVERNING.items():
                if document.get(word) is when:
                    yield _Effect(str(document.get("name")), governing, value)


def _value(controlling: Field, key: str) -> Json:
    if controlling.type is CHECKBOX and key in ("enabled", "disabled"):
        return key == "enabled"
    return key


def _named(entry: Json) -> Iterator[Document]:
    for word in ("fields", "links"):
        listed = entry.get(word) if isinstance(entry, dict) else None
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, dict):
                yield item
