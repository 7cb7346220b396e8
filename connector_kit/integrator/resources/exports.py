"""Exports: preview them, run them on their own (protocol/http-api.md#5-exports-and-imports)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.resources.adaptors import Adaptors
from connector_kit.integrator.resources.documents import ExportPage, Preview
from connector_kit.integrator.resources.route import at
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import PATIENCE, Effect


class Exports(Adaptors):
    """The account's exports."""

    def preview(
        self, export: Document, *, integration_id: str | None = None, flow_id: str | None = None
    ) -> Preview:
        """Try *export*, a document of which nothing is stored, and return what each stage had.

        ``test.limit`` in it, at most 100, is how many records. The ids put the settings of an
        integration, or of a flow of it, in scope; hooks run, and are told that it is a preview.
        Raises ValueError for a flow without its integration.
        """
        if integration_id is None and flow_id is not None:
            raise ValueError("A preview within a flow also requires the flow's integration_id.")
        path = "/exports/preview"
        if integration_id is not None:
            flow = ("flows", flow_id) if flow_id else ()
            path = at("integrations", integration_id, *flow, "exports", "preview")
        preview: Preview = self._body(
            calls.post(path, export, effect=Effect.NONE, patience=PATIENCE, expects=dict)
        )
        return preview

    def invoke(
        self,
        export_id: str,
        body: Any = None,
        *,
        relative_uri: str | None = None,
        record_type: str | None = None,
    ) -> ExportPage:
        """Run the export on its own and return its records.

        *relative_uri* and *record_type* go along as headers. Never sent twice: raises
        `OutcomeUnknown` when no answer came.
        """
        page: ExportPage = self._invoke(
            self._at(export_id, "invoke"), body, relative_uri=relative_uri, record_type=record_type
        )
        return page

    def invoke_by_identifier(
        self,
        api_identifier: str,
        *,
        relative_uri: str | None = None,
        record_type: str | None = None,
    ) -> ExportPage:
        """Run the export by its ``apiIdentifier``, ``e`` and hexadecimal digits; see `invoke`."""
        page: ExportPage = self._invoke(
            at(api_identifier),
            None,
            method="GET",
            relative_uri=relative_uri,
            record_type=record_type,
        )
        return page

    def send_events(self, api_identifier: str, events: Sequence[Any]) -> Any:
        """Give a real-time export its events; returns what is answered.

        Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        return self._invoke(at(api_identifier), list(events))
