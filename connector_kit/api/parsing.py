"""Request bodies: JSON that can be stored, or a refusal that says where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from connector_kit import storable
from connector_kit.api.refusals import Unusable


class StorableJson(JSONParser):
    """JSON without half characters, NUL, and what has no end."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the body's content; raises `ParseError`, or `Unusable` with each place."""
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(f"The body contains {storable.TOO_DEEP.what}.") from error
        if flaws := list(storable.flaws(body)):
            raise Unusable(flaws)
        return body
