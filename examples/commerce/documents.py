"""Pieces of documents that several components share, in the platform's spelling."""

from typing import Any


def token_header(name: str, scheme: str) -> dict[str, Any]:
    """Return the authentication of an application that takes a token in a header."""
    return {
        "type": "token",
        "token": {"location": "header", "headerName": name, "scheme": scheme},
    }


def fields(**pairs: str) -> dict[str, Any]:
    """Return a mapping that fills each *generate* from its *extract*."""
    pairs_on_the_wire = [{"extract": extract, "generate": name} for name, extract in pairs.items()]
    return {"fields": pairs_on_the_wire, "lists": []}


def changed_since(path: str, collection: str) -> dict[str, Any]:
    """Return an HTTP request for the records of *path* that changed since the last run."""
    return {
        "relativeURI": f"{path}?updated_at_min={{{{{{lastExportDateTime}}}}}}",
        "method": "GET",
        "response": {"resourcePath": collection},
        "paging": {"method": "linkheader"},
    }


def post(path: str, **details: Any) -> dict[str, Any]:
    """Return an HTTP import that posts each record to *path*."""
    return {
        "relativeURI": [path],
        "method": ["POST"],
        "requestMediaType": "json",
        "batchSize": 1,
        **details,
    }


def message(channel: str, text: str) -> dict[str, Any]:
    """Return a mapping that posts the record's *text* field to a chat *channel*."""
    to_channel = {"generate": "channel", "hardCodedValue": channel}
    return {"fields": [to_channel, {"extract": text, "generate": "text"}], "lists": []}
