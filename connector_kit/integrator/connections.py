"""Connections: what every resource has, and the ping (protocol/http-api.md#4-connections)."""

from __future__ import annotations

from dataclasses import dataclass

from connector_kit.integrator import calls
from connector_kit.integrator.documents import PingBody
from connector_kit.integrator.errors import ErrorEntry, Refused
from connector_kit.integrator.resource import Resource


@dataclass(frozen=True)
class Ping:
    """Whether a connection can log in; when not, the application's own status and errors."""

    ok: bool
    code: int | None = None
    errors: tuple[ErrorEntry, ...] = ()

    @property
    def explanation(self) -> str:
        """Why it cannot, in the application's words; empty when it can."""
        if self.ok:
            return ""
        said = (
            f"{each.get('code', '')}: {each.get('message', '')}".strip(": ") for each in self.errors
        )
        return "; ".join(said) or f"the application answered {self.code}"


class Connections(Resource):
    """The account's connections."""

    def ping(self, connection_id: str) -> Ping:
        """Try whether the connection can log in; a failure is an answer, not an error (U25)."""
        try:
            answer = self._transport.send(calls.get(self._at(connection_id, "ping"), expects=dict))
        except Refused as refused:
            return Ping(ok=False, code=refused.status, errors=refused.errors)
        return _read(answer.body)


def _read(body: PingBody) -> Ping:
    errors = tuple(body.get("errors") or ())
    code = body.get("code")
    return Ping(ok=not errors and code in (None, 200), code=code, errors=errors)
