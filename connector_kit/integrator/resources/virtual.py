"""Exports and imports that are run without being stored (protocol/http-api.md#4-connections)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.errors import Refused
from connector_kit.integrator.resources.documents import ExportPage, ImportResult
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import PATIENCE, Call, Effect


class Virtual(Resource):
    """What can be run through a connection with the definition sent along."""

    def export(self, connection_id: str, export: Document) -> ExportPage:
        """Run *export*, the document of an export, through the connection; nothing is stored."""
        page: ExportPage = self._body(
            _run(self._at(connection_id, "export"), {"export": export}, effect=_effect(export))
        )
        return page

    def export_pages(
        self, connection_id: str, export: Document, *, state: Document | None = None
    ) -> Iterator[ExportPage]:
        """Run *export* page by page, and yield the pages with their ``pagedExportState``.

        *state* is such a state, unchanged, to continue after its page; it is signed, and how long
        it is valid is unknown (U24). Raises `Refused` when the platform leads in circles.
        """
        path = self._at(connection_id, "export", "pages")
        body: Document = {"export": {**export, "asynchronous": True}}
        while True:
            sent = {**body, "pagedExportState": state} if state else body
            page: ExportPage = self._body(_run(path, sent, effect=_effect(export)))
            yield page
            following = page.get("pagedExportState")
            if not following or following.get("done"):
                return
            if following == state:
                raise Refused(f"POST {path} returned the same pagedExportState again.")
            state = following

    def import_records(
        self, connection_id: str, import_: Document, records: Sequence[Any]
    ) -> list[ImportResult]:
        """Run *import_*, the document of an import, with *records*; one result each, in order.

        Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        return self._import("import", connection_id, import_, records, Effect.AGAIN)

    def preview_mapping(
        self, connection_id: str, import_: Document, records: Sequence[Any]
    ) -> list[Any]:
        """Return *records* as *import_* would map them; nothing reaches the application."""
        return self._import("import/map", connection_id, import_, records, Effect.NONE)

    def _import(
        self,
        route: str,
        connection_id: str,
        import_: Document,
        records: Sequence[Any],
        effect: Effect,
    ) -> list[Any]:
        path = self._at(connection_id, *route.split("/"))
        body = {"import": import_, "data": list(records)}
        results: list[Any] = self._body(
            calls.post(path, body, expects=list, patience=PATIENCE, effect=effect)
        )
        return results


def _run(path: str, body: Document, *, effect: Effect) -> Call:
    return calls.post(path, body, expects=dict, patience=PATIENCE, effect=effect)


def _effect(export: Document) -> Effect:
    """An export of the type ``once`` marks what it has exported, all others only read."""
    return Effect.AGAIN if export.get("type") == "once" else Effect.NONE
