"""Rules for settings that would control nothing, however they are set."""

from collections.abc import Iterator
from itertools import product
from math import prod

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.settings.bindings import Binding
from connector_kit.blueprint.settings.schema import CompiledSetting, Schema
from connector_kit.documents import Json
from connector_kit.documents.redaction import is_secret_key
from connector_kit.forms import Field, Form, state_of
from connector_kit.forms.field_types import CHECKBOX

MAXIMUM_STATES = 1000
"""How many combinations of controlling values are tried out, at most."""


def unsettable(setting: CompiledSetting, schema: Schema) -> Iterator[Finding]:
    """Yield why a *setting* that sets something has no value to write, in any installation."""
    field = schema.field(setting.name)
    if field is None:
        return
    if not field.type.has_value:
        message = "It is display-only and has no value to write."
        yield Finding("E122", message, "Remove sets=, or use a field that has a value.")
        return
    shown, settable = _reached(schema.form, field)
    if not shown and field.raw.get("omitWhenHidden"):
        message = (
            "It is never shown, and its value is omitted while hidden, so nothing is ever written."
        )
        hint = "Remove hidden= or omit_when_hidden=, or correct visible_when=."
        yield Finding("E123", message, hint)
    elif not settable and setting.default is None:
        reason = "disabled" if shown else "hidden"
        message = f"It is always {reason} and has no default, so nothing is ever written."
        yield Finding("E123", message, "Add a default, or let customers set it.")


def unwritten(
    binding: Binding, field: Field | None, component: CompiledComponent
) -> Iterator[Finding]:
    """Yield why what is entered in *field* never arrives where the *binding* leads."""
    first, *rest = binding.steps()
    is_customers_secret = (
        component.resource == "connections"
        and first in component.customer_owns
        and any(key in ("auth", "encrypted") or is_secret_key(key) for key in rest)
    )
    if is_customers_secret:
        message = f"It sets {binding}, where customers enter their own credentials."
        hint = (
            "The platform masks them, and updates never overwrite a mask. Leave them to customers."
        )
        yield Finding("E124", message, hint)
    if field is None or binding.way is None or not field.type.has_value:
        return

    written: list[Json] = []
    for value in field.type.samples(field, binding.way.words()):
        try:
            written.append(binding.way(value, binding.found_in(component.document)))
        except (TypeError, ValueError, AttributeError):
            written.append(None)
    way = binding.way.name
    if all(item is None for item in written):
        message = f"It sets {binding} by {way!r}, which writes nothing for this kind of value."
        yield Finding("E122", message, _FITTING.get(way, _FIT))
    elif len(written) > 1 and all(item == written[0] for item in written) and way != "mapped":
        message = (
            f"It sets {binding} by {way!r}, which always writes {written[0]!r}, whatever the "
            "customer enters."
        )
        yield Finding("W101", message, _FITTING.get(way, _FIT))


_FIT = "Use a conversion that fits the field's values, or none to write them unchanged."

_FITTING = {
    "inverted": "It inverts true and false. Use it with a Checkbox.",
    "scaled": "It multiplies numbers. Use it with a Number.",
    "merged": "It adds keys to an object. Use it with a setting whose value is an object.",
    "asMap": "It needs rows with these columns. Use it with a KeyValue or a Table.",
    "part": "It reads one key of an object. Use a key that the field's values have.",
    "mapped": "None of its keys is a value of the field. Use the field's values as keys, or add "
    "a default.",
    "template": "Put {value} or {json} where the value goes.",
}


def _reached(form: Form, field: Field) -> tuple[bool, bool]:
    """Whether *field* is shown, and whether it can be set, for any values of other fields.

    Both are assumed to be true if the values of a field that it depends on cannot be listed.
    """
    names = {*field.visible.fields(), *field.disabled.fields(), *field.removed.fields()}
    choices: dict[str, list[Json]] = {}
    for control in form.fields.values():
        if control.id not in names:
            continue
        if control.type is CHECKBOX:
            choices[control.name] = [True, False]
        elif control.type.is_choice and control.options and not control.is_refreshable:
            choices[control.name] = [*(option.value for option in control.options), None]
        else:
            return True, True
    if prod(map(len, choices.values())) > MAXIMUM_STATES:
        return True, True

    states = [
        state_of(form, dict(zip(choices, values, strict=True)))[field.id]
        for values in product(*choices.values())
    ]
    can_refresh = form.may_refresh(field)
    return (
        any(state.is_shown for state in states),
        any(state.is_shown and (can_refresh or not state.disabled) for state in states),
    )
