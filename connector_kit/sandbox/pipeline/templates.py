"""Handlebars: ``{{record.id}}``, ``{{{lastExportDateTime}}}``, ``{{#each}}``, and helpers.

The engine is a library; `helpers` are the platform's own. What the platform reads and the engine
does not is rewritten first: ``data.0.id``, ``.length``, and how a value in double braces is written
where it goes (protocol/platform-2026.md#19).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from dotpromptz_handlebars import Handlebars, HelperOptions

from connector_kit.sandbox.http.errors import Refusal, refuse
from connector_kit.sandbox.http.wire import Document, render
from connector_kit.sandbox.pipeline import helpers
from connector_kit.sandbox.pipeline.lookups import RecordFailed
from connector_kit.sandbox.pipeline.values import value_at

Escape = Callable[[str], str]

_INSIDE = r"""(?:"[^"]*"|'[^']*'|(?!\}\}).)*?"""
_TAG = re.compile(
    r"(?P<left>\\\{\{|\{\{\{\{.*?\{\{\{\{/.*?\}\}\}\}|\{\{~?!--.*?--~?\}\})|"
    rf"(?P<raw>\{{\{{~?\{{)(?P<value>{_INSIDE})(?P<raw_end>\}}~?\}}\}})|"
    rf"(?P<open>\{{\{{~?)(?P<kind>[#^/>!&*]?)(?P<body>{_INSIDE})(?P<close>~?\}}\}})",
    re.DOTALL,
)
"""A tag; *left* is what stays as it is: an escaped one, raw text, a comment."""
_WORD = re.compile(r"""("[^"]*"|'[^']*')|((?:\[[^\]]*\]|[^\s()="'\[\]|])+)""")
_POSITION = re.compile(r"\[[^\]]*\]|\.(\d+)(?=[./\[]|$)")
_NAMES = r"\s*((?!(?:this|else|true|false|null|undefined)\b)[a-zA-Z_][\w.]*(?<!\.length))\s*"
_PATH = re.compile(rf"\{{\{{\{{{_NAMES}\}}\}}\}}|\{{\{{{_NAMES}\}}\}}")
_ELSE = re.compile(r"\s*else\b")
_ESCAPE, _LENGTH = "__escape", "__length"


def fill(template: str, context: Document, escape: Escape = str) -> str:
    """Return *template* with values of *context*; *escape* goes over those in double braces.

    Raises `Refusal` 422 for a template that is none, 501 for a helper that is not simulated.
    """
    if "{{" not in template:
        return template
    try:
        return str(_compile(template, escape)(context))
    except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError) as error:
        cause = str(error.args[0] if error.args else error).rstrip(".")
        raise refuse(
            422, "invalid_template", f"The template {template!r} cannot be filled in: {cause}."
        ) from error
    except RecordFailed as failed:
        raise Refusal(422, [failed.error]) from failed


def in_uri(template: str, context: Document) -> str:
    """Fill a template of an address: values in double braces are percent-encoded."""
    return fill(template, context, _in_uri)


def in_body(template: str, context: Document) -> str:
    """Fill a template of a body: values in double braces may stand within a JSON text."""
    return fill(template, context, _in_json)


def is_template(text: object) -> bool:
    """Whether *text* holds anything to be filled in."""
    return isinstance(text, str) and "{{" in text


def extract_value(record: Any, extract: str, context: Document | None = None) -> Any:
    """Return what an ``extract`` names: a path of the record, or a template, which sees more."""
    if not extract:
        return None
    if is_template(extract):
        return fill(extract, {**(context or {}), **context_of(record)})
    return value_at(record, extract)


def context_of(record: Any) -> Document:
    """Return what templates see of a record: its fields, and itself as ``record``."""
    fields = record if isinstance(record, dict) else {}
    return {**fields, "record": record, "data": [record]}


def _in_uri(text: str) -> str:
    return quote(text, safe="")


def _in_json(text: str) -> str:
    return render(text)[1:-1].decode()


@lru_cache(maxsize=4096)
def _compile(template: str, escape: Escape) -> Callable[[Document], str]:
    """Read a template; the same ones are filled in for every record.

    One of plain paths is filled in without the engine, which takes several times as long.
    """
    tags = [*_PATH.finditer(template)]
    is_plain = "\\" not in template and len(tags) == template.count("{{")
    if is_plain and not any(helpers.is_helper(tag[1] or tag[2]) for tag in tags):
        return lambda context: _PATH.sub(
            lambda tag: (
                helpers.text(value_at(context, tag[1]))
                if tag[1]
                else escape(helpers.text(value_at(context, tag[2])))
            ),
            template,
        )
    engine = _engine(escape)
    has_escape = escape is not str
    return engine.compile(_TAG.sub(lambda tag: _rewrite(tag, has_escape=has_escape), template))


@lru_cache(maxsize=8)
def _engine(escape: Escape) -> Handlebars:
    engine = Handlebars(escape_html=False)
    helpers.register(engine)

    def escaped(args: list[Any], _: HelperOptions) -> str:
        return escape(helpers.text(args[0]))

    def length(args: list[Any], _: HelperOptions) -> int | None:
        return len(args[0]) if isinstance(args[0], (list, str)) else value_at(args[0], "length")

    engine.register_helper(_ESCAPE, escaped)
    engine.register_helper(_LENGTH, length)
    return engine


def _rewrite(tag: re.Match[str], *, has_escape: bool) -> str:
    """Return a tag as the engine reads it."""
    if tag["left"]:
        return tag[0]
    if tag["raw"]:
        return f"{tag['raw']}{_expression(tag['value'])}{tag['raw_end']}"
    body = tag["body"]
    if tag["kind"] in ("", "&", "#", "^") and not _ELSE.match(body):
        body = _expression(body) if tag["kind"] in ("", "&") else _in_arguments(body)
        if has_escape and not tag["kind"]:
            is_path = _WORD.fullmatch(body.strip()) and not helpers.is_helper(body.strip())
            body = f"{_ESCAPE} {body}" if is_path else f"{_ESCAPE} ({body.strip()})"
    return f"{tag['open']}{tag['kind']}{body}{tag['close']}"


def _expression(body: str) -> str:
    """Return the inside of a tag; one that is only a length calls the helper without brackets."""
    rewritten = _in_arguments(body).strip()
    return rewritten[1:-1] if rewritten.startswith(f"({_LENGTH} ") else rewritten


def _in_arguments(body: str) -> str:
    """Return *body* with ``a.0.b`` as ``a.[0].b`` and ``a.length`` as ``(__length a)``."""

    def word(found: re.Match[str]) -> str:
        path = found[2]
        if path is None or path.replace(".", "").lstrip("-").isdigit():
            return found[0]
        path = _POSITION.sub(lambda place: f".[{place[1]}]" if place[1] else place[0], path)
        whole = path.removesuffix(".length")
        return path if whole in (path, "") else f"({_LENGTH} {whole})"

    return _WORD.sub(word, body)
