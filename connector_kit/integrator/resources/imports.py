"""Imports: test their mapping, run them alone (protocol/http-api.md#5-exports-and-imports)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector_kit.integrator.resources.adaptors import Adaptors
from connector_kit.integrator.resources.documents import ImportResult
from connector_kit.integrator.resources.route import at
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import PATIENCE, Effect


class Imports(Adaptors):
    """The account's imports."""

    def map(self, import_id: str, records: Sequence[Any]) -> list[Any]:
        """Return *records* as the import maps them; nothing is sent to the application."""
        path = self._at(import_id, "map")
        mapped: list[Any] = self._body(
            calls.post(path, list(records), effect=Effect.NONE, patience=PATIENCE, expects=list)
        )
        return mapped

    def invoke(
        self,
        import_id: str,
        records: Sequence[Any],
        *,
        relative_uri: str | None = None,
        record_type: str | None = None,
    ) -> list[ImportResult]:
        """Run the import on its own with *records*; one result each, in order.

        *relative_uri* and *record_type* go along as headers. Never sent twice: raises
        `OutcomeUnknown` when no answer came.
        """
        results: list[ImportResult] = self._invoke(
            self._at(import_id, "invoke"),
            list(records),
            relative_uri=relative_uri,
            record_type=record_type,
        )
        return results

    def invoke_by_identifier(
        self,
        api_identifier: str,
        records: Sequence[Any],
        *,
        relative_uri: str | None = None,
        record_type: str | None = None,
    ) -> list[ImportResult]:
        """Run the import by its ``apiIdentifier``, ``i`` and hexadecimal digits; see `invoke`."""
        results: list[ImportResult] = self._invoke(
            at(api_identifier),
            list(records),
            relative_uri=relative_uri,
            record_type=record_type,
        )
        return results
