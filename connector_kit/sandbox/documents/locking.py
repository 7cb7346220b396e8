"""What a user may still change on a connector's documents.

protocol/resources.md#what-a-user-may-still-change-on-a-connectors-documents (U16). A PUT of
anything else is answered 200 and dropped, a PATCH is refused. Connections and iClients are not
locked: their owner enters the credentials.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from connector_kit.sandbox.apps.frameworks import is_two_dot_zero
from connector_kit.sandbox.documents.paths import Path, find, has, objects, remove, replace
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http.errors import Refusal, refuse
from connector_kit.sandbox.http.wire import Document

_EDITABLE = {
    "exports": """
        _connectionId settings pageSize type test.limit delta.dateField delta.lagOffset
        once.booleanField sampleData mockOutput schedule timeZone
        _keepDeltaBehindFlowId _keepDeltaBehindExportId
        ftp.directoryPath ftp.fileNameStartsWith ftp.fileNameEndsWith
        file.csv file.compressionFormat file.skipDelete
        netsuite.restlet.batchSize netsuite.restlet.searchId
        netsuite.distributed.executionContext netsuite.distributed.executionType
        netsuite.distributed.qualifier netsuite.distributed.sublists
        netsuite.distributed.forceReload
        salesforce.soql.query salesforce.distributed.batchSize salesforce.distributed.qualifier
        salesforce.distributed.referencedFields salesforce.distributed.relatedLists
    """,
    "imports": """
        _connectionId settings lookups batchSize mockResponse netsuite.file.folder
        netsuite_da.batchSize netsuite_da.internalIdLookup netsuite_da.mappings.lookups
        salesforce.idLookup.extract salesforce.idLookup.whereClause
        salesforce.upsert.externalIdField salesforce.lookups
    """,
    "flows": """
        disabled schedule timeZone settings _runNextFlowIds autoResolveMatchingTraceKeys
        _keepDeltaBehindFlowId _keepDeltaBehindExportId
    """,
    "apis": "disabled",
    "mcpservers": "disabled tools apis",
    "ediprofiles": "controlNumber",
    "integrations": "name description readme tag",
}
EDITABLE: dict[str, tuple[Path, ...]] = {
    resource: tuple(tuple(path.split(".")) for path in paths.split())
    for resource, paths in _EDITABLE.items()
}
SETTINGS: tuple[Path, ...] = (("settings",), ("flowGroupings",))
"""In framework 2.0 a PUT of the document saves them; in 1.0 ``persistSettings`` does."""
MAPPINGS: tuple[Path, ...] = (("mapping",), ("mappings",), ("netsuite_da", "mapping"))
HELD_DURING_UPDATE: tuple[Path, ...] = (("settings",), *MAPPINGS)
"""What users get an error for while ``updateInProgress`` is true (U14)."""
UNLOCKED = ("connections", "iclients")


def is_locked(record: Record) -> bool:
    """Whether *record* is a connector's document of a type whose fields are locked for users."""
    return record.connector_id is not None and record.resource not in UNLOCKED


def editable_paths(store: Store, record: Record) -> tuple[Path, ...]:
    """Return the fields that the account's owner may change on a locked document."""
    paths = EDITABLE.get(record.resource, ())
    if record.resource == "integrations" and is_two_dot_zero(record.document):
        return paths + SETTINGS
    integration = _integration_of(store, record) if record.resource == "imports" else None
    if integration is None:
        return paths
    document = integration.document
    if is_two_dot_zero(document):
        return paths + MAPPINGS
    # In framework 1.0 a flow's entry in the settings document says whether the mappings of its
    # imports are shown (protocol/settings-forms.md#13-flow-section-and-flow-entry).
    entries = _flow_entries(document.get("settings"))
    shown_ids = {str(entry.get("_id")) for entry in entries if entry.get("showMapping")}
    flows = (store.get(record.account_id, "flows", flow_id) for flow_id in shown_ids)
    is_shown = any(flow and record.id in flow.uses for flow in flows)
    return paths + MAPPINGS if is_shown else paths


def apply_edits(stored: Document, sent: Document, paths: Iterable[Path]) -> Document:
    """Return *stored* with what *sent* has, or has not, at *paths*."""
    result = deepcopy(stored)
    for path in paths:
        if has(sent, path):
            replace(result, path, find(sent, path))
        else:
            remove(result, path)
    return result


def check_patch(operations: Iterable[Document], paths: tuple[Path, ...]) -> None:
    """Raise `Refusal` 422 when one of the JSON Patch *operations* writes to a locked field."""
    errors = []
    for operation in operations:
        names = {"move": ("from", "path"), "test": ()}.get(str(operation.get("op")), ("path",))
        for pointer in [str(operation.get(name) or "") for name in names]:
            parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
            if not any(tuple(parts[: len(path)]) == path for path in paths):
                field = ".".join(parts)
                message = f"The field {field} is locked by the integration app."
                errors.append(
                    {"code": "field_locked_by_integration_app", "message": message, "field": field}
                )
    if errors:
        raise Refusal(422, errors)


def check_no_update(store: Store, record: Record, sent: Document) -> None:
    """Raise `Refusal` 422 when *sent* changes settings or mappings in the middle of an update."""
    installation = record if record.resource == "integrations" else _integration_of(store, record)
    if installation is None or not installation.get("updateInProgress"):
        return
    stored = record.document
    for path in HELD_DURING_UPDATE:
        if has(sent, path) and find(sent, path) != find(stored, path):
            raise update_in_progress(".".join(path))


def update_in_progress(field: str | None = None) -> Refusal:
    """422: the integration is being updated, try again later."""
    message = "The integration is being updated; settings and mappings can be changed afterwards."
    return refuse(422, "update_in_progress", message, field)


def _integration_of(store: Store, record: Record) -> Record | None:
    identity = record.integration_id
    return store.get(record.account_id, "integrations", identity) if identity else None


def _flow_entries(settings: Any) -> Iterator[Document]:
    """Yield the flow entries of all sections, stores' sections included."""
    if not isinstance(settings, dict):
        return
    yield from objects(settings.get("flows"))
    for section in objects(settings.get("sections")):
        yield from _flow_entries(section)
