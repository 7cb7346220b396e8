"""Making a draft whole: every reference leads somewhere, none in a circle, nothing is refused.

Each rule changes the draft where it finds something and says whether it did. Leaving one thing out
may orphan another, so they are applied until none finds anything.
"""

from collections.abc import Iterator
from itertools import pairwise

from connector_kit.adoption.draft import Draft
from connector_kit.adoption.placeholders import placeholder
from connector_kit.adoption.references import casualty, field_of, is_reference, type_of
from connector_kit.adoption.residue import SECRET, has_secret_inside
from connector_kit.blueprint import CompiledComponent
from connector_kit.blueprint.order import cycles, dependencies
from connector_kit.blueprint.rules import component_findings
from connector_kit.blueprint.rules.every import LITERAL_SECRET
from connector_kit.blueprint.rules.flows import SCHEDULES
from connector_kit.blueprint.secrets import literal_secrets
from connector_kit.documents.walking import Path, dotted

_DISPENSABLE = (
    "_runNextFlowIds",
    "_keepDeltaBehindFlowId",
    "_keepDeltaBehindExportId",
    "_borrowConcurrencyFromConnectionId",
)
"""References that can be left out of a circle, the first ones first."""


def settle(draft: Draft) -> None:
    """Leave out of *draft* what has to be, until the rest can be declared."""
    while (
        _resolve_missing(draft)
        or _leave_out_secrets(draft)
        or _leave_out_refused(draft)
        or _open_circle(draft)
    ):
        pass


def _resolve_missing(draft: Draft) -> bool:
    missing = [
        (name, path, text)
        for name, _ in draft.living()
        for path, text in draft.settings(name)
        if text not in draft.names and is_reference(path, text)
    ]
    for name, path, identity in missing:
        _resolve(draft, name, path, identity)
    return bool(missing)


def _resolve(draft: Draft, name: str, path: Path, identity: str) -> None:
    document = draft.found[name].document
    if not identity:
        draft.cut(name, casualty(document, path), "refers to nothing")
    elif field_of(path) != "_connectionId":
        row = type_of(path)
        what = row.noun if row else "document"
        reason = f"needs the {what} {identity}, which is missing"
        draft.cut(name, casualty(document, path), reason)
    elif identity not in draft.names:
        draft.add(placeholder(identity, document))


def _leave_out_secrets(draft: Draft) -> bool:
    """Leave out fields that are nothing but a secret.

    One in the midst of a text stays where it is and is noted: `check` refuses it until the author
    has taken it out.
    """
    found = [
        (name, path)
        for name, adopted in draft.living()
        if (secret := set(literal_secrets(adopted.resource, adopted.document)))
        for path, value in draft.fields(name)
        if dotted(path) in secret and not (isinstance(value, str) and has_secret_inside(value))
    ]
    for name, path in found:
        draft.cut(name, path, SECRET)
    return bool(found)


def _leave_out_refused(draft: Draft) -> bool:
    components = draft.components()
    by_name = {component.external_id: component for component in components}
    errors = {
        (component.external_id, finding.id): f"{finding.message} {finding.hint}"
        for component in components
        for finding in component_findings(component, by_name)
        if finding.id.startswith("E") and finding.id != LITERAL_SECRET
    }
    for (name, finding), message in errors.items():
        cures = list(_cures(draft, name, finding))
        for path in cures:
            draft.cut(name, path, message)
        if not cures and name not in draft.dropped:
            draft.drop(name, message)
    return bool(errors)


def _cures(draft: Draft, name: str, finding: str) -> Iterator[Path]:
    """Yield the fields without which a component is accepted; for most errors there are none."""
    if finding == "E052":
        yield ("test",)
    if finding == "E061":
        yield from (path for path, text in draft.settings(name) if _is_no_schedule(path, text))


def _is_no_schedule(path: Path, text: str) -> bool:
    if path[-1] != "schedule" or path[0] not in {"schedule", "pageGenerators"}:
        return False
    alone = CompiledComponent("", "flows", {"schedule": text})
    return any(SCHEDULES.findings(alone, {}))


def _open_circle(draft: Draft) -> bool:
    circles = cycles(dependencies(draft.components()))
    if not circles:
        return False
    order = {name: n for n, name in enumerate(draft.found)}
    edges = [
        (_paths(draft, source, target), source, target) for source, target in pairwise(circles[0])
    ]
    paths, source, target = min(edges, key=lambda edge: (_weight(edge[0]), order[edge[2]]))
    for path in paths:
        draft.cut(source, path, f"refers to {target!r}, which refers back to it")
    return True


def _paths(draft: Draft, source: str, target: str) -> list[Path]:
    return [path for path, text in draft.settings(source) if draft.names.get(text) == target]


def _weight(paths: list[Path]) -> int:
    fields = {field_of(path) for path in paths}
    ranks = [_DISPENSABLE.index(field) for field in fields if field in _DISPENSABLE]
    return max(ranks) if len(ranks) == len(fields) else len(_DISPENSABLE)
