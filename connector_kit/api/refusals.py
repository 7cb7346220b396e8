"""Refusals that the API's own modules raise; `connector_kit.api.errors` answers them."""

from __future__ import annotations

from collections.abc import Iterable

from rest_framework import status
from rest_framework.exceptions import APIException

from connector_kit.storable import Flaw


class Refused(APIException):
    """A request that is refused with a status, a code and a message."""

    def __init__(self, status_code: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message, code)
        self.status_code = status_code
        self.field = field


class Unusable(Refused):
    """The request holds values that cannot be stored; names each place."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__(status.HTTP_400_BAD_REQUEST, "unstorable", self.flaws[0].words)
