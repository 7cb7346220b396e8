"""Read every account from outside and report what is there, without the kit's own records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any

from connector_kit.blueprint import Blueprint, CompiledComponent
from connector_kit.blueprint.source import source_of
from connector_kit.documents import MASK, Document, references_in, resolve
from workshop.customers import Customer


@dataclass(frozen=True)
class Recognition:
    """Which component a document is, as everyone can see who looks into the account.

    It goes by external id and, where the platform keeps none, by resource type and name.
    """

    names: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, components: Iterable[CompiledComponent]) -> Recognition:
        """Return what recognizes *components*, whose names differ."""
        return cls(
            {
                (component.resource, str(component.document.get("name"))): component.external_id
                for component in components
            }
        )

    def __call__(self, resource: str, document: Document) -> str:
        """Return the external id of the component, else the id of the document itself."""
        known = self.names.get((resource, str(document.get("name"))))
        return str(document.get("externalId") or known or document["_id"])


@dataclass(frozen=True)
class Findings:
    """What was found in one account, or in all of them together."""

    at_target_version: int = 0
    still_locked: int = 0
    components_declared: int = 0
    components_found: int = 0
    missing: int = 0
    untagged: int = 0
    duplicates: int = 0
    wrong_fields: int = 0
    customer_edits: int = 0
    customer_edits_kept: int = 0

    def __add__(self, other: Findings) -> Findings:
        return Findings(
            *(getattr(self, field.name) + getattr(other, field.name) for field in fields(self))
        )

    @property
    def is_good(self) -> bool:
        """Whether every declared component is there once, tagged, right, and no edit was lost."""
        return (
            self.components_found == self.components_declared
            and self.customer_edits_kept == self.customer_edits
            and not any(
                (self.missing, self.untagged, self.duplicates, self.wrong_fields, self.still_locked)
            )
        )


def audit(
    customers: Sequence[Customer], blueprint: Blueprint, connector_id: str, stack_id: str
) -> Findings:
    """Audit the accounts of all *customers* against *blueprint*."""
    expected = [_Expected.of(component) for component in blueprint.components]

    def one(customer: Customer) -> Findings:
        return _audit_account(customer, blueprint, expected, connector_id, stack_id)

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(one, customers), Findings())


def source_faults(
    publisher: Customer, blueprint: Blueprint, connector_id: str, stack_id: str
) -> list[str]:
    """What the source integration of framework 2.0 lacks of *blueprint*, or has besides.

    *publisher* is the owner of the account that holds it.
    """
    held, integration = source_of(blueprint), publisher.integration()
    declared = {component.external_id for component in held.components}
    name_of = Recognition.of(held.components)
    live = {
        name_of(resource, document): document
        for resource in dict.fromkeys((*(item.resource for item in held.components), *_ALWAYS))
        for document in publisher.documents(resource)
        if name_of(resource, document) in declared
        or document.get("_integrationId") == publisher.integration_id
    }
    ids = {
        "@integration": publisher.integration_id,
        "@connector": connector_id,
        "@stack": stack_id,
        **{name: document["_id"] for name, document in live.items()},
    }
    faults = [f"left over: {name}" for name in sorted(live.keys() - declared)]
    faults += [f"missing: {name}" for name in sorted(declared - live.keys())]
    if faults:
        return faults
    pairs = [(item, live[item.external_id]) for item in held.components]
    return [
        f"wrong: {item.external_id}"
        for item, document in (*pairs, (held.integration, integration))
        if item.resource not in {"connections", "scripts"}
        and not _holds(document, resolve(item.document, ids))
    ]


@dataclass(frozen=True)
class _Expected:
    """A component's fields: *fixed* are the same everywhere, *varying* hold an account's ids."""

    component: CompiledComponent
    fixed: Document
    varying: Document

    @classmethod
    def of(cls, component: CompiledComponent) -> _Expected:
        varying = {key: item for key, item in component.document.items() if references_in(item)}
        fixed = {key: item for key, item in component.document.items() if key not in varying}
        return cls(component, resolve(fixed, {}), varying)


def _audit_account(
    customer: Customer,
    blueprint: Blueprint,
    expected: Sequence[_Expected],
    connector_id: str,
    stack_id: str,
) -> Findings:
    integration = customer.integration()
    resources = dict.fromkeys(
        (*(component.resource for component in blueprint.components), *_ALWAYS)
    )
    held = [
        (resource, document) for resource in resources for document in customer.documents(resource)
    ]
    name_of = Recognition.of(blueprint.components)
    named = [(name_of(resource, document), document) for resource, document in held]
    ours = [row for row in named if row[1].get("_connectorId") == connector_id]
    declared = {component.external_id for component in blueprint.components}
    names = Counter(name for name, _ in ours)
    ids = {
        "@integration": customer.integration_id,
        "@connector": connector_id,
        "@stack": stack_id,
        **{name: document["_id"] for name, document in ours},
    }
    return Findings(
        at_target_version=int(integration.get("version") == blueprint.version),
        still_locked=int(bool(integration.get("updateInProgress"))),
        components_declared=len(declared),
        components_found=len(ours),
        missing=len(declared - set(names)),
        untagged=sum(
            name in declared and not document.get("_connectorId") for name, document in named
        ),
        duplicates=sum(count - 1 for count in names.values()),
        wrong_fields=_wrong_fields(ours, expected, ids, customer),
        customer_edits=len(customer.edits),
        customer_edits_kept=customer.kept_edits(),
    )


_ALWAYS = ("connections", "scripts", "exports", "imports", "flows")
"""Where strays are looked for, declared or not."""


def _wrong_fields(
    ours: Sequence[tuple[str, Document]],
    expected: Sequence[_Expected],
    ids: Mapping[str, str],
    customer: Customer,
) -> int:
    """How many declared values an account lacks, the customer's own edits aside."""
    held = dict(ours)
    edited = {(edit.id, edit.path[0]) for edit in customer.edits}
    wrong = 0
    for item in expected:
        live = held.get(item.component.external_id)
        if live is None or item.component.resource in {"connections", "scripts"}:
            continue  # credentials are the customer's; lists carry no script content
        for key, value in (item.fixed | resolve(item.varying, ids)).items():
            if (live["_id"], key) not in edited and not _holds(live.get(key), value):
                wrong += 1
    return wrong


def _holds(live: Any, declared: Any) -> bool:
    """Whether *live* says at least what *declared* says; what says nothing may have vanished."""
    if live == declared:
        return True
    if isinstance(declared, dict):
        if _is_blank(declared):
            return True
        return isinstance(live, dict) and all(
            _holds(live.get(key), value) for key, value in declared.items()
        )
    if isinstance(declared, list) and isinstance(live, list):
        return len(live) == len(declared) and all(map(_holds, live, declared))
    return bool(live == MASK) or (declared is None and not live)


def _is_blank(value: Any) -> bool:
    """Whether *value* is null, or an object of nothing else."""
    if isinstance(value, dict):
        return all(map(_is_blank, value.values()))
    return value is None
