"""Write docs/coverage.md, or ``--check`` that it is true and complete.

``--fields`` lists the fields of documents that the sandbox checks and stores, but does not use.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from workshop.coverage.endpoints import Endpoint, endpoints
from workshop.coverage.exercise import Exercise, exercise
from workshop.coverage.fields import unused_fields
from workshop.coverage.page import render
from workshop.coverage.reference import REFERENCE, unlisted
from workshop.coverage.sandbox import SandboxRoutes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 1 when something is missing, fails or is out of date."""
    parser = argparse.ArgumentParser(prog="python -m workshop.coverage", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say what is wrong")
    parser.add_argument("--fields", action="store_true", help="only list what is not simulated")
    options = parser.parse_args(arguments)
    if options.fields:
        for resource, count, unused in unused_fields():
            print(f"{resource}: {len(unused)} of {count}", *unused, sep="\n  ")
        return 0
    known = endpoints()
    seen = exercise(known)
    page = render(known, seen, SandboxRoutes())
    wrong = list(_problems(known, seen))
    if not options.check:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        wrong.append(f"{PAGE.name} is out of date: run 'python -m workshop.coverage'.")
    for name in wrong:
        print(name, file=sys.stderr)
    stored = (f"{resource} {len(unused)} of {count}" for resource, count, unused in unused_fields())
    print(f"Fields that the sandbox stores without using them: {', '.join(stored)}.")
    print("They are listed by 'python -m workshop.coverage --fields'.")
    return 1 if wrong else 0


def _problems(known: tuple[Endpoint, ...], seen: Exercise) -> Iterator[str]:
    yield from seen.problems
    for item in known:
        if not seen.of(item):
            yield f"No client method was seen to call {item}: add it, with a case in its table."
    if REFERENCE.exists():
        for missing in unlisted(REFERENCE.read_text(encoding="utf-8"), known):
            yield f"The reference names {missing}, which endpoints.txt does not."


if __name__ == "__main__":
    raise SystemExit(main())
