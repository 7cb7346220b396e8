"""A plan: the changes to make in one account, step by step, as a value.

Computing it changes nothing (`connector_kit.plan.compare`), and a blocked plan is never applied,
not even in part.
"""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.placeholders import completed
from connector_kit.documents import Document, shows_mask
from connector_kit.plan.awaited_connections import Need
from connector_kit.plan.changes import FieldChange
from connector_kit.plan.patch import Operation, operations

Write = tuple[Literal["PUT"], Document] | tuple[Literal["PATCH"], list[Operation]]
"""How a document is changed: as a whole, or by operations."""


@dataclass(frozen=True)
class _OfComponent:
    component: CompiledComponent = field(repr=False)

    @property
    def external_id(self) -> str:
        """The name of the component."""
        return self.component.external_id

    @property
    def resource(self) -> str:
        """The path word of the component's type."""
        return self.component.resource


@dataclass(frozen=True)
class Create(_OfComponent):
    """Write a component that the account does not have."""

    action: ClassVar = "create"

    def to_json(self) -> Document:
        """Return the step as JSON."""
        return _headline(self)


@dataclass(frozen=True)
class Update(_OfComponent):
    """Change the document *id* from *before* to *document*, both symbolic and with the envelope.

    *adopted*: it was found by its external id, without a record that it was created. *changes* also
    lists what the customer keeps (`FieldChange.is_written` is false). *data* has the rows that a
    lookup cache gets unless it has their keys; where there is nothing else, the document stays.
    """

    id: str
    document: Document = field(repr=False)
    changes: tuple[FieldChange, ...]
    before: Document = field(repr=False)
    adopted: bool = False
    data: Mapping[str, str] = field(default_factory=dict, repr=False)
    action: ClassVar = "update"

    def writes(self) -> Write | None:
        """Return the method and its symbolic body, which never carries a mask.

        None when the document stays as it is.

        A document that shows one is patched instead of replaced (protocol/README.md U35). What the
        change makes a connection need, and the customer has yet to enter, gets a placeholder.
        """
        if self.document == self.before:
            return None
        document = completed(self.resource, self.document, self.before)
        if shows_mask(self.before):
            return "PATCH", operations(self.before, document)
        return "PUT", document

    def to_json(self) -> Document:
        """Return the step as JSON, secrets masked."""
        changes = [change.to_json() for change in self.changes]
        return {**_headline(self), "id": self.id, "adopted": self.adopted, "changes": changes}


@dataclass(frozen=True)
class Delete:
    """Remove the document *id*, which the release no longer declares."""

    external_id: str
    resource: str
    id: str
    before: Document = field(repr=False)
    action: ClassVar = "delete"

    def to_json(self) -> Document:
        """Return the step as JSON."""
        return {**_headline(self), "id": self.id}


@dataclass(frozen=True)
class Unchanged(_OfComponent):
    """Leave the document *id* as it is; *kept* lists the customer's edits that win."""

    id: str
    adopted: bool = False
    kept: tuple[FieldChange, ...] = ()
    action: ClassVar = "unchanged"

    def to_json(self) -> Document:
        """Return the step as JSON, secrets masked."""
        kept = [change.to_json() for change in self.kept]
        return {**_headline(self), "id": self.id, "adopted": self.adopted, "kept": kept}


@dataclass(frozen=True)
class Conflict:
    """Something that the kit must not touch, or cannot decide; it blocks the whole plan."""

    external_id: str
    resource: str
    code: str
    message: str
    hint: str
    action: ClassVar = "conflict"

    def to_json(self) -> Document:
        """Return the conflict as JSON."""
        return {
            **_headline(self),
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
        }


PlanStep = Create | Update | Delete | Unchanged | Conflict
ACTIONS = ("create", "update", "delete", "unchanged", "conflict")


@dataclass(frozen=True)
class Plan:
    """The changes that bring one account to what is declared, in an order that breaks no reference.

    *unknown* names documents that have the installation's tag, but are neither declared nor
    recorded: they are left alone. *gone* names components that are no longer declared and no longer
    in the account: only their records are removed. *needs* is what the plan leaves out until the
    customer has logged in to a connection.
    """

    steps: tuple[PlanStep, ...]
    unknown: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to do, or to decide."""
        return any(not isinstance(step, Unchanged) for step in self.steps)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The conflicts that block the plan."""
        return tuple(step for step in self.steps if isinstance(step, Conflict))

    @property
    def is_blocked(self) -> bool:
        """Whether the plan must not be carried out."""
        return bool(self.conflicts)

    def within(self, names: Set[str], *, needed: Set[str] = frozenset()) -> "Plan":
        """Return the part of the plan that is about *names*.

        Conflicts about what these *needed* count too: without it they cannot be made.
        """
        return Plan(
            steps=tuple(
                step
                for step in self.steps
                if step.external_id in names
                or (isinstance(step, Conflict) and step.external_id in needed)
            ),
            gone=tuple(name for name in self.gone if name in names),
        )

    def summary(self) -> dict[str, int]:
        """Return how many steps there are of each kind."""
        counts = Counter(step.action for step in self.steps)
        return {action: counts[action] for action in ACTIONS}

    def to_json(self) -> Document:
        """Return the plan as JSON, secrets masked."""
        return {
            "summary": self.summary(),
            "blocked": self.is_blocked,
            "steps": [step.to_json() for step in self.steps],
            "unknown": list(self.unknown),
            "gone": list(self.gone),
            "needs": [need.to_json() for need in self.needs],
        }


def _headline(step: PlanStep) -> Document:
    return {"action": step.action, "externalId": step.external_id, "resource": step.resource}
