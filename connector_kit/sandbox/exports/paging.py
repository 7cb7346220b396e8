"""From one page of an application to the next (``http.paging``, protocol/platform-2026.md#5).

The reference names the fields. How each finds the next page is the sandbox's interpretation:
``page`` and ``skip`` count from 0 unless told otherwise, and templates read their count as
``export.http.paging``; ``token``, ``url`` and ``body`` read ``paging.path`` of the answer,
``token`` from a header where ``pathLocation`` says so; ``relativeuri`` fills ``paging.relativeURI``
with ``previous_page``; ``linkheader`` follows ``rel="next"``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.connections.backends import BackendAnswer
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.templates import in_uri, is_template
from connector_kit.sandbox.pipeline.values import value_at

MOST = 1_000_000_000
"""How many pages or records there are when the answer does not say."""

_LINK = re.compile(r'<([^>]*)>\s*;\s*rel="?([\w-]+)"?')


@dataclass(frozen=True)
class Page:
    """One answer: its records, the answer itself, and the position that was requested."""

    records: list[Any]
    answer: BackendAnswer
    body: Any
    position: Document


def first(paging: Document) -> Document:
    """Return the position of the first page."""
    match paging.get("method"):
        case "page":
            return {"page": _whole(paging.get("page"), 0)}
        case "skip":
            return {"skip": _whole(paging.get("skip"), 0)}
        case "token":
            return {"token": paging.get("token") or ""}
    return {}


def following(paging: Document, page: Page, template: str) -> Document | None:
    """Return the position after *page*, None when it was the last one.

    *template* is the address with its tags: without the count in it, there is no next page.
    """
    if not page.records or _is_last(paging, page):
        return None
    after: Document | None = None
    is_first = page.position == first(paging)
    later = paging.get("path") if is_first else paging.get("pathAfterFirstRequest")
    path = str(later or paging.get("path") or "")
    match paging.get("method"):
        case "page" if is_template(template):
            after = {"page": _whole(page.position.get("page"), 0) + 1}
        case "skip" if is_template(template):
            after = {"skip": _whole(page.position.get("skip"), 0) + len(page.records)}
        case "token" if paging.get("pathLocation") == "header":
            token = page.answer.header(path.lower())
            after = {"token": token} if token else None
        case "token" | "body":
            token = value_at(page.body, path or "nextPageToken")
            after = {"token": token} if token else None
        case "relativeuri" if paging.get("relativeURI"):
            previous = {"full_response": page.body, "last_record": page.records[-1]}
            uri = in_uri(str(paging["relativeURI"]), {"previous_page": previous})
            after = {"url": uri}
        case "url" | "relativeuri":
            url = value_at(page.body, path or "next")
            after = {"url": str(url)} if url else None
        case "linkheader":
            relation = str(paging.get("linkHeaderRelation") or "next")
            links = _LINK.findall(page.answer.header("link"))
            after = next(({"url": url} for url, name in links if name == relation), None)
    return after if after != page.position else None


def ends_pages(paging: Document, status: int) -> bool:
    """Tell whether an answer with *status*, which is not the first, says that there is no page."""
    return status == _whole(paging.get("lastPageStatusCode"), 404)


def _is_last(paging: Document, page: Page) -> bool:
    """Tell whether the answer says so, or how many pages or records there are."""
    method = paging.get("method")
    if method == "page" and (most := paging.get("maxPagePath")):
        asked = _whole(page.position.get("page"), 0) - _whole(paging.get("page"), 0) + 1
        return asked >= _whole(value_at(page.body, str(most)), MOST)
    if method == "skip" and (most := paging.get("maxCountPath")):
        read = _whole(page.position.get("skip"), 0) + len(page.records)
        return read >= _whole(value_at(page.body, str(most)), MOST)
    path, values = paging.get("lastPagePath"), paging.get("lastPageValues")
    if not path:
        return False
    value = value_at(page.body, str(path))
    if not isinstance(values, list) or not values:
        return value in (None, "", False)
    above, _, name = str(path).rpartition(".")
    holder = value_at(page.body, above) if above else page.body
    if value is None and not (isinstance(holder, dict) and name in holder):
        return False  # what is not there says nothing
    word = "null" if value is None else str(value).lower()
    return word in [str(item).lower() for item in values]


def _whole(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return default
