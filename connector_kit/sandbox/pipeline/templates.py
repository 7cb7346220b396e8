"""Handlebars, as far as they are plain paths: ``{{record.id}}``, ``{{{lastExportDateTime}}}``.

Helpers and blocks are not evaluated; a template that uses one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from connector_kit.sandbox.http.errors import refuse
from connector_kit.sandbox.http.wire import Document, render
from connector_kit.sandbox.pipeline.values import value_at

_TAG = re.compile(r"\{\{\{\s*(.*?)\s*\}\}\}|\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_PATH = re.compile(r"[^\s#/^>!&]\S*|\S*\[\s*\".*\"\s*\]\S*")
_QUOTED = re.compile(r"""(["'])(.*)\1""")


def fill(template: str, context: Document, escape: Callable[[str], str] = str) -> str:
    """Return *template* with values of *context*; *escape* goes over those in double braces."""

    def value(tag: re.Match[str]) -> str:
        raw, escaped = tag.groups()
        if raw is not None:
            return _text(_evaluate(raw, context))
        return escape(_text(_evaluate(escaped, context)))

    return _TAG.sub(value, template)


def in_uri(template: str, context: Document) -> str:
    """Fill a template of an address: values in double braces are percent-encoded."""
    return fill(template, context, lambda text: quote(text, safe=""))


def in_body(template: str, context: Document) -> str:
    """Fill a template of a body: values in double braces may stand within a JSON text."""
    return fill(template, context, lambda text: render(text)[1:-1].decode())


def is_template(text: object) -> bool:
    """Whether *text* holds anything to be filled in."""
    return isinstance(text, str) and "{{" in text


def extract_value(record: Any, extract: str) -> Any:
    """Return what an ``extract`` names: a path, or a template."""
    if not extract:
        return None
    if is_template(extract):
        return fill(extract, context_of(record))
    return value_at(record, extract)


def context_of(record: Any) -> Document:
    """Return what templates see of a record: its fields, and itself as ``record``."""
    fields = record if isinstance(record, dict) else {}
    return {**fields, "record": record, "data": [record]}


def _evaluate(expression: str, context: Document) -> Any:
    if literal := _QUOTED.fullmatch(expression):
        return literal[2]
    if not _PATH.fullmatch(expression):
        raise refuse(
            422,
            "unsupported_template",
            f"The sandbox fills in plain paths only, not the helper in {{{{{expression}}}}}.",
        )
    return value_at(context, expression.removeprefix("this."))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else render(value).decode()
