"""A Lambda stack: the same functions and the same answers, for events instead of requests.

The event is the options, the other keys of a call come in the client context; no token is checked,
since AWS did that (protocol/extension.md#2-lambda-stack).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from connector_kit.extension.answers import errors_body
from connector_kit.extension.calls import FunctionCall
from connector_kit.extension.configuration import Configuration
from connector_kit.extension.dispatch import Dispatcher
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.leftovers import Alone

Handler = Callable[[Any, Any], Any]

CALL_KEYS = ("diy", "_connectorId", "type", "function", "maxResponseSize")
"""What the client context of an invocation says beside the options."""


class FunctionError(Exception):
    """A call that failed; its text is the JSON that the platform reads."""

    def __init__(self, body: bytes) -> None:
        refused = {"statusCode": 422, **orjson.loads(body)}
        super().__init__(orjson.dumps(refused).decode())

    @classmethod
    def of(cls, failure: BaseException) -> FunctionError:
        """Return *failure* as one that the platform can read."""
        return cls(errors_body([ErrorEntry.of(failure)]))


def lambda_handler(config: Mapping[str, Any]) -> Handler:
    """Return the handler of a Lambda function that serves *config*.

    *config* is ``{"diy": functions}`` or ``{"connectors": {connectorId: functions}}``. The handler
    raises `FunctionError` for a call that fails, and with a wrong *config* every call does: what a
    handler returns, the platform takes for the function's result.
    """
    try:
        registry = Configuration.of(config).registry
    except Exception as error:  # noqa: BLE001 - whatever it is, every call has to say so
        return _failing(error)
    dispatcher = Dispatcher(registry, invoke=Alone())

    def handler(event: Any, context: Any) -> Any:
        try:
            body = {**call_keys(context), "options": event}
            answer = dispatcher.dispatch(FunctionCall.from_body(body))
        except Exception as error:
            raise FunctionError.of(error) from error
        if answer.status != 200:
            raise FunctionError(answer.body)
        return json.loads(answer.body) if answer.body else None

    return handler


def _failing(error: Exception) -> Handler:
    def handler(_event: Any, _context: Any) -> Any:
        raise FunctionError.of(error)

    return handler


def call_keys(context: Any) -> dict[str, Any]:
    """Return what the client context of *context* says about the call.

    AWS's own runtime shows only ``custom`` of it; that of `connector_kit.extension.lambda_runtime`
    gives the whole (U31).
    """
    client_context = getattr(context, "client_context", None)
    found: dict[str, Any] = {}
    for source in (getattr(client_context, "custom", None), client_context):
        if isinstance(source, Mapping):
            found |= {key: source[key] for key in CALL_KEYS if key in source}
        elif source is not None:
            found |= {key: getattr(source, key) for key in CALL_KEYS if hasattr(source, key)}
    return found
