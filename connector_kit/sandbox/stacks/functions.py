"""Calling functions on a stack (protocol/extension.md#1-server-stack-the-endpoint).

A call's one-time token is valid until the function's answer is there. A 422 of the stack is passed
on; anything else but a usable 200 is ``invalid_extension_response`` (protocol/README.md U9).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from connector_kit.sandbox.account.tokens import Scope, Tokens
from connector_kit.sandbox.clock import Clock
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http.errors import Refusal, refuse
from connector_kit.sandbox.http.faults import Misfortune
from connector_kit.sandbox.http.journal import Journal
from connector_kit.sandbox.http.wire import Document, parse, render
from connector_kit.sandbox.stacks.lookup import find_stack

INVOKE_ONLY = Scope(every=True)
"""What the token of a function reaches that belongs to no connector."""


@dataclass(frozen=True)
class FunctionCall:
    """Which function is called, of which connector and for which installation.

    Without *connector_id* it belongs to a self-made integration (``diy``). Without *type* it is one
    of the flat functions of framework 2.0. Without *stack_id* it is on the connector's own stack.
    """

    connector_id: str | None
    integration_id: str | None
    account_id: str
    function: str
    options: Document
    type: str | None = None
    stack_id: str | None = None


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
        fault = self._misfortune.of_stack(call.function)
        if fault:
            self._journal.faults[f"stack_{fault}"] += 1
        match fault:
            case "drop":
                raise unusable(f"The call of {call.function} was lost, as was asked for.")
            case "late":
                await asyncio.sleep(self._misfortune.faults.stack_delay_seconds)
            case "twice":  # at once; the first that succeeds counts
                calls = [self._call(call), self._call(call)]
                answers = await asyncio.gather(*calls, return_exceptions=True)
                good = [item for item in answers if not isinstance(item, BaseException)]
                if not good:
                    raise answers[0]
                return good[0]
        answer = await self._call(call, hangs_up=fault == "hang_up")
        if fault == "lost_answer":
            raise unusable(f"The answer of {call.function} was lost, as was asked for.")
        return answer

    async def _call(self, call: FunctionCall, *, hangs_up: bool = False) -> Any:
        started, at, code = time.perf_counter(), self._clock.now(), None
        scope = None if call.connector_id else INVOKE_ONLY
        token = self._tokens.issue(call.account_id, call.connector_id, call.integration_id, scope)
        try:
            return await self._exchange(call, token.value, hangs_up=hangs_up)
        except Refusal as refusal:
            code = str(refusal.errors[0].get("code"))
            raise
        finally:
            self._tokens.revoke(token.value)
            self._journal.note_call(
                call.function,
                call.integration_id,
                call.account_id,
                error=code,
                at=at,
                milliseconds=(time.perf_counter() - started) * 1000,
            )

    async def close(self) -> None:
        """Close the session."""
        if self._session:
            await self._session.close()

    async def _exchange(self, call: FunctionCall, token: str, *, hangs_up: bool) -> Any:
        url, system_token = self._stack_of(call)
        owner: Document = (
            {"_connectorId": call.connector_id} if call.connector_id else {"diy": True}
        )
        body = {
            **owner,
            **({"type": call.type} if call.type else {}),
            "function": call.function,
            "options": {**call.options, "bearerToken": token},
        }
        headers = {"Authorization": f"Bearer {system_token}", "Content-Type": "application/json"}
        if self._session is None:
            # Connections are not kept: one that the stack closes just then would lose a call.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        seconds = self._misfortune.faults.hang_up_seconds if hangs_up else self._seconds
        try:
            posting = self._session.post(url, data=render(body), headers=headers)
            async with asyncio.timeout(seconds), posting as response:
                status, text = response.status, await response.read()
        except TimeoutError as error:
            raise unusable(f"{url} did not answer {call.function} in time.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise unusable(f"{url} cannot be reached: {type(error).__name__}.") from error
        return _result(url, call.function, status, text)

    def _stack_of(self, call: FunctionCall) -> tuple[str, str]:
        connector = self._store.find("connectors", call.connector_id or "")
        stack_id = call.stack_id or (connector and connector.get("_stackId")) or ""
        stack = find_stack(self._store, call.account_id, call.connector_id, stack_id)
        if not stack:
            owner = f"connector {call.connector_id}" if call.connector_id else "integration"
            raise unusable(f"The {owner} has no stack {stack_id or '(none is named)'}.")
        server = stack.get("server") or {}
        if not server.get("hostURI"):
            raise unusable(f"The stack {stack.id} has no server.hostURI; only servers are called.")
        return server["hostURI"].rstrip("/") + "/function", server.get("systemToken") or ""


def _result(url: str, function: str, status: int, text: bytes) -> Any:
    try:
        value = parse(text) if text.strip() else None
    except ValueError as error:
        raise unusable(f"{url} answered {function} with {status} and no JSON.") from error
    if status == 200:
        return value
    errors = value.get("errors") if isinstance(value, dict) else None
    if status == 422 and isinstance(errors, list) and errors:
        raise Refusal(422, [error for error in errors if isinstance(error, dict)] or [{}])
    if status == 401:
        raise unusable(f"{url} refused the stack's system token.")
    raise unusable(f"{url} answered {function} with status {status}.")
