"""The functions that this server serves, and the processes that they run in.

Authors' functions and the kit's own run in different kinds of process. Authors' processes know
nothing of the server; they ask the serving process for what they need to know. The kit's own have
what they need to update an account: the database and the settings. They call the functions that
authors have written for settings through the serving process, in an author's process.
"""

import asyncio
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import django
import orjson
from django.apps import apps
from django.conf import settings
from django.db import close_old_connections, connection

from connector_kit.conf import kit, read
from connector_kit.extension import ExtensionError, FunctionModule, Registry
from connector_kit.extension.answers import Answer
from connector_kit.extension.authors import SETTINGS
from connector_kit.extension.authors import registry as authors_functions
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.calls import new_request_id
from connector_kit.extension.isolation import Processes, asking
from connector_kit.extension.isolation.code import Code
from connector_kit.extension.remember import Remembering

SECONDS = 1.0
"""How long a connector's class is cached; function processes cache it for as long again."""


def registry() -> Registry:
    """Return the registry of all functions, for servers that call them where they are."""
    _make_ready()
    # Their models need Django ready.
    from connector_kit.embedded.functions import find_embedded  # noqa: PLC0415
    from connector_kit.lifecycle import find_module  # noqa: PLC0415

    return _registry(find_module, find_embedded)


def kits_registry() -> Registry:
    """Return the registry of the kit's own functions; what each of their processes begins with."""
    _make_ready()
    from connector_kit.lifecycle import authors, find_derived  # noqa: PLC0415

    authors.call_by(
        lambda class_path, name, options: asking.ask(
            {"class": class_path, "name": name, "options": options}
        )
    )
    return _registry(find_derived, lambda _: None)


def authors_registry() -> Registry:
    """Return the registry of the authors' functions where they may use the database."""
    _make_ready()
    return authors_functions()


class FunctionProcesses:
    """The processes of both kinds, for one serving process; answers calls like `Processes`."""

    def __init__(self) -> None:
        in_force = kit()
        self._whereabouts = Whereabouts()
        self._code = Code.of_this_server()
        if self._code is not None:
            # Two saves within a second, of the same length, look the same to compiled files.
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        self._kits_own = Processes(
            "connector_kit.server.stack:kits_registry",
            in_force.limits,
            is_trusted=True,
            answerer=lambda question: self._call(
                question["class"], question["name"], question["options"]
            ),
        )
        self._authors = Processes(
            "connector_kit.server.stack:authors_registry"
            if in_force.functions_may_use_database
            else "connector_kit.extension.authors:registry",
            in_force.limits,
            is_trusted=in_force.functions_may_use_database,
            named=in_force.functions_environment,
            answerer=self._whereabouts,
            otherwise=self._kits_own,
        )

    def start(self) -> None:
        """Have one process of each kind; raises RuntimeError when functions cannot be loaded."""
        from connector_kit.lifecycle import authors  # noqa: PLC0415

        if self._code is not None:
            threading.Thread(target=self._look_for_changes, name="reload", daemon=True).start()
        with ThreadPoolExecutor(2) as pool:  # each imports what it serves
            for started in [pool.submit(kind.start) for kind in (self._authors, self._kits_own)]:
                started.result()
        authors.call_by(self.call_for_page)

    def can_serve(self) -> bool:
        """Tell whether the functions can be loaded."""
        return self._authors.can_serve() and self._kits_own.can_serve()

    def close(self) -> None:
        """End the processes that are idle; others end after their call."""
        self._authors.close()
        self._kits_own.close()

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look after processes on *loop*, once it runs."""
        self._authors.bind(loop)

    def __call__(self, call: RawCall) -> Answer:
        """Return the answer to *call*, whatever its function does; blocks meanwhile."""
        self._take_changes()
        return self._authors(call)

    async def answer(self, call: RawCall) -> Answer:
        """Return the answer to *call*, whatever its function does, on the loop."""
        self._take_changes()
        return await self._authors.answer(call)

    def call_for_page(self, class_path: str, name: str, options: dict[str, Any]) -> Any:
        """Call a function of a setting while a customer waits for a page.

        Raises `LifecycleError` with a message for customers.
        """
        from connector_kit.lifecycle import LifecycleError  # noqa: PLC0415
        from connector_kit.lifecycle.authors import AuthorsError  # noqa: PLC0415

        try:
            with _turn_of(options.get("_integrationId")):
                return self._call(class_path, name, options, seconds=PAGE_SECONDS)
        except ExtensionError as error:
            if error.code in _FOR_CUSTOMERS:
                raise LifecycleError(error.code, _FOR_CUSTOMERS[error.code]) from error
            raise AuthorsError(error.code, _FAILED) from error

    def _take_changes(self) -> None:
        """With ``--reload``, exchange the processes if the authors' code has changed."""
        if self._code is not None and self._code.has_changed():
            self._authors.renew()
            self._kits_own.renew()

    def _look_for_changes(self) -> None:
        """Exchange them ahead of the next call, so that it need not wait for the import."""
        while True:
            time.sleep(LOOK_SECONDS)
            self._take_changes()

    def _call(
        self, class_path: str, name: str, options: Any, *, seconds: float | None = None
    ) -> Any:
        body = {
            "_connectorId": self._whereabouts.name_of(class_path),
            "type": SETTINGS,
            "function": name,
            "options": options,
        }
        call = RawCall(orjson.dumps(body), new_request_id(), None, time.monotonic())
        answer = self._authors(call, seconds=seconds)
        outcome = orjson.loads(answer.body)
        if answer.status != 200:
            raise ExtensionError(**outcome["errors"][0])
        return outcome


