"""Connections: their pings, logs, users, and the documents (protocol/http-api.md#4-connections)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector_kit.documents import Document
from connector_kit.integrator.errors import ErrorEntry, Refused
from connector_kit.integrator.resources.documents import Job, PingBody, StepAnswer
from connector_kit.integrator.resources.forms import HasSettingsForm
from connector_kit.integrator.resources.proxy import Proxied
from connector_kit.integrator.resources.shapes import listed
from connector_kit.integrator.resources.virtual import Virtual
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import PATIENCE, Call, Effect
from connector_kit.integrator.transport.query import given


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
            f"{error.get('code', '')}: {error.get('message', '')}".strip(": ")
            for error in self.errors
        )
        return "; ".join(said) or f"the application answered {self.code}"


class Connections(Virtual, Proxied, HasSettingsForm):
    """The account's connections."""

    def ping(
        self,
        connection_id: str,
        *,
        flow_id: str | None = None,
        integration_id: str | None = None,
        export_id: str | None = None,
        import_id: str | None = None,
    ) -> Ping:
        """Test whether the connection can log in; a failure is an answer, not an error (U25).

        The ids name documents whose settings the connection's fields may refer to.
        """
        path = self._at(connection_id, "ping")
        context = _context(flow_id, integration_id, export_id, import_id)
        return self._ping(_try(path, context) if context else calls.get(path, expects=dict))

    def ping_unsaved(
        self,
        connection: Document,
        *,
        flow_id: str | None = None,
        integration_id: str | None = None,
        export_id: str | None = None,
        import_id: str | None = None,
    ) -> Ping:
        """Test a complete *connection*, with its secrets in clear; nothing of it is stored."""
        context = _context(flow_id, integration_id, export_id, import_id)
        return self._ping(_try(self._at("ping"), {**connection, **context}))

    def test(self, connection_id: str) -> Ping:
        """Test the connection more thoroughly than a ping does."""
        return self._ping(
            Call(
                "POST",
                self._at(connection_id, "test"),
                effect=Effect.NONE,
                patience=PATIENCE,
                expects=dict,
            )
        )

    def debug_log(self, connection_id: str, resource_id: str | None = None) -> str:
        """Return the log of requests as text, of one export or import if *resource_id* names it.

        It is written only until the connection's ``debugDate``, and may hold customers' data.
        """
        only = (resource_id,) if resource_id else ()
        return str(self._body(calls.get(self._at(connection_id, "debug", *only), expects=str)))

    def clear_debug_log(self, connection_id: str) -> None:
        """Empty the log of requests."""
        self._body(calls.delete(self._at(connection_id, "debug")))

    def check_package(self, connection_id: str, package: str | None = None) -> StepAnswer:
        """Tell whether the package that integrator.io needs in the application is installed there.

        *package* is ``suitebundle`` or ``suiteapp`` for NetSuite, nothing for Salesforce. The
        platform's own client asks outside the documented API: a token may be refused.
        """
        path = self._at(connection_id, "distributed")
        call = Call("GET", path, params=given(type=package), patience=PATIENCE, expects=dict)
        answer: StepAnswer = self._body(call)
        return answer

    def iclients(self, connection_id: str) -> list[Document]:
        """Return the iClients that the connection can use: a connector's own."""
        return listed(self._body(calls.get(self._at(connection_id, "iclients"))), "iclients")

    def jobs(self, connection_id: str) -> Iterator[Job]:
        """Yield the jobs that are queued on the connection."""
        return self._transport.items(calls.get(self._at(connection_id, "jobs"), expects=list))

    def _ping(self, call: Call) -> Ping:
        try:
            return _read(self._body(call))
        except Refused as refused:
            return Ping(ok=False, code=refused.status, errors=refused.errors)


def _context(
    flow_id: str | None, integration_id: str | None, export_id: str | None, import_id: str | None
) -> Document:
    return given(
        _flowId=flow_id, _integrationId=integration_id, _exportId=export_id, _importId=import_id
    )


def _try(path: str, body: Document) -> Call:
    return calls.post(path, body, effect=Effect.NONE, patience=PATIENCE, expects=dict)


def _read(body: PingBody) -> Ping:
    errors = tuple(body.get("errors") or ())
    code = body.get("code")
    return Ping(ok=not errors and code in (None, 200), code=code, errors=errors)
