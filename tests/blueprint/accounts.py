"""An account as a value: what a plan does to it, without a platform."""

from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count

import jsonpatch

from connector_kit.blueprint import INTEGRATION, STACK, CompiledComponent
from connector_kit.documents import Document, abstract, references, resolve
from connector_kit.plan import Create, Delete, Fence, Live, Plan, Unchanged, Update, compare

FENCE = Fence(connector_id="connector", integration_id="integration")


class BrokenReference(AssertionError):
    """A step was taken before, or after, what it refers to was there."""


@dataclass
class Account:
    """Documents as an account holds them, with ids; and what was last applied to them."""

    documents: dict[str, Document] = field(default_factory=dict)
    applied: dict[str, CompiledComponent] = field(default_factory=dict)
    _numbers: count = field(default_factory=count)

    @classmethod
    def empty(cls) -> "Account":
        """An account with nothing but the installation in it."""
        page = {"_id": "integration", "resource": "integrations", "_connectorId": "connector"}
        return cls({"integration": {**page, "name": "Installed"}})

    def plan(self, *declared: CompiledComponent, **options: bool) -> Plan:
        """What brings the account to *declared*."""
        return compare(declared, self.applied, self.live(), fence=FENCE, **options)

    def live(self) -> tuple[Live, ...]:
        """Everything in the account, as the kit reads it."""
        names = {identity: name for name, identity in self.ids().items()}
        return tuple(
            Live(
                id=identity,
                external_id=INTEGRATION if identity == "integration" else item["externalId"],
                resource=item["resource"],
                document=abstract(_without(item, "resource"), names),
                connector_id=item.get("_connectorId"),
                integration_id=item.get("_integrationId", "integration")
                if identity == "integration"
                else item.get("_integrationId"),
            )
            for identity, item in self.documents.items()
        )

    def ids(self) -> dict[str, str]:
        """Ids by name."""
        named = {
            item["externalId"]: identity
            for identity, item in self.documents.items()
            if "externalId" in item
        }
        return {INTEGRATION: "integration", STACK: "the stack", **named}

    def apply(self, plan: Plan, *, steps: int | None = None) -> None:
        """Carry out the first *steps* of *plan*; raises BrokenReference for a wrong order."""
        assert not plan.is_blocked, plan.conflicts
        for step in plan.steps[:steps]:
            self._take(step)
            self._require_sound_references()
        if steps is None:
            for name in plan.gone:
                self.applied.pop(name, None)

    def edit(self, name: str, /, **fields: object) -> None:
        """Change a component as its customer."""
        self.documents[self.ids()[name]].update(deepcopy(fields))

    def contents(self) -> dict[str, Document]:
        """What the account holds, by external id, ids and server's fields aside."""
        return {
            live.external_id: _without(live.document, "_id")
            for live in self.live()
            if live.external_id != INTEGRATION
        }

    def _take(self, step: object) -> None:
        match step:
            case Create():
                identity = f"id{next(self._numbers)}"
                self.documents[identity] = {
                    **self._resolved(step.component.document),
                    "_id": identity,
                    "resource": step.resource,
                    "externalId": step.external_id,
                    "_connectorId": "connector",
                    "_integrationId": "integration",
                }
                self.applied[step.external_id] = step.component
            case Update():
                self._write(step)
                self.applied[step.external_id] = step.component
            case Unchanged():
                self.applied[step.external_id] = step.component
            case Delete():
                del self.documents[step.id]
                self.applied.pop(step.external_id, None)

    def _write(self, step: Update) -> None:
        stored = self.documents[step.id]
        method, body = step.writes()
        if method == "PUT":
            changed = self._resolved(body)
        else:
            patch = [self._resolved(dict(item)) for item in body]
            changed = jsonpatch.apply_patch(_without(stored, "resource"), patch)
        self.documents[step.id] = {**changed, "resource": stored["resource"]}

    def _resolved(self, document: Document) -> Document:
        missing = references(document) - set(self.ids())
        if missing:
            raise BrokenReference(f"{missing} are referred to before they exist")
        return resolve(document, self.ids())

    def _require_sound_references(self) -> None:
        names = {name for live in self.live() for name in references(live.document)}
        dangling = names - set(self.ids())
        held = {value for document in self.documents.values() for value in _ids_in(document)}
        lost = {name for name in held if name.startswith("id")} - set(self.documents)
        if dangling or lost:
            raise BrokenReference(f"{dangling | lost} are referred to and gone")


def _without(document: Document, key: str) -> Document:
    return {name: deepcopy(value) for name, value in document.items() if name != key}


def _ids_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [id_ for key, item in value.items() if key != "_id" for id_ in _ids_in(item)]
    if isinstance(value, list):
        return [id_ for item in value for id_ in _ids_in(item)]
    return [value] if isinstance(value, str) and value.startswith("id") else []
