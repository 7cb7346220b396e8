"""The API's format of all errors: ``{"errors": [{"code", "message", "field"}]}``.

*field* is a dotted path into what was sent, null when no single field is at fault.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig, SuspiciousOperation
from django.http import JsonResponse
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from connector_kit.adoption.loading import LoadError
from connector_kit.api.refusals import Unusable
from connector_kit.blueprint import DeclarationError
from connector_kit.errors import ConnectorKitError
from connector_kit.integrator import errors as platform
from connector_kit.licensing import LicensingError
from connector_kit.models.sealing import KeyLost
from connector_kit.publisher.errors import NotPublished, PublicationRefused, UnknownConnector
from connector_kit.publisher.licenses import UnknownLicense
from connector_kit.rollouts import RolloutError
from connector_kit.storable import Unstorable

log = logging.getLogger("connector_kit.api")

Entry = dict[str, str | None]


STATUSES: tuple[tuple[type[Exception], int, str], ...] = (
    (UnknownConnector, status.HTTP_404_NOT_FOUND, "unknown_connector"),
    (NotPublished, status.HTTP_409_CONFLICT, "not_published"),
    (UnknownLicense, status.HTTP_404_NOT_FOUND, "unknown_license"),
    (Unstorable, status.HTTP_422_UNPROCESSABLE_ENTITY, "too_long"),
    (LoadError, status.HTTP_409_CONFLICT, "connector_not_loaded"),
    (KeyLost, status.HTTP_503_SERVICE_UNAVAILABLE, "key_lost"),
    (ImproperlyConfigured, status.HTTP_503_SERVICE_UNAVAILABLE, "misconfigured"),
    (platform.Transient, status.HTTP_503_SERVICE_UNAVAILABLE, "platform_unavailable"),
    (platform.IntegratorError, status.HTTP_502_BAD_GATEWAY, "platform_error"),
    (ConnectorKitError, status.HTTP_409_CONFLICT, "refused"),
)
"""What the packages below raise, the first that fits: its status, and a code if it has none."""


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Answer *error*; unexpected ones are written to the log."""
    if (listed := _listed(error)) is not None:
        entries, status_code = listed
        return Response({"errors": entries}, status=status_code)
    if isinstance(error, SuspiciousOperation):  # too many parameters, for example
        return Response(body_of(*SENSELESS), status=status.HTTP_400_BAD_REQUEST)
    for kind, status_code, code in STATUSES:
        if isinstance(error, kind):
            return _translate(error, status_code, code)
    response = exception_handler(error, context)
    if response is None:
        request = context.get("request")
        path = str(request.path) if request else ""
        log.error("code=%s, path=%s", BROKEN[0], path, exc_info=error)
        return Response(body_of(*BROKEN), status=status.HTTP_500_INTERNAL_SERVER_ERROR)
    response.data = {"errors": list(_entries(error, response))}
    return response


def _listed(error: Exception) -> tuple[list[Any], int] | None:
    """Return what *error* lists, and its status; None for one that says a single thing."""
    entries: list[Any] = []
    if isinstance(error, DeclarationError):
        entries = [
            entry(problem.id, f"{problem.message} {problem.hint}", problem.field)
            for problem in error.problems
        ]
        return entries, status.HTTP_409_CONFLICT
    if isinstance(error, PublicationRefused):
        for objection in error.objections:
            message = f"{objection.message} {objection.hint}".strip()
            entries.append(entry(objection.code, message, objection.field))
        return entries, status.HTTP_409_CONFLICT
    if isinstance(error, LicensingError):
        entries = [problem.to_json() for problem in error.problems]
        return entries, status.HTTP_422_UNPROCESSABLE_ENTITY
    if isinstance(error, RequestDataTooBig):  # Django's words name a setting, not the way out
        entries = [entry("body_too_large", "The request body is too large.")]
        return entries, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    return None


def json_error(status_code: int, code: str, message: str) -> JsonResponse:
    """An error in the API's format, for requests that reached no view, or whose view failed."""
    return JsonResponse(body_of(code, message), status=status_code)


def body_of(code: str, message: str) -> dict[str, list[Entry]]:
    """The API's answer for a single error that concerns no field."""
    return {"errors": [entry(code, message)]}


_WORDS = (
    "Something went wrong, and the error was logged. Try again. If it happens again, check the "
    "server's log for this time."
)
SENSELESS = (
    "bad_request",
    "The request cannot be read: it is malformed or has too many parameters.",
)
"""Code and message of what Django refuses before a view sees it."""
BROKEN = ("internal_error", _WORDS)
"""Code and message of unexpected errors."""


def _translate(error: Exception, status_code: int, code: str) -> Response:
    if isinstance(error, RolloutError) and error.field:  # what was sent is wrong, not the state
        status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    if status_code >= status.HTTP_500_INTERNAL_SERVER_ERROR:
        log.warning("code=%s, message=%s", code, error)
    field = None
    if isinstance(error, ConnectorKitError):
        code = error.code or code
        # The platform's own fields are those of its documents, not of what was sent here.
        field = None if isinstance(error, platform.IntegratorError) else error.field
    return Response({"errors": [entry(code, str(error), field)]}, status=status_code)


def entry(code: str, message: str, field: str | None = None) -> Entry:
    """One error."""
    return {"code": code, "message": message, "field": field}


def _entries(error: Exception, response: Response) -> Iterator[Entry]:
    if isinstance(error, ValidationError):
        yield from _of_fields(error.detail, "")
    elif isinstance(error, Unusable):
        for flaw in error.flaws[:_FLAWS_SHOWN]:
            yield entry("unstorable", f"{flaw.words}.", flaw.path or None)
    elif isinstance(error, APIException):
        yield entry(str(error.get_codes()), str(error.detail), getattr(error, "field", None))
    else:  # Django's own Http404 and PermissionDenied, translated by DRF
        detail = response.data.get("detail", "")
        yield entry(str(getattr(detail, "code", "error")), str(detail))


_FLAWS_SHOWN = 20


def _of_fields(detail: Any, path: str) -> Iterator[Entry]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            if isinstance(name, int):  # a number in a list
                place = f"{path}[{name}]"
            else:
                place = ".".join(
                    filter(None, (path, "" if name == "non_field_errors" else str(name)))
                )
            yield from _of_fields(inner, place)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _of_fields(inner, f"{path}[{index}]" if nested else path)
    else:
        code = detail.code if isinstance(detail, ErrorDetail) else "invalid"
        yield entry(str(code), str(detail), path or None)
