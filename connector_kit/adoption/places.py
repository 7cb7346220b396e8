"""Where in an author's files something is declared."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace

from connector_kit.adoption.loading import Place
from connector_kit.blueprint import Connector, Problem


def located(connector: type[Connector], problems: Iterable[Problem]) -> list[Problem]:
    """Return *problems* of *connector* with the files and lines that they are in."""
    return [
        replace(problem, place=str(place_of(connector, problem.attribute) or ""))
        for problem in problems
    ]


def place_of(connector: type[Connector], attribute: str | None) -> Place | None:
    """Return the line of *attribute* in the class, or beside it; of the class if it is in neither.

    None if the source is not at hand.
    """
    own = None
    parts = (attribute or "").split(".")
    for cls in connector.__mro__[:-1]:
        if cls is Connector:
            continue
        try:
            lines, first = inspect.getsourcelines(cls)
            file = inspect.getsourcefile(cls) or ""
            whole = inspect.getsource(sys.modules[cls.__module__])
        except (OSError, TypeError, KeyError):
            continue
        for text, start in (("".join(lines), first), (whole, 1)):
            names = dict(_lines_of(text))
            found = next((names[part] for part in reversed(parts) if part in names), None)
            if found is not None:
                return Place(file, start + found - 1)
        if cls is connector:
            own = Place(file, first)
    return own


def _lines_of(text: str) -> Iterator[tuple[str, int]]:
    """Yield the names that *text* and its classes assign and define, each with its line from 1."""
    bodies = [ast.parse(textwrap.dedent(text)).body]
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
