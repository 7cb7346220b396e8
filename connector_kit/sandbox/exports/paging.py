"""From one page of an application to the next (``http.paging``, protocol/resources.md#export).

The reference only names the methods. How each finds the next page is the sandbox's interpretation:
``page`` and ``skip`` count, and templates read their count as ``export.http.paging``; ``token``,
``url``, ``relativeuri`` and ``body`` read ``paging.path`` of the answer; ``linkheader`` follows
``rel="next"``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.connections.backends import BackendAnswer
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.templates import is_template
from connector_kit.sandbox.pipeline.values import value_at

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
            return {"page": _whole(paging.get("page"), 1)}
        case "skip":
            return {"skip": _whole(paging.get("skip"), 0)}
        case "token":
            return {"token": paging.get("token") or ""}
    return {}


def following(paging: Document, page: Page, template: str) -> Document | None:
    """Return the position after *page*, None when it was the last one.

    *template* is the address with its tags: without the count in it, there is no next page.
    """
    if not page.records or _says_last(paging, page.body):
        return None
    after: Document | None = None
    match paging.get("method"):
        case "page" if is_template(template):
            after = {"page": _whole(page.position.get("page"), 1) + 1}
        case "skip" if is_template(template):
            after = {"skip": _whole(page.position.get("skip"), 0) + len(page.records)}
        case "token" | "body":
            token = value_at(page.body, str(paging.get("path") or "nextPageToken"))
            after = {"token": token} if token else None
        case "url" | "relativeuri":
            url = value_at(page.body, str(paging.get("path") or "next"))
            after = {"url": str(url)} if url else None
        case "linkheader":
            relation = str(paging.get("linkHeaderRelation") or "next")
            links = _LINK.findall(page.answer.header("link"))
            after = next(({"url": url} for url, name in links if name == relation), None)
    return after if after != page.position else None


def _says_last(paging: Document, body: Any) -> bool:
    path, values = paging.get("lastPagePath"), paging.get("lastPageValues")
    if not path:
        return False
    value = value_at(body, str(path))
    last = [str(word).lower() for word in values] if isinstance(values, list) else []
    return str(value).lower() in last if last else value in (None, "", False)


def _whole(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return default
