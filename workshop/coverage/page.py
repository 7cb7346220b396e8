"""The page that shows what is covered: docs/coverage.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from workshop.coverage.endpoints import Endpoint
from workshop.coverage.exercise import TESTS, Exercise
from workshop.coverage.sandbox import NOT_THERE, SandboxRoutes

INTRODUCTION = """\
# The endpoints of integrator.io, and who speaks to them

Written by `python -m workshop.coverage`; `make check` fails when it is out of date, or when an
endpoint of the reference has no client method or no test.

* *Endpoint* and *mark* are the reference's: A API docs, A- an earlier edition of them, T today's
  edition, O observed, N developers' notes, G the vendor's guides of 2026, ? unknown.
* *Client* is the method of `connector_kit.integrator.Client` that was seen to call it. Where
  several do, the first is shown.
* *Sandbox* is what answers it in the local integrator.io (`connector_kit.sandbox`); 501
  says that nothing does.
* *Test* is one of the cases of `{tests}` that make the call.
"""

SECTIONS = {
    "1": "Base",
    "3": "Conventions",
    "4": "Connections",
    "5": "Exports and imports",
    "6": "Flows",
    "6.1": "Errors of a flow",
    "7": "Integrations",
    "8.1": "Installed connectors: framework 1.0",
    "8.2": "Installed connectors: settings calls",
    "8.3": "Installed connectors: framework 2.0, install",
    "8.4": "Installed connectors: framework 2.0, edition, uninstall",
    "8.5": "Installed connectors: others",
    "9": "Connectors and licenses",
    "10": "iClients, templates, stacks, scripts, tokens",
    "11": "Jobs, job errors, retries",
    "12": "State",
    "13": "Notifications, users, rest",
    "2026": "Resource types of 2026",
}


def render(known: Iterable[Endpoint], seen: Exercise, sandbox: SandboxRoutes) -> str:
    """Return the page."""
    rows = [*known]
    return "\n".join(
        [
            INTRODUCTION.format(tests=TESTS),
            _summary(rows, seen, sandbox),
            *_tables(rows, seen, sandbox),
            *_beside(seen),
            "",
        ]
    )


def _summary(rows: list[Endpoint], seen: Exercise, sandbox: SandboxRoutes) -> str:
    served = sum(bool(seen.of(row)) for row in rows)
    answered = sum(sandbox[row] != NOT_THERE for row in rows)
    return (
        f"{len(rows)} endpoints: {served} called by the client and tested, "
        f"{answered} answered by the sandbox."
    )


def _tables(rows: list[Endpoint], seen: Exercise, sandbox: SandboxRoutes) -> Iterator[str]:
    for section, group in groupby(rows, key=lambda row: row.section):
        yield f"\n## {section} {SECTIONS[section]}\n"
        yield "| Endpoint | Mark | Client | Sandbox | Test |"
        yield "| --- | --- | --- | --- | --- |"
        yield from (_row(endpoint, seen, sandbox) for endpoint in group)


def _row(endpoint: Endpoint, seen: Exercise, sandbox: SandboxRoutes) -> str:
    uses = seen.of(endpoint)
    method = f"`{uses[0].method}`" if uses else "missing"
    test = uses[0].test if uses else "missing"
    mark = endpoint.mark.replace(",", " ")
    return f"| `{endpoint}` | {mark} | {method} | {sandbox[endpoint]} | {test} |"


def _beside(seen: Exercise) -> Iterator[str]:
    if seen.beside:
        yield "\n## Called, but not in the reference\n"
        yield from (f"* `{name}`" for name in sorted(set(seen.beside)))
