"""A connector's utility functions, and the known ones (protocol/http-api.md#85-others)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from connector_kit.documents import Document
from connector_kit.integrator.resources.framework_one import PATIENCE
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.shapes import document
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Effect


class Upload(NamedTuple):
    """Where to PUT a file (a secret), and the key that identifies it afterwards."""

    signed_url: str
    run_key: str


class Utilities(Resource):
    """Integrations whose connector has utility functions."""

    def utility(self, integration_id: str, function: str, body: Document | None = None) -> Any:
        """Call a utility function of the connector; body and result are its own business.

        Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        return self._utility(integration_id, function, body or {}, Effect.AGAIN)

    def load_category_mapping(
        self, integration_id: str, flow_id: str, requests: Sequence[Document]
    ) -> Document:
        """Return a marketplace's categories: ``{"uiAssistant", "response": [...]}``.

        *requests* are ``{"operation", "params"}`` with ``mappingData``, ``extractsMetaData`` or
        ``generatesMetaData`` as the operation.
        """
        options = {"_flowId": flow_id, "requestOptions": list(requests)}
        function, body = "loadMarketplaceCategoryMapping", {"utilities": {"options": options}}
        return document(self._utility(integration_id, function, body, Effect.NONE))

    def save_category_mapping(self, integration_id: str, flow_id: str, mapping: Any) -> Any:
        """Store a marketplace's categories as they are mapped; returns the function's result."""
        body = {"utilities": {"options": {"_flowId": flow_id}, "mappingData": mapping}}
        function = "saveMarketplaceCategoryMapping"
        return self._utility(integration_id, function, body, Effect.SAME)

    def category_upload(
        self, integration_id: str, child_id: str, file_name: str, file_type: str
    ) -> Upload:
        """Return where to put a file; its `run_key` is then the field's value."""
        body = {
            "integrationId": integration_id,
            "childId": child_id,
            "fileName": file_name,
            "fileType": file_type,
        }
        function = "generateCategorySignedUrl"
        said = document(self._utility(integration_id, function, body, Effect.SAME))
        return Upload(str(said.get("signedURL") or ""), str(said.get("runKey") or ""))

    def _utility(self, integration_id: str, function: str, body: Document, effect: Effect) -> Any:
        path = self._at(integration_id, "utilities", function)
        return self._body(calls.put(path, body, patience=PATIENCE, effect=effect))
