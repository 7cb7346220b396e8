"""The fields that the vendor's published schemas have, and a sandbox with `strict_fields` keeps.

Types without a published schema keep all fields. Connections, imports, flows, lookup caches and
file definitions have an ``externalId``; exports, scripts and the others have none
(protocol/platform-2026.md P2).
"""

from __future__ import annotations

from connector_kit.sandbox.documents import shaping
from connector_kit.sandbox.documents.schemas import published_fields
from connector_kit.sandbox.http.wire import Document

_SERVERS = frozenset({"_id", "createdAt", "lastModified", *shaping.ALWAYS_KEPT})
"""Fields of every document, whatever its schema says: they are the server's own."""

_OF_REQUESTS = frozenset({"ashares"})
"""Types whose schema is about requests alone: a document also says whose it is."""


def only_published(resource: str, document: Document) -> Document:
    """Return *document* without what the platform would drop in silence.

    A connector's documents keep their tag (P3, protocol/resources.md#fields-most-documents-share).
    """
    fields = published_fields(resource)
    if fields is None or resource in _OF_REQUESTS:
        return document
    own = {*shaping.KEPT.get(resource, ()), *shaping.BY_PATCH_ONLY.get(resource, ())}
    tag = {"_integrationId"} if document.get("_connectorId") else set()
    kept = fields | _SERVERS | own | tag
    return {name: value for name, value in document.items() if name in kept}
