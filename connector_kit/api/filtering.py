"""Filters of lists: django-filter's, under one name, since it comes without types.

Unusable query parameters are refused by name, never dropped; every value has bounds.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.db import models
from django_filters import rest_framework
from django_filters.fields import IsoDateTimeField

from connector_kit.licensing.days import FIRST_DAY, LAST_DAY

LONGEST = 300
"""Characters of a search text; endless patterns stop a database."""

_SPELLINGS = {"true": True, "1": True, "false": False, "0": False}


class TextFilter(rest_framework.CharFilter):  # type: ignore[misc]  # django-filter is not typed
    """A text of reasonable length."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": LONGEST, **options})


class _YesOrNo(forms.Field):
    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        try:
            return _SPELLINGS[str(value).lower()]
        except KeyError as error:
            raise forms.ValidationError("Use true or false.", code="invalid") from error


class YesOrNoFilter(rest_framework.BooleanFilter):  # type: ignore[misc]  # django-filter is not typed
    """``true`` or ``false``; anything else is an error, where Django would take it for neither."""

    field_class = _YesOrNo

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"widget": forms.TextInput, **options})


class WholeFilter(rest_framework.NumberFilter):  # type: ignore[misc]  # django-filter is not typed
    """A whole number, within what a column holds."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"min_value": 0, "max_value": 2**31 - 1, **options})

    def get_max_validator(self) -> None:
        """No other bound than the field's."""


class _Moment(IsoDateTimeField):  # type: ignore[misc]  # django-filter is not typed
    def to_python(self, value: Any) -> datetime | None:
        read = super().to_python(value)
        if read is None:
            return None
        try:
            moment: datetime = read.astimezone(UTC)
        except OverflowError as error:
            raise _beyond() from error
        if not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise _beyond()
        return moment


def _beyond() -> forms.ValidationError:
    return forms.ValidationError(f"Use a day from {FIRST_DAY} to {LAST_DAY}.", code="out_of_range")


class MomentFilter(rest_framework.IsoDateTimeFilter):  # type: ignore[misc]  # django-filter is not typed
    """A moment that can be computed with, whatever its offset."""

    field_class = _Moment


class _Day(forms.DateField):
    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise _beyond()
        return day


class DayFilter(rest_framework.DateFilter):  # type: ignore[misc]  # django-filter is not typed
    """A day that can be computed with."""

    field_class = _Day


class Filters(rest_framework.FilterSet):  # type: ignore[misc]  # django-filter is not typed
    """The query parameters of a list."""

    FILTER_DEFAULTS = {
        **rest_framework.FilterSet.FILTER_DEFAULTS,
        models.CharField: {"filter_class": TextFilter},
        models.TextField: {"filter_class": TextFilter},
        models.BooleanField: {"filter_class": YesOrNoFilter},
        models.DateField: {"filter_class": DayFilter},
        models.DateTimeField: {"filter_class": MomentFilter},
    }
