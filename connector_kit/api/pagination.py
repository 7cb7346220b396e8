"""Pages of lists, by cursor and never by offset, so that every page costs the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

_DIGITS = 10


class Pages(CursorPagination):
    """``?limit=`` rows from ``?cursor=`` on; the view sets their order.

    The order has to be unique: rows that look alike to it might be skipped at a page's end.
    """

    page_size = 100
    page_size_query_param = "limit"
    page_size_query_description = "Rows per page."
    max_page_size = 500
    ordering = "-pk"

    def get_page_size(self, request: Request) -> int | None:
        """Return the number of rows requested; anything else than such a number is refused."""
        wanted = request.query_params.get("limit", str(self.page_size))
        if not (
            wanted.isascii() and wanted.isdecimal() and 0 < len(wanted) < _DIGITS and int(wanted)
        ):
            raise ValidationError({"limit": "Use a whole number greater than 0."}, code="invalid")
        return min(int(wanted), self.max_page_size)

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: Any = None
    ) -> list[Any] | None:
        """Return the rows of the page; a cursor that was not issued here is refused."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValueError as error:  # the cursor's position does not fit the column
            raise _bad_cursor() from error

    def decode_cursor(self, request: Request) -> Any:
        """Return where the page begins."""
        try:
            cursor = super().decode_cursor(request)
        except Exception as error:
            raise _bad_cursor() from error
        if cursor and cursor.position and "\0" in str(cursor.position):
            raise _bad_cursor()
        return cursor

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:  # noqa: ARG002
        """Return the view's order."""
        named = getattr(view, "page_ordering", self.ordering)
        return (named,) if isinstance(named, str) else tuple(named)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


def _bad_cursor() -> ValidationError:
    return ValidationError(
        {"cursor": "This cursor is not valid for this list. Start without one."},
        code="invalid_cursor",
    )
