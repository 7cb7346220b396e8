"""Which fields of the platform's schemas the sandbox uses, judging by the texts in its code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from connector_kit import sandbox
from connector_kit.blueprint.schemas import fields_of, published, resolved
from connector_kit.documents import Document

_SANDBOX = Path(sandbox.__file__).parent
_CHECKS_ONLY = (
    *("documents/fields.py", "documents/published.py", "documents/schemas.py"),
    "openapi/",
)
"""What knows all fields, and does nothing with them."""

_DEEPEST = 12
"""Levels to look into: mappings contain mappings."""

_WORD = re.compile(r"\w+")


def unused_fields() -> Iterator[tuple[str, int, list[str]]]:
    """Yield each type of document with the number of its fields, and those that are only stored.

    A field counts as used if its name occurs in the sandbox's code. Of an object without any such
    field, only the object is listed.
    """
    for resource in published():
        leaves = [path for path, _ in _leaves({"$ref": f"#/$defs/{resource}"}, ())]
        yield resource, len(leaves), sorted(_collapsed(leaves))


def _collapsed(leaves: list[tuple[str, ...]]) -> set[str]:
    used = {path[:length] for path in leaves if _is_used(path) for length in range(len(path) + 1)}
    unused = set()
    for path in leaves:
        if not _is_used(path):
            length = next(n for n in range(1, len(path) + 1) if path[:n] not in used)
            unused.add(".".join(path[:length]))
    return unused


def _is_used(path: tuple[str, ...]) -> bool:
    return set(path) <= _names()


def _leaves(schema: Document, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Document]]:
    schema = resolved(schema)
    while "items" in schema:
        schema = resolved(schema["items"])
    fields = fields_of(schema)
    if not fields or len(path) == _DEEPEST or len(path) != len(set(path)):
        yield path, schema
        return
    for name, field in fields.items():
        yield from _leaves(field, (*path, name))


@cache
def _names() -> frozenset[str]:
    """Return every word in the texts of the sandbox's code."""
    words: set[str] = set()
    for module in _SANDBOX.rglob("*.py"):
        if not module.relative_to(_SANDBOX).as_posix().startswith(_CHECKS_ONLY):
            words |= set(_words(ast.parse(module.read_text(encoding="utf-8"))))
    return frozenset(words)


def _words(tree: ast.AST) -> Iterator[str]:
    described = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in described:
            yield from _WORD.findall(node.value)
