"""From a call to its answer: find the function, call it, let its result through or refuse it.

The order of the checks, their codes and their messages are those of protocol/extension.md#4.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from connector_kit.extension.accesslog import log, log_call, log_failure
from connector_kit.extension.answers import (
    Answer,
    NotSerializableError,
    refusal,
    result,
    to_json,
)
from connector_kit.extension.authoring.fields import time_of
from connector_kit.extension.bodies import RawCall, UnreadableError, parse_body
from connector_kit.extension.calls import SERVED_REQUEST, FunctionCall, is_given
from connector_kit.extension.contracts import check_contract
from connector_kit.extension.errors import ErrorEntry, ExtensionError
from connector_kit.extension.invoke import Function, invoke
from connector_kit.extension.registry import FunctionModule, Registry
from connector_kit.logs import Event

Check = Callable[[FunctionCall], Iterable[ErrorEntry]]
"""A further check of a call by a particular host; returns what is wrong."""

Invoke = Callable[[Function, Any], Any]
"""Calls a function with its options and returns its one answer."""

Observe = Callable[[RawCall, FunctionCall | None, Answer], None]
"""Gets every call that was answered; a body that is not JSON has no `FunctionCall`."""

_DATES = ("lastExportDateTime", "currentExportDateTime")


class Elsewhere(Exception):
    """The function of a call belongs to another process: nothing has been done or logged."""


class Dispatcher:
    """Answers calls with the functions of *registry*.

    *invoke* calls a function with its options, *checks* are further checks of a particular host,
    *observers* get every call that came as bytes, with its answer.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        checks: Sequence[Check] = (),
        invoke: Invoke = invoke,
        observers: Sequence[Observe] = (),
    ) -> None:
        self._registry = registry
        self._checks = tuple(checks)
        self._invoke = invoke
        self._observers = tuple(observers)

    def __call__(self, raw: RawCall) -> Answer:
        """Return the answer to *raw*."""
        call: FunctionCall | None = None
        try:
            body = parse_body(raw.body)
        except UnreadableError as unreadable:
            answer = unreadable.answer
        else:
            call = FunctionCall.from_body(body, request_id=raw.request_id, trace_id=raw.trace_id)
            if self._registry.is_elsewhere(call):
                raise Elsewhere
            answer = self.dispatch(call)
        for observe in self._observers:
            try:
                observe(raw, call, answer)
            except Exception:  # noqa: BLE001 - the call has its answer already
                log.exception(Event("observerFailed", [("_reqId", raw.request_id)]))
        return answer

    def dispatch(self, call: FunctionCall) -> Answer:
        """Return the answer to *call*. Whatever goes wrong is an answer too, with status 422."""
        outside = SERVED_REQUEST.set(call.request_id)
        log_call(call)
        try:
            module = self._registry.module_of(call)
            problems = list(_problems(call, module, self._checks))
            if problems or module is None:
                return refusal(422, *problems)
            return result(self._run(call, module))
        except KeyboardInterrupt:
            raise
        except BaseException as failure:  # noqa: BLE001 - a bug must not look like an outage
            entry = ErrorEntry.of(failure, without=call.bearer_token)
            log_failure(call, failure, entry)
            return refusal(422, entry)
        finally:
            SERVED_REQUEST.reset(outside)

    def _run(self, call: FunctionCall, module: FunctionModule) -> bytes:
        """Return what the function returned, as text; raises whatever error prevents that."""
        function = module.find(call.type, call.function)
        returned = self._invoke(function, _with_dates(call.options))
        if self._registry.contracts:
            check_contract(call, returned, function)
        try:
            body = to_json(returned)
        except NotSerializableError as error:
            log.warning(Event("responseNotSerializableError", [("reason", error)]))
            raise ExtensionError(
                "invalid_extension_response", "Extension response is not serializable."
            ) from error
        if len(body) > call.response_limit:
            raise ExtensionError(
                "response_size_exceeded",
                f"response stream exceeded limit of {call.response_limit} bytes.",
            )
        return body


def _problems(
    call: FunctionCall, module: FunctionModule | None, checks: Sequence[Check]
) -> Iterable[ErrorEntry]:
    if module is None and is_given(call.diy):
        yield ErrorEntry(
            "missing_required_field", "DIY is not configured in the extension configuration."
        )
    elif module is None and is_given(call.connector_id):
        yield ErrorEntry(
            "invalid_field",
            "The _connectorId set in the extension options does't match any of the "
            "_connectorId's present in extension configuration.",
        )
    elif module is None:
        yield ErrorEntry(
            "missing_required_field",
            "Need to set either the diy or _connectorId field in extension options.",
        )
    if not is_given(call.function):
        yield ErrorEntry(
            "missing_required_field", "Missing required field function in the extension options."
        )
    elif not isinstance(call.function, str):
        yield ErrorEntry(
            "invalid_field", "The function field in the extension options must be of type string."
        )
    if not is_given(call.options):
        yield ErrorEntry("missing_required_field", "Function options haven't been provided.")
    for check in checks:
        yield from check(call)


def _with_dates(options: Any) -> Any:
    """Return *options* with the times of delta exports as datetimes; unreadable ones stay text."""
    if not isinstance(options, dict):
        return options
    times = {name: time for name in _DATES if name in options and (time := time_of(options[name]))}
    return {**options, **times} if times else options
