"""Connections: their pings, logs, users, and the documents (protocol/http-api.md#4-connections)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector_kit.documents import MASK, Document, shows_mask
from connector_kit.integrator.errors import ErrorEntry, Refused
from connector_kit.integrator.resources.documents import Job, PingBody, StepAnswer
from connector_kit.integrator.resources.forms import HasSettingsForm
from connector_kit.integrator.resources.shapes import listed
from connector_kit.integrator.resources.virtual import Virtual
from connector_kit.integrator.transport import calls, wire
from connector_kit.integrator.transport.calls import EFFECTS, PATIENCE, Call, Effect
from connector_kit.integrator.transport.headers import instructions
from connector_kit.integrator.transport.query import without_none

JSON = "application/json; charset=utf-8"


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
        reasons = (
            f"{error.get('code', '')}: {error.get('message', '')}".strip(": ")
            for error in self.errors
        )
        return "; ".join(reasons) or f"the application answered {self.code}"


@dataclass(frozen=True)
class ProxyAnswer:
    """What the application answered: its status and its body as text."""

    status: int
    text: str

    def json(self) -> Any:
        """Return the body's value, None when it is empty; raises ValueError when it is no JSON."""
        return wire.loads(self.text.encode())


class Connections(Virtual, HasSettingsForm):
    """The account's connections."""

    def create(self, document: Document) -> Document:
        """Store *document* and return it as stored; raises `Refused` for one with a mask."""
        _require_no_mask(document)
        return super().create(document)

    def update(self, document_id: str, document: Document) -> Document:
        """Replace the connection; raises `Refused` for a mask, which would become the secret."""
        _require_no_mask(document)
        return super().update(document_id, document)

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
        call = Call("GET", path, params=without_none(type=package), patience=PATIENCE, expects=dict)
        answer: StepAnswer = self._body(call)
        return answer

    def iclients(self, connection_id: str) -> list[Document]:
        """Return the iClients that the connection can use: a connector's own."""
        return listed(self._body(calls.get(self._at(connection_id, "iclients"))), "iclients")

    def jobs(self, connection_id: str) -> Iterator[Job]:
        """Yield the jobs that are queued on the connection."""
        return self._transport.items(calls.get(self._at(connection_id, "jobs"), expects=list))

    def proxy(
        self,
        connection_id: str,
        method: str,
        relative_uri: str | None = None,
        body: Any = None,
        *,
        content_type: str = JSON,
        record_type: str | None = None,
        netsuite_script: str | None = None,
        netsuite_deployment: str | None = None,
    ) -> ProxyAnswer:
        """Send *body* to the connection's application, which logs in as the connection does.

        *method* and *relative_uri* are those on the application (for a RESTlet of NetSuite its
        script and deployment instead); *body* is any JSON, or text or bytes of *content_type*.
        The application's own refusals raise what the platform's do, with its status. It is
        repeated when *method* may be, never otherwise.
        """
        headers = instructions(
            method=method,
            relative_uri=relative_uri,
            record_type=record_type,
            netsuite_script=netsuite_script,
            netsuite_deployment=netsuite_deployment,
        )
        content = body.encode() if isinstance(body, str) else body
        if content is not None and not isinstance(content, bytes):
            content = wire.dumps(content)
        if content is not None:
            headers = {**headers, "Content-Type": content_type}
        call = Call(
            "POST",
            self._at(connection_id, "proxy"),
            content,
            effect=EFFECTS.get(method.upper(), Effect.AGAIN),
            patience=PATIENCE,
            expects=str,
            headers=headers,
        )
        answer = self._transport.send(call)
        return ProxyAnswer(answer.status, answer.body)

    def _ping(self, call: Call) -> Ping:
        try:
            body: PingBody = self._body(call)
        except Refused as refused:
            return Ping(ok=False, code=refused.status, errors=refused.errors)
        errors, code = tuple(body.get("errors") or ()), body.get("code")
        return Ping(ok=not errors and code in (None, 200), code=code, errors=errors)


def _require_no_mask(document: Document) -> None:
    """protocol/platform-2026.md#3-conventions."""
    if shows_mask(document):
        raise Refused(
            f"The connection contains {MASK!r}, which the platform shows instead of a secret and "
            "would store as the secret. Nothing was sent. Patch the fields that change, or send "
            "the secret itself."
        )


def _context(
    flow_id: str | None, integration_id: str | None, export_id: str | None, import_id: str | None
) -> Document:
    return without_none(
        _flowId=flow_id, _integrationId=integration_id, _exportId=export_id, _importId=import_id
    )


def _try(path: str, body: Document) -> Call:
    return calls.post(path, body, effect=Effect.NONE, patience=PATIENCE, expects=dict)
