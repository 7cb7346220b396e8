"""Where in its author's files a connector declares something."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Sequence

from connector_kit.blueprint import Connector


def place_of(connector: type[Connector], attribute: str | None) -> tuple[str, int]:
    """Return the file and the line of *attribute*, else of the class; empty and 0 without a file.

    *attribute* may be one of the class's ``Settings``: ``Settings.channel``.
    """
    own = ("", 0)
    for cls in connector.__mro__[:-1]:
        if cls.__module__.startswith("connector_kit."):
            continue
        try:
            lines, first = inspect.getsourcelines(cls)
            file = inspect.getsourcefile(cls) or ""
        except (OSError, TypeError):
            continue
        names = dict(_lines_of(lines))
        parts = (attribute or "").split(".")
        found = next((names[part] for part in reversed(parts) if part in names), None)
        if found is not None:
            return file, first + found - 1
        if cls is connector:
            own = (file, first)
    return own


def _lines_of(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the names that a class body assigns and defines, each with its line from 1."""
    bodies = [ast.parse(textwrap.dedent("".join(lines))).body]
    for body in bodies:
        for node in body:
            if isinstance(node, ast.ClassDef):
                bodies.append(node.body)
                yield node.name, node.lineno
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [item.id for item in targets if isinstance(item, ast.Name)]
                yield from ((name, node.lineno) for name in names)
            elif isinstance(node, ast.FunctionDef):
                yield node.name, node.lineno
