"""One line of the table of routes."""

from __future__ import annotations

from dataclasses import dataclass

from connector_kit.sandbox.http.call import Handler


@dataclass(frozen=True, slots=True)
class Route:
    """What answers a method and a path.

    *ok* is the status when all is well, *body* the name of what is sent
    (`connector_kit.sandbox.openapi.bodies`), *query* the names of its parameters. *unless* names
    what may keep it from answering (`connector_kit.sandbox.unsimulated`).
    """

    method: str
    path: str
    handler: Handler
    ok: int = 200
    body: str = ""
    query: str = ""
    unless: tuple[str, ...] = ()
