"""The HTTP server: authenticates, applies the rate limit and faults, and finds the handler."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from inspect import isawaitable
from urllib.parse import unquote

from aiohttp import web

from connector_kit.sandbox.account.access_tokens import access_token
from connector_kit.sandbox.account.tokens import Token
from connector_kit.sandbox.account.users import acting_token
from connector_kit.sandbox.apps.expiry import switch_off_lapsed
from connector_kit.sandbox.control import visitors
from connector_kit.sandbox.control.routes import SIGNED, control
from connector_kit.sandbox.http import scopes
from connector_kit.sandbox.http.call import Answer, Call, Handler, answer_refusal
from connector_kit.sandbox.http.errors import Dropped, Refusal, error, not_found, refuse
from connector_kit.sandbox.http.journal import Visit
from connector_kit.sandbox.http.routing import Match, split
from connector_kit.sandbox.pipeline.by_identifier import by_identifier, is_api_identifier
from connector_kit.sandbox.platform import Platform
from connector_kit.sandbox.routes import router

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes; mock outputs of some downloads are megabytes long."""
API, CONTROL = "/v1/", "/_sandbox/"
DROPPED = 0
"""The status in the log of a request that was not answered."""
TIDY_EVERY = 3600.0
"""Seconds between two looks for what is too old; a moved clock is noticed at once."""

logger = logging.getLogger(__name__)


class App:
    """Answers every request that reaches the sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._router = router()

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer *request*, or drop its connection."""
        path, _, query = request.raw_path.partition("?")
        try:
            body = await request.read()
            if path.startswith(CONTROL):
                answer = await self._control(request, path, query, body)
            else:
                answer = await self._visit(request, path, query, body)
        except Dropped:
            request.protocol.force_close()
            answer = Answer(503)
        except web.HTTPRequestEntityTooLarge:
            answer = answer_refusal(refuse(413, "body_too_large", "The body is over 64 MiB."))
        return web.Response(
            status=answer.status,
            body=answer.body,
            headers={"Content-Type": answer.content_type, **answer.headers},
        )

    async def _control(
        self, request: web.BaseRequest, path: str, query: str, body: bytes
    ) -> Answer:
        place = unquote(path[len(CONTROL) :])
        try:
            if not place.startswith(SIGNED):
                visitors.admit(
                    request.headers,
                    own_host=self._platform.options.host,
                    has_body=bool(body),
                )
            return await control(self._platform, request.method, place, query, body)
        except Refusal as refusal:
            return answer_refusal(refusal)

    async def _visit(self, request: web.BaseRequest, path: str, query: str, body: bytes) -> Answer:
        """Answer a request to the API and write it down."""
        platform, headers = self._platform, request.headers
        visit, started, status = Visit(request.method, path), time.perf_counter(), DROPPED
        if latency := platform.options.latency:
            await asyncio.sleep(latency / 1000)
        try:
            token = platform.tokens.authenticate(headers.get("Authorization"))
            token = acting_token(platform.store, token, headers, visit.method)
            visit.account_id, visit.token = token.account_id, token.kind
            answer = await self._execute(visit, token, query, body, request)
            status = answer.status
        except Refusal as refusal:
            answer, status = answer_refusal(refusal), refusal.status
        except Dropped:
            raise
        except Exception:
            logger.exception("%s %s failed in the sandbox itself", visit.method, visit.path)
            answer = answer_refusal(refuse(500, "internal_error", "The sandbox has a defect."))
            status = answer.status
        finally:
            milliseconds = (time.perf_counter() - started) * 1000
            now = platform.clock.now()
            platform.journal.note(visit, status=status, at=now, milliseconds=milliseconds)
        return answer

    async def _execute(
        self, visit: Visit, token: Token, query: str, body: bytes, request: web.BaseRequest
    ) -> Answer:
        segments = [unquote(name) for name in split(visit.path[len(API) :])]
        match = self._match(visit, segments)
        if seconds := self._platform.buckets.take(token.account_id):
            visit.rate_limited = True
            raise self._too_many(seconds)
        await self._misbehave(visit, token)
        scopes.admit(token, match.route, match.params)
        self._keep_house()
        call = Call(
            platform=self._platform,
            method=visit.method,
            segments=segments,
            params=match.params,
            query=query,
            body=body,
            token=token,
            headers=request.headers,
            origin=f"http://{request.host}",
        )
        result = match.target(call)
        answer = await result if isawaitable(result) else result
        if visit.fault == "lost_answer":
            raise Dropped
        return answer

    def _match(self, visit: Visit, segments: list[str]) -> Match[Handler]:
        if visit.path.startswith(API):
            if match := self._router.find(visit.method, segments):
                visit.route = match.route
                return match
            if is_api_identifier(segments):
                return Match(by_identifier, scopes.BY_IDENTIFIER, {})
        raise not_found(f"route {visit.method} {visit.path}")

    def _too_many(self, seconds: float) -> Refusal:
        wait = {"Retry-After": str(math.ceil(seconds))}
        entry = error("rate_limit_exceeded", "Too many requests; slow down.")
        return Refusal(429, [entry], wait if self._platform.options.retry_after else {})

    async def _misbehave(self, visit: Visit, token: Token) -> None:
        misfortune = self._platform.misfortune
        visit.fault = misfortune.strikes(visit.method, visit.path, token.account_id, token.kind)
        match visit.fault:
            case "429":
                raise self._too_many(1)
            case "500" | "503":
                raise refuse(int(visit.fault), "internal_error", "The platform has a problem.")
            case "422":
                raise refuse(422, "invalid_field", "The document is refused, as was asked for.")
            case "drop":
                raise Dropped
            case "timeout":
                await asyncio.sleep(misfortune.faults.timeout_seconds)
                raise Dropped
            case "slow":
                await asyncio.sleep(misfortune.faults.slow_seconds)

    def _keep_house(self) -> None:
        """Expire licenses and forget what is too old; nearly free when nothing is due."""
        platform, now = self._platform, self._platform.clock.now()
        if now >= platform.licenses.due:
            switch_off_lapsed(platform)
        if now < platform.last_tidied + TIDY_EVERY:
            return
        platform.last_tidied = now
        for part in platform.snapshot_parts.values():
            part.expire(now)
        for record in platform.store.on_the_market("accesstokens"):
            token = access_token(record)
            if token.expires is not None and token.expires <= now:
                platform.tokens.revoke(token.value)
                platform.store.delete(record)
