"""A form: its fields, how they are laid out, and what state they are in for certain values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connector_kit.documents import Document, Json
from connector_kit.forms.fields import Field

Values = Mapping[str, Json]
"""Values by field name."""


@dataclass(frozen=True)
class Box:
    """A part of a form's layout: fields by id, then further boxes.

    *style* says how the boxes inside look: ``collapse``, ``tab``, ``column``, … or ``""`` for one
    below the other (protocol/settings-forms.md#43-layout).
    """

    label: str = ""
    style: str = ""
    is_collapsed: bool = False
    fields: tuple[str, ...] = ()
    boxes: tuple["Box", ...] = ()

    def shown(self) -> Iterator[str]:
        """Yield the ids of all fields in it, in order."""
        yield from self.fields
        for box in self.boxes:
            yield from box.shown()


@dataclass(frozen=True)
class Form:
    """A form as people see it. *oddities* describes what is unusual about the document."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    layout: Box = field(default_factory=Box)
    oddities: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.fields)

    def named(self, name: str) -> Field | None:
        """Return the first field whose value is called *name*."""
        return next(
            (form_field for form_field in self.fields.values() if form_field.name == name), None
        )

    def may_refresh(self, field: Field) -> bool:
        """Tell whether the options of *field* may have changed since the document was written."""
        others = (form_field for form_field in self.fields.values() if form_field.id != field.id)
        return bool(
            field.is_refreshable or field.refreshed_by or any(other.posts_back for other in others)
        )

    def values(self) -> dict[str, Json]:
        """Return what the form shows when it is opened, by name."""
        values: dict[str, Json] = {}
        for form_field in self.fields.values():
            if form_field.type.has_value and values.get(form_field.name) is None:
                values[form_field.name] = form_field.start
        return values


@dataclass(frozen=True)
class FieldState:
    """The state of a field; a removed one is neither shown nor sent."""

    visible: bool
    required: bool
    disabled: bool
    removed: bool

    @property
    def is_shown(self) -> bool:
        """Whether the field is visible."""
        return self.visible and not self.removed


def state_of(form: Form, values: Values) -> dict[str, FieldState]:
    """Return the state of every field of *form*, by id, when its values are *values*, by name."""
    by_id = {
        form_field.id: form_field.type.compared(values.get(form_field.name))
        for form_field in form.fields.values()
    }
    return {
        form_field.id: FieldState(
            visible=form_field.visible.result(by_id, default=True),
            required=form_field.required.result(by_id, default=False),
            disabled=form_field.disabled.result(by_id, default=False),
            removed=form_field.removed.result(by_id, default=False),
        )
        for form_field in form.fields.values()
    }


def flattened(form: Form, settings: Document) -> dict[str, Json]:
    """Return stored *settings* by field name: a dot in a name nests the value there."""
    found: dict[str, Json] = {}
    for name in (form_field.name for form_field in form.fields.values()):
        if name in settings:
            found[name] = settings[name]
            continue
        value: Json = settings
        for key in name.split("."):
            if not isinstance(value, dict) or key not in value:
                break
            value = value[key]
        else:
            found[name] = value
    return found


def nested(values: Values) -> Document:
    """Return *values* as they are stored in ``settings``: a dot in a name nests the value."""
    document: Document = {}
    for name, value in values.items():
        *path, last = name.split(".")
        inside = document
        for key in path:
            deeper = inside.get(key)
            if not isinstance(deeper, dict):
                deeper = inside[key] = {}
            inside = deeper
        inside[last] = value
    return document
