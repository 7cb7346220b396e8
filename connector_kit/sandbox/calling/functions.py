"""Calling a connector's functions on its stack (protocol/extension.md#1-server-stack-the-endpoint).

A call's one-time token is valid until the function's answer is there. A 422 of the stack is passed
on; anything else but a usable 200 is ``invalid_extension_response`` (protocol/README.md U9).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from connector_kit.sandbox.clock import Clock
from connector_kit.sandbox.errors import Refusal, refuse
from connector_kit.sandbox.memory.store import Store
from connector_kit.sandbox.memory.tokens import Tokens
from connector_kit.sandbox.traffic.faults import Misfortune
from connector_kit.sandbox.traffic.journal import Journal
from connector_kit.sandbox.wire import Document, parse, render


@dataclass(frozen=True)
class FunctionCall:
    """Which function of which connector is called for which installation."""

    connector_id: str
    integration_id: str
    account_id: str
    type: str
    function: str
    options: Document


def unusable(why: str) -> Refusal:
    """422: the platform got no usable answer from the stack."""
    return refuse(422, "invalid_extension_response", why)


class Functions:
    """Calls functions; one HTTP session, one connection per call."""

    def __init__(
        self,
        clock: Clock,
        store: Store,
        tokens: Tokens,
        journal: Journal,
        misfortune: Misfortune,
        timeout_seconds: float,
    ) -> None:
        self._clock, self._store, self._tokens, self._journal = clock, store, tokens, journal
        self._misfortune = misfortune
        self._seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def call(self, call: FunctionCall) -> Any:
        """Return the function's result; raises `Refusal` 422 when it fails or cannot be reached."""
        started, at, code = time.perf_counter(), self._clock.now(), None
        token = self._tokens.issue(call.account_id, call.connector_id, call.integration_id)
        try:
            return await self._exchange(call, token.value)
        except Refusal as refusal:
            code = str(refusal.errors[0].get("code"))
            raise
        finally:
            self._tokens.revoke(token)
            self._journal.note_call(
                call.function,
                call.integration_id,
                call.account_id,
                error=code,
                at=at,
                milliseconds=(time.perf_counter() - started) * 1000,
            )

    async def close(self) -> None:
        """Let go of the session."""
        if self._session:
            await self._session.close()

    async def _exchange(self, call: FunctionCall, token: str) -> Any:
        url, system_token = self._stack_of(call.connector_id)
        body = {
            "_connectorId": call.connector_id,
            "type": call.type,
            "function": call.function,
            "options": {**call.options, "bearerToken": token},
        }
        try:
            status, text = await self._post(url, system_token, render(body))
        except TimeoutError as error:
            raise unusable(f"{url} did not answer {call.function} in time.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise unusable(f"{url} cannot be reached: {type(error).__name__}.") from error
        return _result(url, call.function, status, text)

    def _stack_of(self, connector_id: str) -> tuple[str, str]:
        connector = self._store.find("connectors", connector_id)
        stack = connector and self._store.get(
            connector.account_id, "stacks", connector.get("_stackId") or ""
        )
        if not stack:
            raise unusable(f"The connector {connector_id} has no stack.")
        server = stack.get("server") or {}
        if not server.get("hostURI"):
            raise unusable(f"The stack {stack.id} has no server.hostURI; only servers are called.")
        return server["hostURI"].rstrip("/") + "/function", server.get("systemToken") or ""

    async def _post(self, url: str, system_token: str, body: bytes) -> tuple[int, bytes]:
        hangs_up = self._misfortune.hangs_up()
        seconds = self._misfortune.faults.hang_up_seconds if hangs_up else self._seconds
        if hangs_up:
            self._journal.faults["stack_hang_up"] += 1
        headers = {"Authorization": f"Bearer {system_token}", "Content-Type": "application/json"}
        async with asyncio.timeout(seconds):
            async with self._open().post(url, data=body, headers=headers) as response:
                return response.status, await response.read()

    def _open(self) -> aiohttp.ClientSession:
        """Connections are not kept: one that the stack closes just then would lose a call."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session


def _result(url: str, function: str, status: int, text: bytes) -> Any:
    try:
        value = parse(text) if text.strip() else None
    except ValueError as error:
        raise unusable(f"{url} answered {function} with {status} and no JSON.") from error
    if status == 200:
        return value
    errors = value.get("errors") if isinstance(value, dict) else None
    if status == 422 and isinstance(errors, list) and errors:
        raise Refusal(422, [each for each in errors if isinstance(each, dict)] or [{}])
    if status == 401:
        raise unusable(f"{url} refused the stack's system token.")
    raise unusable(f"{url} answered {function} with status {status}.")
