"""Translate a response into an answer, or into an error that says what to do."""

import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from requests import Response

from connector_kit import storable
from connector_kit.integrator.errors import (
    ErrorEntry,
    Forbidden,
    IntegratorError,
    NotFound,
    RateLimited,
    Refused,
    Transient,
    Unauthorized,
    Unavailable,
)
from connector_kit.integrator.transport import wire
from connector_kit.integrator.transport.calls import Answer, AttemptFailed, Call, Outcome
from connector_kit.integrator.transport.links import follow

Mask = Callable[[str], str]
"""Removes the token from text of other origin."""

_SECONDS = re.compile(r"\d{1,9}(\.\d+)?")

SHOWN = 200
"""Characters of a body without a message that an error quotes."""

LONGEST, MOST_ENTRIES = 2000, 100
"""Characters of a message, and errors of an answer, that are kept, in logs and records too."""

_KINDS: Mapping[int, type[IntegratorError]] = {
    401: Unauthorized,
    402: Forbidden,
    403: Forbidden,
    404: NotFound,
    429: RateLimited,
}
"""Statuses with a class of their own (protocol/http-api.md#2-errors); 5xx is Unavailable."""

_NOT_PASSING = frozenset({501, 505})
"""5xx that say "never", not "not now"."""

_HINTS_BY_CODE: Mapping[str, str] = {
    "invalid_ref": "It refers to a document that is not in this account.",
    "invalid_user": "The customer needs an integrator.io account before a license can be created.",
    "field_locked_by_integration_app": "Only the connector's own functions may change that field.",
    "invalid_extension_response": "Check that the stack's hostURI is this server's public "
    "address and that <hostURI>/function responds.",
    "update_in_progress": "An update of this installation is running or was interrupted. "
    "Push it again.",
    "license_expired": "Renew the license, then resume the installation.",
    "subscription_required": "The account needs a license or a larger plan.",
    "entitlement_reached": "The account's plan does not allow more of these.",
}
_HINTS_BY_STATUS: Mapping[int, str] = {
    401: "The token is wrong, revoked, or expired. A one-time token is valid during its function "
    "call, an API token until its owner revokes it.",
    403: "A connector's token can access only documents with its own _connectorId.",
    429: "The account's rate limit is used up, possibly by other clients. Wait, or lower the "
    "configured rate.",
}


def read(response: Response, call: Call, request: str, *, mask: Mask) -> Answer:
    """Return the answer; raises AttemptFailed when it is not of the shape that *call* expects."""
    try:
        body = _text(response) if call.expects is str else wire.loads(response.content)
    except ValueError as error:
        raise _unusable(response, request, "no JSON", mask) from error
    if call.method == "GET" and call.expects is list and not response.content:
        # A list without items is answered 204 as well. An answer that was cut off is empty, too,
        # but does not say so.
        is_chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
        length = response.headers.get("Content-Length")
        if response.status_code == 204 or length == "0" or is_chunked:
            body = []
    if call.expects is not None and not isinstance(body, call.expects):
        raise _unusable(response, request, f"no {call.expects.__name__}", mask)
    next_page = None
    if "Link" in response.headers:  # <...>; rel="next" (protocol/README.md U23)
        link = response.links.get("next", {}).get("url")
        next_page = follow(link, asked=response.url, request=request) if link else None
    return Answer(response.status_code, body, next_page)


def error_of(response: Response, request: str, *, mask: Mask) -> IntegratorError | AttemptFailed:
    """Return what to raise for a status outside 2xx."""
    error = _translate(response, request, mask(_text(response)))
    if not isinstance(error, Transient):
        return error
    error.retry_after = _retry_after(response)
    outcome = Outcome.TURNED_AWAY if isinstance(error, RateLimited) else Outcome.FAILED
    return AttemptFailed(outcome, error, retry_after=error.retry_after)


def _unusable(response: Response, request: str, what: str, mask: Mask) -> AttemptFailed:
    error = Unavailable(
        f"{request} returned {response.status_code} with {what}: "
        f"{_quoted(mask(_text(response)))!r}. Check that the base URL is integrator.io's.",
        status=response.status_code,
        request=request,
    )
    return AttemptFailed(Outcome.NO_ANSWER, error)


def _translate(response: Response, request: str, text: str) -> IntegratorError:
    """Return the error that a body of *text* says, in the class that its status has."""
    status = response.status_code
    try:
        body = wire.loads(text.encode())
    except ValueError:
        body = None
    body = body if isinstance(body, dict) else {}
    entries, steps = _entries(body), body.get("steps")
    if not isinstance(steps, list):
        steps = []
    sentences = (
        f"{entry['code']}: {entry['message']}".strip(": ")
        + (f" (field {entry['field']})" if entry.get("field") else "")
        for entry in entries
    )
    words = "; ".join(sentences) or _quoted(text) or response.reason
    hints = (_HINTS_BY_CODE.get(entry["code"], "") for entry in entries)
    hint = next(filter(None, hints), "") or _HINTS_BY_STATUS.get(status, "")
    is_passing = status == 408 or (status >= 500 and status not in _NOT_PASSING)
    kind = Unavailable if is_passing else _KINDS.get(status, Refused)
    first = entries[0] if entries else None
    return kind(
        f"{request} returned {status}: {words.rstrip('.')}. {hint}".rstrip(),
        status=status,
        code=first["code"] or None if first else None,
        field=first.get("field") if first else None,
        request=request,
        errors=entries,
        # A step route of framework 2.0 names steps beside its errors.
        steps=tuple(step for step in steps if isinstance(step, dict)),
    )


def _entries(body: dict[str, Any]) -> tuple[ErrorEntry, ...]:
    """The platform's ``errors``; a lone ``message`` counts as one of them."""
    listed = body.get("errors")
    if not isinstance(listed, list):
        listed = [body] if body.get("message") else []
    entries = []
    for item in listed[:MOST_ENTRIES]:
        if not isinstance(item, dict):
            entries.append(ErrorEntry(code="", message=_shortened(item)))
            continue
        code, message = item.get("code") or "", item.get("message") or ""
        entry = ErrorEntry(code=_shortened(code), message=_shortened(message))
        if item.get("field"):
            entry["field"] = _shortened(item["field"])
        entries.append(entry)
    return tuple(entries)


def _shortened(text: Any) -> str:
    return storable.cut(str(text), LONGEST)


def _quoted(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}..."


def _text(response: Response) -> str:
    return response.content.decode("utf-8", "replace")


def _retry_after(response: Response) -> float | None:
    """The seconds named by ``Retry-After``, as a number or as a date; None when there are none."""
    value = response.headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    until = _timestamp(value)
    now = _timestamp(response.headers.get("Date", ""))
    return None if until is None else max(0.0, until - (now or time.time()))


def _timestamp(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):  # dates of every kind are sent
        return None
