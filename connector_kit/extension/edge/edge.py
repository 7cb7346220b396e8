"""The RSGI application: how much of each request is read, and which threads answer it."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from functools import partial
from typing import Any, Protocol

from connector_kit.extension.accesslog import log_request
from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import BODY_LIMIT, SMALL, UnreadableError, too_large
from connector_kit.extension.edge import gateway, intake
from connector_kit.extension.edge.intake import Budget, Deadlines, Rule, Share
from connector_kit.extension.endpoint import Incoming
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.threads import QueueFullError, Threads
from connector_kit.extension.wsgi import AT_ONCE, FUNCTION, Stack, query_value
from connector_kit.logs import Event
from connector_kit.stack_settings import MEBIBYTE, Bounds

PROBES = 2
"""Threads for requests of monitors that cannot be answered at once."""

WAITING = 256
"""Requests that may wait for a thread."""

BUSY = refusal(
    503,
    ErrorEntry("server_busy", "Too many requests are waiting. Try again in a moment."),
    headers={"Retry-After": "1"},
)

FAILED = refusal(
    500, ErrorEntry("internal_error", "The request failed. See the log for the cause.")
)

log = logging.getLogger("connector_kit.extension")


class Request(intake.Stream, gateway.Line, Protocol):
    """Granian's side of one request: its body, and where its answer goes."""


class Edge:
    """Serves *stack* within *bounds*.

    *calls* function calls run at a time in threads, unless they are answered on the loop.
    """

    def __init__(self, stack: Stack, bounds: Bounds, *, calls: int) -> None:
        self._stack = stack
        self._calls = Threads("call", calls, WAITING)
        self._pages = Threads("page", bounds.pages, WAITING)
        self._probes = Threads("probe", PROBES, WAITING)
        self._room_for_calls = Budget(bounds.bodies_mb * MEBIBYTE)
        self._room_for_pages = Budget(bounds.bodies_mb * MEBIBYTE)
        deadlines = Deadlines(bounds.body_seconds)
        self._known_callers = Rule(BODY_LIMIT, deadlines, too_large(BODY_LIMIT), is_known=True)
        self._unknown_callers = Rule(SMALL, deadlines, too_large(SMALL))
        too_large_upload = refusal(
            413,
            ErrorEntry("body_too_large", f"Send no more than {bounds.upload_mb} MiB at a time."),
        )
        self._everybody = Rule(bounds.upload_mb * MEBIBYTE, deadlines, too_large_upload)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Use *loop*, which is about to run."""
        if self._stack.endpoint.loop_runner is not None:
            self._stack.endpoint.loop_runner.bind(loop)

    async def __rsgi__(self, scope: gateway.Scope, request: Request) -> None:
        """Answer one request."""
        began = time.monotonic()
        try:
            path = scope.path.rstrip("/")
            if path == FUNCTION and scope.method == "POST":
                await self._answer_call(scope, request)
            elif path in AT_ONCE and scope.method in ("GET", "HEAD"):
                gateway.respond(self._stack, scope, b"", request)
            elif path in self._stack.probes:
                await self._probes.run(partial(gateway.respond, self._stack, scope, b"", request))
            else:
                length = _length(scope.headers)
                with Share(self._room_for_pages) as share:
                    body = await intake.read(request, length, self._everybody, share)
                    await self._pages.run(
                        partial(gateway.respond, self._stack, scope, body, request)
                    )
        except UnreadableError as unreadable:
            self._refuse(scope, request, unreadable.answer, began)
        except QueueFullError:
            self._refuse(scope, request, BUSY, began)
        except Exception:
            log.exception(Event("requestFailed"))
            self._refuse(scope, request, FAILED, began)

    async def _answer_call(self, scope: gateway.Scope, request: Request) -> None:
        headers, endpoint = scope.headers, self._stack.endpoint
        authorization = headers.get("authorization")
        content_type = headers.get("content-type") or ""
        is_read = endpoint.limit(authorization, content_type) > 0
        rule = self._unknown_callers if authorization is None else self._known_callers
        with Share(self._room_for_calls) as share:
            body = await intake.read(request, _length(headers), rule, share) if is_read else b""
            incoming = Incoming(
                read=io.BytesIO(body).read,
                content_type=content_type,
                content_length=len(body),
                authorization=authorization,
                query_token=query_value(scope.query_string, "access_token"),
                trace_id=headers.get("traceid"),
            )
            if endpoint.loop_runner is not None:
                answer = await self._stack.call_on_loop(incoming, body)
            else:
                answer = await self._calls.run(partial(self._stack.call, incoming))
        gateway.send(request, answer)

    def _refuse(self, scope: gateway.Scope, request: Request, answer: Answer, began: float) -> None:
        gateway.send(request, answer)
        log_request(scope.method, scope.path, answer.status, began)


def _length(headers: Any) -> int | None:
    """Return the length of a body; None when it comes in chunks. Granian has seen to the rest."""
    if "transfer-encoding" in headers:
        return None
    return int(headers.get("content-length") or 0)
