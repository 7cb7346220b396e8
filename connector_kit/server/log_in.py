"""Who tries to log in, as failed attempts are counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from connector_kit import storable

_LONGEST = 200
"""Characters: more than a user's name has, and less than the column of the count."""


def counted_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """Return the name that was tried, no longer than names are (``AXES_USERNAME_CALLABLE``).

    Whatever strangers send as one can be counted, also where the count's column is short.
    """
    tried = (credentials or request.POST).get("username")
    return storable.cut(tried, _LONGEST) if isinstance(tried, str) else None