class Whereabouts:
    """Knows which class a connector has, and tells it to authors' processes; thread-safe."""

    def __init__(self) -> None:
        self._own = secrets.token_urlsafe()
        self._connectors = Remembering(_class_of_connector, SECONDS)
        self._deployments = Remembering(_class_of_deployment, SECONDS)

    def name_of(self, class_path: str) -> str:
        """Return the name of the class at *class_path* in this process's own calls.

        No other caller can name a class, because the name decides what is loaded.
        """
        return f"{self._own}:{class_path}"

    def __call__(self, question: Any) -> str | None:
        """Return the place of a class; raises `ExtensionError`."""
        if "deployment" in question:
            return self._deployments(
                orjson.dumps(question["deployment"], option=orjson.OPT_SORT_KEYS).decode()
            )
        own, _, class_path = str(question["connector"]).partition(":")
        if class_path and secrets.compare_digest(own.encode(), self._own.encode()):
            return class_path
        return self._connectors(str(question["connector"]))


LOOK_SECONDS = 0.2
"""How often a server that reloads looks for changed code between calls."""

PAGE_SECONDS = 20.0
"""How long a function may take while a customer waits for a page."""

AT_A_TIME = 2
"""How many such functions run at once, per serving process."""

PATIENCE_SECONDS = 2.0
"""How long it waits for its turn."""

_turns = threading.BoundedSemaphore(AT_A_TIME)
_asking: set[str] = set()
_lock = threading.Lock()


@contextmanager
def _turn_of(integration: str | None) -> Iterator[None]:
    """Let a customer's *integration* have one function called at a time, and few customers at once.

    Raises `ExtensionError` ``server_busy``.
    """
    with _lock:
        if integration in _asking:
            raise ExtensionError("server_busy", "A function is being called for it.")
        if integration:
            _asking.add(integration)
    try:
        if not _turns.acquire(timeout=PATIENCE_SECONDS):
            raise ExtensionError("server_busy", "Functions are being called for others.")
        try:
            yield
        finally:
            _turns.release()
    finally:
        with _lock:
            _asking.discard(integration or "")


_BUSY = "A lookup is already running. Wait a few seconds and try again."
_SLOW = "The lookup took too long. Try again later. If this continues, contact us."
_FAILED = "The lookup failed. Try again later. If this continues, contact us."
_FOR_CUSTOMERS = {
    "server_busy": _BUSY,
    "function_timeout": _SLOW,
    "function_process_ended": _FAILED,
    "functions_not_loaded": _FAILED,
    "server_unavailable": _FAILED,
}


def _make_ready() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector_kit.server.settings")
    if not apps.ready:
        django.setup()


def _registry(
    find_module: Callable[[str], FunctionModule | None],
    find_embedded: Callable[[object], FunctionModule | None],
) -> Registry:
    remembering = Remembering(find_module)

    def find(connector_id: str) -> FunctionModule | None:
        # A function process lives outside of Django's requests, which would do this.
        close_old_connections()
        return remembering(connector_id)

    def find_by_options(options: object) -> FunctionModule | None:
        close_old_connections()
        return find_embedded(options)

    # Read without complaint: the checks, and the server's start, complain about what is wrong.
    readable, _ = read(settings.CONNECTOR_KIT)
    return Registry(connectors=find, embedded=find_by_options, contracts=readable.contracts)


def _class_of_connector(connector_id: str) -> str | None:
    from connector_kit.lifecycle.functions import class_of  # noqa: PLC0415

    with _database_for_a_moment():
        return class_of(connector_id)


def _class_of_deployment(names: str) -> str | None:
    from connector_kit.embedded.functions import class_of_deployment  # noqa: PLC0415

    with _database_for_a_moment():
        return class_of_deployment(orjson.loads(names))


@contextmanager
def _database_for_a_moment() -> Iterator[None]:
    """Ask the database, and hold no connection afterwards: the threads of calls are many."""
    try:
        yield
    finally:
        if not connection.in_atomic_block:
            connection.close()
