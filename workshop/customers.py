"""Customers who also change things in their accounts, and remember what must stay so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from connector_kit.testing import customers
from connector_kit.testing.customers import (
    CustomerError,
    Document,
    addition,
    answer_to_step,
    replaced,
)

__all__ = ["CUSTOMERS", "Customer", "Edit", "FlatCustomer", "answer_to_step"]


@dataclass
class Edit:
    """One change a customer made, and where it must still be found after the rollout."""

    resource: str
    id: str
    path: tuple[str, ...]
    value: object

    def is_kept_in(self, document: Document | None) -> bool:
        """Whether *document* still has the customer's value."""
        found: object = document
        for key in self.path:
            found = found.get(key) if isinstance(found, dict) else None
        return found == self.value


@dataclass
class Customer(customers.Customer):
    """One customer's account, seen through its own token.

    *recognize* tells which component a document is; by default, that is its external id.
    """

    edits: list[Edit] = field(default_factory=list)
    recognize: Callable[[str, Document], str] = lambda _, document: str(document.get("externalId"))

    def change(self, resource: str, name: str, path: tuple[str, ...], value: object) -> None:
        """Change one field of the component *name* and remember it."""
        document = self._named(resource, name)
        address = f"{resource}/{document['_id']}"
        if resource == "connections":  # to replace one would store the masks of its secrets
            stored = self._call("PATCH", address, [addition(document, path, value)])
        else:
            stored = self._call("PUT", address, replaced(document, path, value))
        edit = Edit(resource, document["_id"], path, value)
        if not edit.is_kept_in(stored):
            raise CustomerError(f"The platform did not take {name}.{'.'.join(path)}.")
        self.edits.append(edit)

    def _named(self, resource: str, external_id: str) -> Document:
        for document in self.documents(resource):
            is_ours = document.get("_integrationId") == self.integration_id
            if is_ours and self.recognize(resource, document) == external_id:
                return document
        raise CustomerError(f"{self.email} has no {resource} called {external_id}.")

    def set(self, name: str, value: object, sets: tuple[str, str, str]) -> None:
        """Save a setting, and remember what it has made of the field that it *sets*.

        *sets* names resource, component, and field.
        """
        resource, component, field_name = sets
        before = self._named(resource, component).get(field_name)
        self.save_setting(name, value)
        document = self._named(resource, component)
        if document.get(field_name) == before:
            raise CustomerError(f"Saving {name} has not changed {component}.{field_name}.")
        self.edits.append(Edit(resource, document["_id"], (field_name,), document[field_name]))

    def kept_edits(self) -> int:
        """How many of the remembered changes are still there."""
        held = {
            (resource, document["_id"]): document
            for resource in {edit.resource for edit in self.edits}
            for document in self.documents(resource)
        }
        return sum(edit.is_kept_in(held.get((edit.resource, edit.id))) for edit in self.edits)


@dataclass
class FlatCustomer(Customer, customers.FlatCustomer):
    """A customer of a connector of framework 2.0, whose platform copies a source integration."""


CUSTOMERS: dict[int, type[Customer]] = {1: Customer, 2: FlatCustomer}
"""Customers by the framework of the connector that they install."""
