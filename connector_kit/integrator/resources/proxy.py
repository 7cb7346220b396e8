"""Calling the application behind a connection directly (protocol/http-api.md#4-connections)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.transport import wire
from connector_kit.integrator.transport.calls import EFFECTS, PATIENCE, Call, Effect
from connector_kit.integrator.transport.headers import instructions

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class ProxyAnswer:
    """What the application answered: its status and its body as text."""

    status: int
    text: str

    def json(self) -> Any:
        """Return the body's value, None when it is empty; raises ValueError when it is no JSON."""
        return wire.loads(self.text.encode())


class Proxied(Resource):
    """Connections, through which their applications can be called."""

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
        call = Call(
            "POST",
            self._at(connection_id, "proxy"),
            _content(body),
            effect=EFFECTS.get(method.upper(), Effect.AGAIN),
            patience=PATIENCE,
            expects=str,
            headers=headers,
        )
        if call.body is not None:
            call = replace(call, headers={**headers, "Content-Type": content_type})
        answer = self._transport.send(call)
        return ProxyAnswer(answer.status, answer.body)


def _content(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else wire.dumps(body)
