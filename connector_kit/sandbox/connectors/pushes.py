"""Pushed updates: accepted at once, run later, some at a time, in any order (README.md U15)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from connector_kit.sandbox.apps.frameworks import TWO_DOT_ZERO
from connector_kit.sandbox.connectors.license_store import Licenses
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http.errors import Refusal
from connector_kit.sandbox.http.journal import Journal
from connector_kit.sandbox.http.wire import Document, parse
from connector_kit.sandbox.stacks.functions import FunctionCall, Functions, unusable

logger = logging.getLogger(__name__)


class Pushes:
    """The queue of installations whose update function must be called.

    An installation's function never runs twice at once; pushing again while it waits adds nothing,
    pushing again while it runs calls it once more afterwards. After a failure, ``updateInProgress``
    stays true and nothing is retried automatically.
    """

    def __init__(
        self,
        store: Store,
        licenses: Licenses,
        functions: Functions,
        journal: Journal,
        parallelism: int,
    ) -> None:
        self._store, self._licenses, self._functions = store, licenses, functions
        self._journal, self._parallelism = journal, parallelism
        self._waiting: dict[str, None] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    def push(self, integration_ids: Iterable[str]) -> None:
        """Call the update function of these installations as soon as there is room."""
        self._waiting.update(dict.fromkeys(integration_ids))
        self._fill()

    @property
    def in_flight(self) -> int:
        """How many run or wait."""
        return len(self._running) + len(self._waiting)

    async def drained(self) -> None:
        """Wait until none runs or waits."""
        await self._idle.wait()

    async def stop(self) -> None:
        """Give up what runs and forget what waits."""
        self._waiting.clear()
        tasks = [*self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _fill(self) -> None:
        for identity in [*self._waiting]:
            if len(self._running) >= self._parallelism:
                break
            if identity not in self._running:
                del self._waiting[identity]
                self._running[identity] = asyncio.create_task(self._run(identity))
        running = len(self._running)
        self._journal.pushes_in_flight_peak = max(self._journal.pushes_in_flight_peak, running)
        if self.in_flight:
            self._idle.clear()
        else:
            self._idle.set()

    async def _run(self, identity: str) -> None:
        try:
            integration = self._store.find("integrations", identity)
            connector_id = integration and integration.connector_id
            connector = self._store.find("connectors", connector_id or "")
            if integration and connector:
                license_ = self._licenses.of_installation(identity)
                account = self._store.accounts[integration.account_id]
                license_document = license_.answer(account) if license_ else {}
                call = _update_call(connector, integration, license_document)
                await self._functions.call(call)
        except Refusal as refusal:
            logger.info("update of %s failed: %s", identity, refusal.errors)
        finally:
            del self._running[identity]
            self._fill()


def _update_call(connector: Record, integration: Record, license_: Document) -> FunctionCall:
    if connector.get("framework") != TWO_DOT_ZERO:
        return FunctionCall(
            connector_id=connector.id,
            integration_id=integration.id,
            account_id=integration.account_id,
            type="installer",
            function=connector.get("updateFunction"),
            options={"_integrationId": integration.id, "opts": license_.get("opts") or {}},
        )
    # The reference does not say where framework 2.0 names the function: here, twoDotZero.update.
    reference = find(connector.document, ("twoDotZero", "update"))
    if not isinstance(reference, dict):
        reference = {}
    if reference.get("_scriptId") and not reference.get("_stackId"):
        raise unusable("The sandbox does not run an update function that is on a script.")
    return FunctionCall(
        connector_id=connector.id,
        integration_id=integration.id,
        account_id=integration.account_id,
        function=str(reference.get("function") or connector.get("updateFunction") or "update"),
        options={"resource": parse(integration.public), "license": license_},
        stack_id=reference.get("_stackId"),
    )
