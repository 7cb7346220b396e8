"""Integrations: their members, their connectors' lives (protocol/http-api.md#7-integrations)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from connector_kit.documents import Document
from connector_kit.integrator.resources.cloning import Cloneable
from connector_kit.integrator.resources.documents import ErrorCount, Job
from connector_kit.integrator.resources.framework_one import PATIENCE, FrameworkOne
from connector_kit.integrator.resources.framework_two import FrameworkTwo
from connector_kit.integrator.resources.shapes import document, documents, listed, signed_urls
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Effect
from connector_kit.integrator.transport.query import without_none


class Upload(NamedTuple):
    """Where to PUT a file (a secret), and the key that identifies it afterwards."""

    signed_url: str
    run_key: str


class Integrations(FrameworkOne, FrameworkTwo, Cloneable):
    """The account's integrations.

    `delete` is for those that no connector owns; an installed one is uninstalled instead.
    """

    def flows(self, integration_id: str) -> Iterator[Document]:
        """Yield the integration's flows."""
        return self._members(integration_id, "flows")

    def exports(self, integration_id: str) -> Iterator[Document]:
        """Yield the integration's exports."""
        return self._members(integration_id, "exports")

    def imports(self, integration_id: str) -> Iterator[Document]:
        """Yield the integration's imports."""
        return self._members(integration_id, "imports")

    def connections(
        self, integration_id: str, *, fetch_queue_size: bool = False
    ) -> Iterator[Document]:
        """Yield the integration's connections, with their ``queues`` where these are asked for."""
        return self._members(
            integration_id, "connections", **without_none(fetchQueueSize=fetch_queue_size or None)
        )

    def children(self, integration_id: str) -> Iterator[Document]:
        """Yield the integration's children, framework 2.0: those that name it ``_parentId``."""
        return (document for document in self.list() if document.get("_parentId") == integration_id)

    def create_connection(self, integration_id: str, connection: Document) -> Document:
        """Store *connection*, usable by the integration's members, and return it as stored.

        Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        path = self._at(integration_id, "connections")
        return self._document(calls.post(path, connection, expects=dict))

    def register_connections(self, integration_id: str, connection_ids: Iterable[str]) -> None:
        """Let the integration's members use connections."""
        path = self._at(integration_id, "connections", "register")
        self._body(calls.put(path, list(connection_ids)))

    def unregister_connection(self, integration_id: str, connection_id: str) -> None:
        """Stop the integration's members from using a connection."""
        path = self._at(integration_id, "connections", connection_id, "register")
        self._body(calls.delete(path))

    def latest_jobs(self, integration_id: str) -> list[Job]:
        """Return the newest jobs of the integration's flows."""
        answer = self._body(calls.get(self._at(integration_id, "jobs", "latest")))
        jobs: list[Job] = documents(answer)
        return jobs

    def error_counts(self, integration_id: str) -> list[ErrorCount]:
        """Return how many open errors each flow has (``_flowId``), and since when."""
        return listed(self._body(calls.get(self._at(integration_id, "errors"))), "errors")

    def template_urls(self, integration_id: str) -> tuple[str, ...]:
        """Return the address of a zip of the whole integration. A secret, good for a while."""
        return signed_urls(self._body(calls.get(self._at(integration_id, "template"))))

    def shares(self, integration_id: str) -> Iterator[Document]:
        """Yield the other users of the integration."""
        return self._members(integration_id, "ashares")

    def iclients(
        self, integration_id: str, *, type_: str, assistant: str | None = None
    ) -> list[Document]:
        """Return the iClients for a connection that a 2.0 install step is still to create."""
        params = without_none(type=type_, assistant=assistant)
        return listed(
            self._body(calls.get(self._at(integration_id, "iclients"), params)), "iclients"
        )

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
        answer = document(self._utility(integration_id, function, body, Effect.SAME))
        return Upload(str(answer.get("signedURL") or ""), str(answer.get("runKey") or ""))

    def _utility(self, integration_id: str, function: str, body: Document, effect: Effect) -> Any:
        path = self._at(integration_id, "utilities", function)
        return self._body(calls.put(path, body, patience=PATIENCE, effect=effect))

    def _members(
        self, integration_id: str, resource: str, **params: str | int | bool
    ) -> Iterator[Document]:
        path = self._at(integration_id, resource)
        return self._transport.items(calls.get(path, params or None, expects=list))
