"""A sandbox that runs: in the foreground for the command, in a thread for tests."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from connector_kit.sandbox import snapshot
from connector_kit.sandbox.app import LARGEST_BODY, App
from connector_kit.sandbox.control.routes import introduction
from connector_kit.sandbox.flows.runner.executor import Executor
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.options import Options
from connector_kit.sandbox.platform import Platform

logger = logging.getLogger(__name__)

SAVE_EVERY = 3.0
"""Seconds between two checks for something to save."""
GRACE = 0.5
"""Seconds that requests have to end when the sandbox stops."""


@asynccontextmanager
async def serving(options: Options) -> AsyncIterator[tuple[Platform, Document]]:
    """Serve until the context ends; yields the platform and its introduction."""
    platform = Platform.of(options)
    if options.snapshot and options.snapshot.exists():
        snapshot.load(platform, options.snapshot)
    platform.open_accounts()
    Executor(platform).resume()
    loop = asyncio.get_running_loop()
    request = partial(web.BaseRequest, loop=loop, client_max_size=LARGEST_BODY)
    server = web.Server(App(platform), request_factory=request, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=GRACE)
    await runner.setup()
    stopping = asyncio.Event()
    saver = asyncio.create_task(_save_changes(platform, stopping))
    try:
        site = web.TCPSite(runner, options.host, options.port)
        await site.start()
        host, port = runner.addresses[0][:2]
        url_host = f"[{host}]" if ":" in host else host
        yield platform, introduction(platform, f"http://{url_host}:{port}/v1")
    finally:
        await platform.queue.stop()
        await platform.pushes.stop()
        await runner.cleanup()
        await platform.functions.close()
        await platform.backends.close()
        stopping.set()
        await saver


async def _save_changes(platform: Platform, stopping: asyncio.Event) -> None:
    """Save every few seconds what has changed, the last time when everything has stopped."""
    path, saved = platform.options.snapshot, -1
    while path and not stopping.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), SAVE_EVERY)
        changes = platform.changes
        if changes == saved:
            continue
        try:
            await asyncio.to_thread(snapshot.write, path, snapshot.contents(platform))
            saved = changes
        except OSError as error:
            logger.error("cannot save to %s: %s", path, error)  # noqa: TRY400 - the disk, no defect
            saved = -1


@dataclass(frozen=True)
class Customer:
    """An account one can act for."""

    account_id: str
    user_id: str
    email: str
    token: str = field(repr=False)


class Sandbox:
    """A local integrator.io in its own thread, as a context manager.

    Takes the fields of `Options`. ``with Sandbox(accounts=3, bucket=0) as sandbox:`` gives
    `base_url`, `control_url`, `publisher` and `accounts` with their tokens.
    """

    def __init__(self, **options: Any) -> None:
        self.options = Options(**options)
        self.introduction: Document = {}
        self._started = threading.Event()
        self._stop: Callable[[], object] = lambda: None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def __enter__(self) -> Self:
        """Start, and return when requests are answered."""
        self._thread.start()
        self._started.wait()
        if self._failure:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and return when everything has ended."""
        self._stop()
        self._thread.join()
        if self._failure and error is None:
            raise self._failure

    @property
    def base_url(self) -> str:
        """Where the API is: ``http://127.0.0.1:PORT/v1``."""
        return str(self.introduction["base_url"])

    @property
    def control_url(self) -> str:
        """Where the sandbox itself is spoken to: ``http://127.0.0.1:PORT/_sandbox``."""
        return str(self.introduction["control_url"])

    @property
    def publisher(self) -> Customer:
        """The account that owns connectors."""
        return Customer(**self.introduction["publisher"])

    @property
    def publisher_token(self) -> str:
        """The publisher's token."""
        return self.publisher.token

    @property
    def accounts(self) -> list[Customer]:
        """The customers."""
        return [Customer(**account) for account in self.introduction["accounts"]]

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised again where it can be seen
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        async with serving(self.options) as (_, self.introduction):
            self._stop = partial(loop.call_soon_threadsafe, stopped.set)
            self._started.set()
            await stopped.wait()
