"""What exports and imports have in common (protocol/http-api.md#5-exports-and-imports)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.resources.cloning import Cloneable
from connector_kit.integrator.resources.forms import HasSettingsForm
from connector_kit.integrator.resources.shapes import document
from connector_kit.integrator.transport import calls, wire
from connector_kit.integrator.transport.calls import PATIENCE, Call, Effect
from connector_kit.integrator.transport.headers import instructions


class Adaptors(Cloneable, HasSettingsForm):
    """Exports or imports."""

    def distributed(self, document_id: str) -> Document:
        """Return the part that lives in the application, NetSuite or Salesforce."""
        return self._document(calls.get(self._at(document_id, "distributed"), expects=dict))

    def update_distributed(self, document_id: str, part: Document) -> Document:
        """Replace the part that lives in the application; returns what is answered."""
        path = self._at(document_id, "distributed")
        return document(self._body(calls.put(path, part, patience=PATIENCE)))

    def replace_connection(self, document_id: str, new_connection_id: str) -> None:
        """Have the document use another connection from now on."""
        path = self._at(document_id, "replaceConnection")
        self._body(calls.put(path, {"_newConnectionId": new_connection_id}))

    def _invoke(
        self,
        path: str,
        body: Any,
        *,
        method: str = "POST",
        relative_uri: str | None = None,
        record_type: str | None = None,
    ) -> Any:
        """Run the document at *path*; twice is twice, whatever the method."""
        headers = instructions(relative_uri=relative_uri, record_type=record_type)
        call = Call(method, path, effect=Effect.AGAIN, patience=PATIENCE, headers=headers or None)
        return self._body(call if body is None else replace(call, body=wire.dumps(body)))
