"""Words that people who use the kit should not meet: `python -m workshop.wording`.

Reads templates, documentation, and the text of Python strings, and names each place.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

BETTER = {
    r"stands? against": "name the problem",
    r"(take|takes|took|taken) (it|them|everything|that) back": "roll back, undo",
    r"nobody": "no one, or name what happens: 'not updated'",
    r"who(m)?ever": "anyone who, the person who",
    r"of whom": "two sentences",
    r"for want of": "because there is no",
    r"for ever": "forever, permanently",
    r"(is|are|was|were) to be": "must be, will be",
    r"(has|have|had) to be": "must be",
    r"(go|goes|went|gone|going) on(?! record| to)": "continue",
    r"(any more)(?! than)": "no longer",
    r"comes? to rest": "stop",
    r"opens nothing": "is not valid",
    r"heard of": "No response from",
    r"at the most": "at most",
    r"by default the": "default: the",
    r"not right yet": "correct the fields",
    r"(bring|brings|brought) (it|them|everybody|that) back": "return, restore",
    r"said (on|at once|all at once)": "reported",
    r"as wanted": "differs from",
    r"begun": "started, in progress",
    r"manage\.py [a-z]\w*": "connector-kit and the command: authors' projects have no manage.py",
}
"""Patterns, whatever their case, and what a native reader expects instead."""

_BANNED = re.compile("|".join(rf"\b(?:{pattern})\b" for pattern in BETTER), re.IGNORECASE)
_CODE = re.compile(r"```.*?```|`[^`]*`|https?://\S+|\{[%{#].*?[%}#]\}|<[^>]*>", re.DOTALL)


def main() -> int:
    """Print each place and what to write instead; return the exit code."""
    found = [*problems()]
    for place, words, better in found:
        print(f"{place}: '{words}' reads foreign; write: {better}")
    return 1 if found else 0


def problems() -> Iterator[tuple[str, str, str]]:
    """Yield place, words, and what is better, of all that people read."""
    for path in _pages():
        text = path.read_text()
        blank = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code.group()), text)
        yield from _in_text(path, blank, 1)
    for package in ("connector_kit", "settings_ui"):
        for path in sorted((ROOT / package).rglob("*.py")):
            # Help texts of models are part of migrations; a name has no blank.
            if not {"migrations", "models"} & {*path.parts}:
                for line, text in _strings(ast.parse(path.read_text())):
                    if " " in text:
                        yield from _in_text(path, text, line)


def _pages() -> Iterator[Path]:
    yield from (ROOT / "README.md", ROOT / "CHANGELOG.md")
    for pattern in ("docs/*.md", "*/templates/**/*.html", "*/templates/**/*.txt"):
        # The glossary names the words to avoid; the coverage page is made from the code.
        yield from sorted(
            path
            for path in ROOT.glob(pattern)
            if path.name not in ("glossary.md", "coverage.md") and ".venv" not in path.parts
        )


def _in_text(path: Path, text: str, line: int) -> Iterator[tuple[str, str, str]]:
    for match in _BANNED.finditer(text):
        place = f"{path.relative_to(ROOT)}:{line + text.count(chr(10), 0, match.start())}"
        words = match.group()
        better = next(
            better
            for pattern, better in BETTER.items()
            if re.fullmatch(pattern, words, re.IGNORECASE)
        )
        yield place, words, better


def _strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Text of strings with the line where each begins; documentation strings left out."""
    silent = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        ):
            yield node.lineno, node.value


if __name__ == "__main__":
    sys.exit(main())
