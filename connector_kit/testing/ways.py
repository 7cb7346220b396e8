"""Two ways for a call to reach a function: within this process, or over HTTP to a stack."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import requests

from connector_kit.documents import Document
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.calls import new_request_id
from connector_kit.extension.dispatch import Dispatcher
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.leftovers import Alone
from connector_kit.extension.registry import FunctionModule, Registry
from connector_kit.integrator.transport.wire import dumps, loads
from connector_kit.testing.failures import CallFailed, StackUnreachable

SECONDS = 330.0
"""How long a call may take over HTTP: longer than a stack lets any function run."""


class Way(Protocol):
    """How calls are made."""

    def __call__(self, body: Document) -> Any:
        """Return the result of the call *body*; raises `CallFailed`."""


def registry_of(module: FunctionModule, *, contracts: bool = True) -> Registry:
    """Return the registry in which *module* is every connector's, and the self-made one as well."""
    registry = Registry(connectors=lambda _id: module, contracts=contracts)
    registry.diy = module
    return registry


class Here:
    """Calls the functions of *module* in this process, in the way that a stack handles a call.

    The body is written and read as JSON, results are checked against the contracts, and what a
    function raises becomes an error entry; it is kept as the cause of `CallFailed`.
    """

    def __init__(self, module: FunctionModule, *, contracts: bool = True) -> None:
        self._raised: BaseException | None = None
        self._alone = Alone()
        self._dispatch = Dispatcher(registry_of(module, contracts=contracts), invoke=self._invoke)

    def __call__(self, body: Document) -> Any:
        """Return the result of the call *body*; raises `CallFailed`."""
        self._raised = None
        answer = self._dispatch(RawCall(dumps(body), new_request_id(), None, time.monotonic()))
        try:
            return _result(answer.status, answer.body)
        except CallFailed as failed:
            raise failed from self._raised

    def _invoke(self, function: Callable[..., Any], options: Any) -> Any:
        try:
            return self._alone(function, options)
        except (Exception, SystemExit) as raised:
            self._raised = raised
            raise


class OverHttp:
    """Calls a running stack at *address*, over a connection that is kept until `close`."""

    def __init__(self, address: str, system_token: str, *, seconds: float = SECONDS) -> None:
        self._url = f"{address.rstrip('/').removesuffix('/function')}/function"
        self._seconds = seconds
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {system_token}"
        self._session.headers["Content-Type"] = "application/json"

    def __call__(self, body: Document) -> Any:
        """Return the result of the call *body*; raises `CallFailed`, or `StackUnreachable`."""
        try:
            response = self._session.post(self._url, dumps(body), timeout=self._seconds)
        except (requests.ConnectionError, requests.Timeout) as error:
            raise StackUnreachable(
                f"{self._url} does not answer ({type(error).__name__}): check that a stack runs "
                "there, as connector-kit stack or connector-kit-stack."
            ) from None
        return _result(response.status_code, response.content)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()


def _result(status: int, body: bytes) -> Any:
    if status == 200:
        return loads(body)
    try:
        listed = loads(body)["errors"]
        entries = [
            ErrorEntry(str(document["code"]), str(document["message"])) for document in listed
        ]
    except (ValueError, LookupError, TypeError):
        entries = []
    if not entries:  # what the platform makes of it
        message = f"The stack answered with status {status} and no errors."
        entries = [ErrorEntry("invalid_extension_response", message)]
    raise CallFailed(status, entries)
