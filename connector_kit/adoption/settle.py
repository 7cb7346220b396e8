"""Making a draft whole: every reference leads somewhere, none in a circle, nothing is refused.

Each rule changes the draft where it finds something and says whether it did. Leaving one thing out
may orphan another, so they are applied until none finds anything.
"""

from itertools import pairwise

from connector_kit.adoption.download import Found
from connector_kit.adoption.draft import Draft
from connector_kit.adoption.references import casualty, is_mention, is_reference
from connector_kit.adoption.residue import SECRET, has_secret_inside
from connector_kit.blueprint.order import cycles, dependencies
from connector_kit.blueprint.resources import names_reference, referred_type
from connector_kit.blueprint.rules import component_findings
from connector_kit.blueprint.rules.every import LITERAL_SECRET
from connector_kit.blueprint.rules.flows import schedule_fault
from connector_kit.blueprint.secrets import literal_secrets
from connector_kit.documents import Document
from connector_kit.documents.ids import is_id
from connector_kit.documents.walking import Path, dotted, field_of

_DISPENSABLE = (
    "_runNextFlowIds",
    "_keepDeltaBehindFlowId",
    "_keepDeltaBehindExportId",
    "_borrowConcurrencyFromConnectionId",
)
"""References that can be left out of a circle, the first ones first."""

_ADDRESS = {"baseURI": "https://example.com", "mediaType": "json"}

_TYPES = {
    "AS2": "as2",
    "Dynamodb": "dynamodb",
    "FTP": "ftp",
    "FileSystem": "filesystem",
    "JDBC": "jdbc",
    "Mongodb": "mongodb",
    "NetSuite": "netsuite",
    "RDBMS": "rdbms",
    "S3": "s3",
    "Salesforce": "salesforce",
    "Wrapper": "wrapper",
}
"""Connection types by the beginning of ``adaptorType`` (protocol/resources.md#export, #import)."""


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
        document = draft.found[name].document
        if not identity:
            draft.cut(name, casualty(document, path), "refers to nothing")
        elif field_of(path) != "_connectionId":
            draft.cut(name, casualty(document, path), _reason(draft, path, identity))
        elif identity not in draft.names:
            draft.add(_placeholder(identity, document))
    return bool(missing)


def _reason(draft: Draft, path: Path, identity: str) -> str:
    """Say what the reference at *path* leads to, and what its author can do about it."""
    verb = "mentions" if is_mention(path) else "needs"
    if neighbor := draft.neighbors.get(identity):
        return (
            f"{verb} {neighbor} ({identity}), which is not part of this integration; move or "
            "clone it into this one and adopt again, or declare it yourself"
        )
    row = referred_type(path)
    return f"{verb} the {row.noun if row else 'document'} {identity}, which is missing"


def _placeholder(identity: str, user: Document) -> Found:
    """Return a connection in place of the missing one *identity*, of a type that fits *user*."""
    adaptor = str(user.get("adaptorType") or "")
    kind = next((word for start, word in _TYPES.items() if adaptor.startswith(start)), "http")
    document = {
        "name": f"Missing {kind} connection",
        "type": kind,
        kind: _ADDRESS if kind == "http" else {},
    }
    return Found("connections", identity, document, f"placeholder for {identity}")


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
        # A few errors go away with a field, all others only with the component.
        cures: list[Path] = [("test",)] if finding == "E052" else []
        if finding == "E061":
            cures = [
                path
                for path, text in draft.settings(name)
                if path[-1] == "schedule" and path[0] in {"schedule", "pageGenerators"}
                if text and schedule_fault(text)
            ]
        if finding == "E014":
            cures = [
                path
                for path, text in draft.settings(name)
                if names_reference(path) and not is_id(text)
            ]
        for path in cures:
            draft.cut(name, path, message)
        if not cures and name not in draft.dropped:
            draft.drop(name, message)
    return bool(errors)


def _open_circle(draft: Draft) -> bool:
    circles = cycles(dependencies(draft.components()))
    if not circles:
        return False
    order = {name: n for n, name in enumerate(draft.found)}
    edges = []
    for source, target in pairwise(circles[0]):
        paths = [path for path, text in draft.settings(source) if draft.names.get(text) == target]
        fields = {field_of(path) for path in paths}
        # An edge is as hard to leave out as the hardest of its references.
        is_dispensable = fields <= set(_DISPENSABLE)
        weight = max(map(_DISPENSABLE.index, fields)) if is_dispensable else len(_DISPENSABLE)
        edges.append((weight, order[target], source, target, paths))
    *_, source, target, paths = min(edges, key=lambda edge: edge[:2])
    for path in paths:
        draft.cut(source, path, f"refers to {target!r}, which refers back to it")
    return True
