"""Scripts that the platform keeps and runs, and their logs (protocol/http-api.md#10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from connector_kit.documents import Document
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.query import milliseconds, without_none


class Scripts(Resource):
    """The account's scripts. Lists carry no ``content``."""

    def update(self, document_id: str, document: Document) -> Document:
        """Replace the script and return it as stored.

        Raises ValueError for one without ``content``, of which the platform may leave nothing.
        """
        if not document.get("content"):
            raise ValueError(
                f"The script {document_id} would lose its content. Read it with `get`, which "
                "includes the content, and send the content too, or change single fields with "
                "`patch`."
            )
        return super().update(document_id, document)

    def logs(
        self,
        script_id: str,
        *,
        since: datetime | int | None = None,
        until: datetime | int | None = None,
        flow_id: str | None = None,
        resource_id: str | None = None,
        function_type: str | None = None,
    ) -> Iterator[Document]:
        """Yield what the script has logged, page after page.

        *since* is excluded, *until* included; as moments or milliseconds since 1970.
        """
        params = without_none(
            time_gt=milliseconds(since),
            time_lte=milliseconds(until),
            _flowId=flow_id,
            _resourceId=resource_id,
            functionType=function_type,
        )
        return self._listed(calls.get(self._at(script_id, "logs"), params), "logs")

    def purge_logs(self, script_id: str) -> None:
        """Delete what the script has logged."""
        self._body(calls.delete(self._at(script_id, "logs")))
