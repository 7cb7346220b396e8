"""Running an export: page after page out of a local application (protocol/http-api.md#41)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from connector_kit.sandbox.connections import requests, responses
from connector_kit.sandbox.connections.backends import BackendRequest
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.exports import paging
from connector_kit.sandbox.exports.paging import Page
from connector_kit.sandbox.http.errors import Refusal, invalid
from connector_kit.sandbox.http.wire import Document, instant, iso
from connector_kit.sandbox.pipeline.context import RunContext
from connector_kit.sandbox.pipeline.simulated import check_request
from connector_kit.sandbox.pipeline.templates import context_of, fill, in_body, in_uri
from connector_kit.sandbox.unsimulated import APPLICATIONS, not_simulated

EVENTS = ("webhook", "distributed")
"""Types of exports that receive events instead of requesting records."""
DEFAULT_PAGE = 20
"""Records of a page, where the export does not say."""
MOST_PAGES = 1000
"""Pages of one run; an application that never ends is left."""
_PAGING_OF_REST = {
    "relativeURI": "_first",
    "nextPagePath": "path",
    "nextPageRelativeURI": "relativeURI",
    "pagingPostBody": "body",
    "resourcePath": "_records",
}
"""What fields of a legacy ``rest`` export are called in ``http.paging``."""
ENDLESS = 5
"""After as many equal pages more, no further one is asked for."""


@dataclass(frozen=True)
class Exporting:
    """One export, stored or not, and the run that it is for.

    *record* is the record that a lookup is run for, *dates* what else templates see
    (``lastExportDateTime``).
    """

    run: RunContext
    export: Document = field(repr=False)
    record: Any = None
    dates: Document = field(default_factory=dict)

    async def page(self, position: Document) -> Page:
        """Return the page at *position*; raises `Refusal` 422 with the application's error.

        An answer that ends the pages has no records; on the very first page it is an error.
        """
        request = self.request(position)
        answer = await requests.ask(self.run, request)
        body = responses.content(answer)
        if position != self.first() and paging.ends_pages(self._paging(), answer.status):
            return Page([], answer, body, position)
        rules, later = self.rules(), position != self.first()
        if failed := responses.failure(answer, body, rules):
            raise Refusal(422, [failed])
        path = (self._paging().get("resourcePath") if later else None) or rules.get("resourcePath")
        return Page(responses.records(body, path), answer, body, position)

    async def pages(self) -> AsyncIterator[Page]:
        """Yield every page."""
        position: Document | None = self.first()
        before, repeated = None, 0
        for _ in range(MOST_PAGES):
            if position is None or repeated >= ENDLESS:
                return
            page = await self.page(position)
            yield page
            position = self.after(page)
            repeated = repeated + 1 if page.records == before else 0
            before = page.records

    async def mark(self, records: list[Any]) -> None:
        """Tell the application that a ``once`` export has these records (``http.once``).

        Sends nothing if the export does not configure it, as with a wrapper, which gets
        ``once.booleanField`` and marks the records itself. Raises `Refusal` 422 with the
        application's error.
        """
        places = (find(self.export, (name, "once")) for name in requests.TYPES)
        once = next((place for place in places if isinstance(place, dict)), {})
        if self.export.get("type") != "once" or not once.get("relativeURI"):
            return
        for record in records:
            context = {**self._context({}), **context_of(record)}
            connection, body = self.run.connection, once.get("body")
            request = BackendRequest(
                method=str(once.get("method") or "PUT").upper(),
                url=requests.address(connection, in_uri(str(once["relativeURI"]), context)),
                headers=requests.default_headers(connection),
                body=in_body(str(body), context).encode() if body else b"",
            )
            answer = await requests.ask(self.run, request)
            if failed := responses.failure(answer, responses.content(answer), {}):
                raise Refusal(422, [failed])

    def first(self) -> Document:
        """Return the position of the first page."""
        return paging.first(self._paging())

    def after(self, page: Page) -> Document | None:
        """Return the position after *page*, None when it was the last."""
        details = self._details()
        templates = f"{details.get('relativeURI') or ''} {details.get('body') or ''}"
        return paging.following(self._paging(), page, templates)

    def request(self, position: Document) -> BackendRequest:
        """Return what the application is asked for the page at *position*."""
        details, connection = self._details(), self.run.connection
        check_request("exports", details, "http" if "http" in self.export else "rest")
        context, later = self._context(position), position != self.first()
        rules = self._paging() if later else {}
        template = str(rules.get("relativeURI") or details.get("relativeURI") or "")
        uri = str(position.get("url") or in_uri(template, context))
        body = rules.get("body") or details.get("body") or details.get("postBody")
        return BackendRequest(
            method=str(details.get("method") or "GET").upper(),
            url=requests.address(connection, uri),
            headers={
                **requests.default_headers(connection),
                **requests.fill_headers(details.get("headers"), context),
            },
            body=in_body(str(body), context).encode() if body else b"",
        )

    def rules(self) -> Document:
        """Return how an answer is read: ``resourcePath``, ``successPath`` and so on."""
        details = self._details()
        response = details.get("response")
        return {**details, **response} if isinstance(response, dict) else details

    def data_uris(self, records: list[Any]) -> list[str | None]:
        """Return one link per record, None where the export makes none."""
        template = self.export.get("dataURITemplate")
        if not template:
            return [None] * len(records)
        return [
            fill(str(template), {**self._context({}), **context_of(record)}) for record in records
        ]

    def _details(self) -> Document:
        """Return the part that says what to ask; ``rest`` is the legacy form of ``http``."""
        for name in requests.TYPES:
            if isinstance(self.export.get(name), dict):
                details: Document = self.export[name]
                return details
        kind = str(self.export.get("adaptorType") or self.run.connection.get("type"))
        raise not_simulated(APPLICATIONS, f"an export of the kind {kind}")

    def _paging(self) -> Document:
        details = self._details()
        declared = details.get("paging")
        if isinstance(declared, dict):
            return declared
        if method := details.get("pagingMethod"):
            named: Document = {_PAGING_OF_REST.get(name, name): details[name] for name in details}
            if "lastPageValue" in details:
                named["lastPageValues"] = [details["lastPageValue"]]
            return {**named, "method": "url" if method == "nextpageurl" else method}
        return {}

    def _context(self, position: Document) -> Document:
        """What templates see; that of a wrapper, or of a mocked application, asks nothing."""
        kinds = (name for name in requests.TYPES if isinstance(self.export.get(name), dict))
        details = {kind: {**self.export[kind], "paging": position} for kind in islice(kinds, 1)}
        return {
            **self.run.context(self.export),
            **(context_of(self.record) if self.record is not None else {}),
            **self.dates,
            "export": {**self.export, **details},
        }


def delta_dates(export: Document, now: float, start: str | None = None) -> Document:
    """Return the dates that a delta export works with, as templates and hooks get them.

    Raises `Refusal` 422 for a ``delta.startDate`` that is none.
    """
    if export.get("type") != "delta":
        return {}
    begin = start or find(export, ("delta", "startDate")) or iso(0)
    lag = find(export, ("delta", "lagOffset"))
    seconds = lag / 1000 if isinstance(lag, (int, float)) and not isinstance(lag, bool) else 0
    try:
        last = iso(instant(begin) - seconds)
    except (ValueError, OverflowError) as error:
        raise invalid("delta.startDate", "must be an ISO 8601 date") from error
    return {"lastExportDateTime": last, "currentExportDateTime": iso(now)}
