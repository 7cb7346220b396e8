"""One stored document, kept as text so that reading it costs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from connector_kit.sandbox.documents.masks import mask_secrets
from connector_kit.sandbox.documents.references import used_by
from connector_kit.sandbox.http.wire import Document, parse, render


@dataclass(frozen=True, slots=True)
class Record:
    """A document of an account: the text itself, and what lookups need of it.

    *body* holds everything, *public* has masks for secrets, *listed* is what a list shows.
    Where they do not differ they are one object.
    """

    id: str
    resource: str
    account_id: str
    connector_id: str | None
    integration_id: str | None
    uses: frozenset[str]
    body: bytes = field(repr=False)
    public: bytes = field(repr=False)
    listed: bytes = field(repr=False)

    @classmethod
    def of(cls, account_id: str, resource: str, document: Document) -> Record:
        """Freeze *document*; raises ValueError when it cannot be written as JSON."""
        body = render(document)
        masked = mask_secrets(resource, document)
        public = listed = body if masked is document else render(masked)
        if resource == "scripts" and "content" in masked:
            # Lists of scripts carry no content (protocol/http-api.md#10).
            listed = render({name: masked[name] for name in masked if name != "content"})
        return cls(
            id=document["_id"],
            resource=resource,
            account_id=account_id,
            connector_id=document.get("_connectorId"),
            integration_id=document.get("_integrationId"),
            uses=used_by(resource, document),
            body=body,
            public=public,
            listed=listed,
        )

    @property
    def document(self) -> Document:
        """A fresh copy of the document, secrets included."""
        return cast("Document", parse(self.body))

    def get(self, name: str, default: Any = None) -> Any:
        """Return one field of the document."""
        return self.document.get(name, default)
