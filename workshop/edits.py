"""Changes that customers make between two versions, of the kinds the platform lets them make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector_kit.blueprint import Blueprint, CompiledComponent
from workshop.audit import Recognition
from workshop.customers import Customer

SCHEDULE = "? 7 */3 ? * *"
"""A schedule that no version declares."""

PAGE_SIZE = 37
"""A page size that no version declares."""

SET = "#ours"
"""A text that no setting has by default."""

Edit = tuple[str, str, tuple[str, ...], object]
"""Resource, component, path and value."""


def edit_as_customers_do(
    customers: Sequence[Customer], before: Blueprint, after: Blueprint
) -> None:
    """Let every second of *customers* make one change, each kind in turn; the others may set.

    They change only fields that both versions declare alike, or that are declared as the
    customer's: those that an update must leave alone. Each setting is saved by one customer.
    """
    possible = list(_possible(before, after))
    for customer in customers:
        customer.recognize = Recognition.of(before.components)
    for number, customer in enumerate(customers[::2]):
        if possible:
            customer.change(*possible[number % len(possible)])
    for customer, (name, sets) in zip(customers[1::2], _settings(before, after), strict=False):
        customer.set(name, SET, sets)


def _possible(before: Blueprint, after: Blueprint) -> Iterator[Edit]:
    remaining = {component.external_id: component for component in after.components}
    for component in before.components:
        successor = remaining.get(component.external_id)
        if successor is None:
            continue
        if edit := _edit_of(component, successor):
            yield edit


def _settings(before: Blueprint, after: Blueprint) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Yield the texts that an installation can set, each with the field that it sets."""
    resources = {component.external_id: component.resource for component in before.components}
    for setting in before.schema.settings:
        is_kept = setting.name in after.schema.by_name and setting.flow is None
        if is_kept and setting.sets and isinstance(setting.default, str):
            target = setting.sets[0]
            field = target.path.partition(".")[0]
            yield setting.name, (resources[target.component], target.component, field)


def _edit_of(component: CompiledComponent, successor: CompiledComponent) -> Edit | None:
    """The change a customer makes to *component*; fields as in protocol/resources.md#flow."""
    field, value = _FIELDS.get(component.resource, ("", None))
    untouched = component.document.get(field) == successor.document.get(field)
    if not field or not (untouched or field in successor.customer_owns):
        return None
    return (component.resource, component.external_id, (field,), value)


_FIELDS: dict[str, tuple[str, object]] = {
    "connections": ("name", "Our own name for this"),
    "exports": ("pageSize", PAGE_SIZE),
    "imports": ("lookups", [{"name": "ours", "map": {"a": "b"}, "default": "c"}]),
    "flows": ("schedule", SCHEDULE),
}
