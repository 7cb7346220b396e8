"""The endpoints as the reference itself names them, read out of its tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from workshop.coverage.endpoints import Endpoint

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "protocol" / "http-api.md"
"""Beside the repository, where there is one."""

_WORDS = re.compile(
    r"`(?P<both>(?:GET|POST|PUT|PATCH|DELETE) /[^`\s]*)"  # `GET /tokenInfo`
    r"|(?P<method>\b(?:GET|POST|PUT|PATCH|DELETE)\b)"
    r"|`(?P<path>…?/[^`\s]+)`"
)
_TOGETHER = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)`? `?(/[^`\s]+)`")
_CELL = re.compile(r"(?<!\\)\|")
_VARIABLE = re.compile(r"\{[^}]*\}")

EXAMPLES = frozenset({"/things", "/things/{}"})
"""Paths that the reference invents to speak about all of them."""

SHORTHAND = {("PUT", "/jobs"): "/jobs/{}", ("DELETE", "/jobs"): "/jobs/{}"}
"""Where the reference names a resource and means one document of it."""

Pattern = tuple[str, str]
"""Method and path, every variable spelled ``{}``."""


def unlisted(text: str, listed: Iterable[Endpoint]) -> list[str]:
    """Return the endpoints in the tables of *text* that are not *listed*.

    A path may continue the one before it, or ``/integrations/{id}`` in section 8.
    """
    known = {(endpoint.method, _plain(endpoint.path)) for endpoint in listed}
    missing: list[str] = []
    for number, alternatives in _named(text):
        if not any(_is_known(alternative, known) for alternative in alternatives):
            method, path = alternatives[0]
            missing.append(f"{method} {path} (line {number} of {REFERENCE.name})")
    return missing


def _named(text: str) -> Iterator[tuple[int, list[Pattern]]]:
    """Yield the line of every endpoint, and what may be meant by it."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            section = line.lstrip("# ")
        elif line.startswith("|"):
            first, *others = _CELL.split(line)[1:]
            named = [*_in_first(first), *_in_words(" ".join(others))]
            yield from ((number, list(_meanings(*row, section))) for row in named)


def _in_words(text: str) -> Iterator[tuple[Pattern, str]]:
    """Yield the methods that have their path right behind them."""
    for method, path in _TOGETHER.findall(text):
        yield (method, _plain(path.partition("?")[0])), ""


def _in_first(cell: str) -> Iterator[tuple[Pattern, str]]:
    """Yield method and path, and the path that this one continues.

    Every method applies to the paths after it. A path right after another one continues it, unless
    it begins like it.
    """
    methods: list[str] = []
    was_path, before = False, ""
    for word in _WORDS.finditer(cell):
        if word["method"]:
            methods = [word["method"]] if was_path else [*methods, word["method"]]
            was_path = False
            continue
        named = word["both"].split(" ", 1) if word["both"] else None
        path = _plain((named[1] if named else word["path"]).partition("?")[0])
        goes_on = was_path and path.split("/")[1] != before.split("/")[1]
        for method in [named[0]] if named else methods:
            yield (method, path), before if goes_on else ""
        was_path, before = True, before if goes_on else path


def _meanings(pattern: Pattern, before: str, section: str) -> Iterator[Pattern]:
    method, path = pattern
    path = SHORTHAND.get(pattern, path.removeprefix("…"))
    segments = before.split("/")
    for count in range(len(segments), 1, -1):
        yield method, "/".join(segments[:count]) + path
    if not before:
        yield method, path
        if section.startswith("8"):
            yield method, f"/integrations/{{}}{path}"


def _is_known(pattern: Pattern, known: set[Pattern]) -> bool:
    method, path = pattern
    if path in EXAMPLES or pattern in known:
        return True
    if not path.startswith("/{}/"):
        return False
    rest = path.removeprefix("/{}")  # the first word is any type of document
    return any(kind == method and name.endswith(rest) for kind, name in known)


def _plain(path: str) -> str:
    return _VARIABLE.sub("{}", path)
