"""Answers that come in more than one shape, brought into one."""

from __future__ import annotations

from typing import Any

from connector_kit.documents import Document


def listed(body: Any, key: str) -> list[Any]:
    """Return the items that *body* holds: a list, or an envelope with the list under *key*.

    Not every envelope is documented: the only list in one counts, whatever it is called.
    """
    if isinstance(body, list):
        return body
    if not isinstance(body, dict):
        return []
    lists = [item for item in body.values() if isinstance(item, list)]
    expected = body.get(key)
    if isinstance(expected, list):
        return expected
    return lists[0] if len(lists) == 1 else []


def documents(body: Any) -> list[Any]:
    """Return the objects that *body* is: a list of them, one, or nothing."""
    items = body if isinstance(body, list) else [body]
    return [item for item in items if isinstance(item, dict) and item]


def document(body: Any) -> Document:
    """Return the object that *body* is; an empty one where nothing was answered."""
    return body if isinstance(body, dict) else {}


def signed_urls(body: Any) -> tuple[str, ...]:
    """Return the addresses of files: ``{"signedURL"}`` or ``{"signedURLs": [...]}``.

    Anyone who knows one can read the file for a while: they are secrets.
    """
    answer = document(body)
    one = answer.get("signedURL")
    return tuple(map(str, answer.get("signedURLs") or ([one] if one else ())))
