"""Every error in one shape, the platform's own: ``{"errors": [{code, message, field}]}``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from connector_kit.licensing import LicensingError
from connector_kit.publisher.licenses import EventConflict


class Refused(exceptions.APIException):
    """A request that is refused with a status, a code and a message."""

    def __init__(self, status_code: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message, code)
        self.status_code = status_code
        self.code = code
        self.field = field


def answer_error(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Answer *error*; None for what nobody expected, which Django then answers (500)."""
    if isinstance(error, LicensingError):
        problems = [each.to_json() for each in error.problems]
        return Response({"errors": problems}, status.HTTP_422_UNPROCESSABLE_ENTITY)
    if isinstance(error, EventConflict):
        return _answer(status.HTTP_409_CONFLICT, error.code, str(error), error.field)
    if isinstance(error, Refused):
        return _answer(error.status_code, error.code, str(error.detail), error.field)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    answer = Response({"errors": list(_entries(error.get_full_details()))}, error.status_code)
    if challenge := getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = challenge
    return answer


def _answer(status_code: int, code: str, message: str, field: str | None) -> Response:
    entry = {"code": code, "message": message}
    return Response({"errors": [entry | ({"field": field} if field else {})]}, status_code)


def _entries(details: Any, field: str | None = None) -> Iterator[dict[str, Any]]:
    """Flatten Django REST framework's details into entries."""
    if isinstance(details, dict) and {"message", "code"} <= details.keys():
        entry = {"code": str(details["code"]), "message": str(details["message"])}
        yield entry | ({"field": field} if field else {})
    elif isinstance(details, dict):
        for name, each in details.items():
            yield from _entries(each, name)
    else:
        for each in details:
            yield from _entries(each, field)
