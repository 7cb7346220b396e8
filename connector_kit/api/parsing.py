"""Request bodies: JSON that can be stored, or a refusal that says where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils import json

from connector_kit import storable
from connector_kit.api.refusals import Unusable


class StorableJson(JSONParser):
    """JSON without half characters, NUL, and what has no end."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - every parser takes it
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the body's content; raises `ParseError`, or `Unusable` with each place."""
        encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        try:
            body = storable.read_json(
                stream.read().decode(encoding), parse_constant=json.strict_constant
            )
        except storable.TooDeepError as error:
            raise ParseError(f"The body contains {storable.TOO_DEEP.what}.") from error
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error
        if flaws := list(storable.flaws(body)):
            raise Unusable(flaws)
        return body
