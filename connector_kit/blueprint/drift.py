"""What became of a connector in an account since the kit was last there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from connector_kit.blueprint.changes import FieldChange
from connector_kit.blueprint.compare import Fence, Live
from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.documents import Document
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.merge import merge


@dataclass(frozen=True)
class Drift:
    """One component that is not as it was applied.

    *changes* go from what was applied to what is live; none, when the component is *missing*.
    Fields that only the account has are nobody's drift: the connector never spoke of them.
    """

    external_id: str
    resource: str
    missing: bool = False
    changes: tuple[FieldChange, ...] = ()

    def to_json(self) -> Document:
        """Return the drift as JSON, secrets masked."""
        return {
            "externalId": self.external_id,
            "resource": self.resource,
            "missing": self.missing,
            "changes": [change.to_json() for change in self.changes],
        }


def drift(
    applied: Mapping[str, CompiledComponent], live: Iterable[Live], *, fence: Fence
) -> tuple[Drift, ...]:
    """Return which of the *applied* components are not like that in the account any more.

    A secret that the platform masks is taken for the one that was applied.
    """
    held = {(each.resource, each.external_id): each for each in live if fence.holds(each)}
    return tuple(_drifted(applied.values(), held))


def _drifted(
    applied: Iterable[CompiledComponent], held: Mapping[tuple[str, str], Live]
) -> Iterator[Drift]:
    for component in applied:
        name, resource = component.external_id, component.resource
        found = held.get((resource, name))
        if found is None:
            yield Drift(name, resource, missing=True)
        elif changes := merge(_spoken_of(component), None, found.document).changes:
            turned = (FieldChange(each.path, each.after, each.before) for each in changes)
            yield Drift(name, resource, changes=tuple(turned))


def _spoken_of(component: CompiledComponent) -> Document:
    """The document without what the account and the server decide about it."""
    ours = component.document.items()
    return {key: value for key, value in ours if key not in ENVELOPE_FIELDS | SERVER_FIELDS}
