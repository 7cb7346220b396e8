"""Filters of lists: django-filter's, under one name, since it comes without types."""

from __future__ import annotations

from django_filters import rest_framework


class Filters(rest_framework.FilterSet):  # type: ignore[misc]
    """What a list's query may say."""
