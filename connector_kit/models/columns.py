"""Columns that make every value storable before it is written.

Models, querysets and `statements` prepare values through their fields, and so do look-ups. In the
schema these are Django's own columns; what differs is what is put into them, on every database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import lookups

from connector_kit import storable
from connector_kit.models import sealing

_DJANGOS = "django.db.models"


class _Text(models.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """Text in which a sign replaces what cannot be stored."""

    class Meta:
        abstract = True

    def get_prep_value(self, value: Any) -> Any:
        """Return *value* as it is written, and looked for."""
        prepared = super().get_prep_value(value)
        return storable.text(prepared) if isinstance(prepared, str) else prepared

    def deconstruct(self) -> Any:
        """Return what makes the column: for migrations it is the one of Django's."""
        name, _, args, kwargs = super().deconstruct()
        return name, f"{_DJANGOS}.{self.get_internal_type()}", args, kwargs


_LONGEST_PART = 5_000
"""The most characters of a search term: more than any text that is searched."""


class _Legible:
    """A look-up of a part of a text, which Django does not prepare as it does a whole one."""

    def get_prep_lookup(self) -> Any:
        """Return the part as it is written; SQLite gives up on patterns of 50,000 bytes."""
        part = super().get_prep_lookup()  # type: ignore[misc]  # of the look-up it is mixed into
        return storable.text(part[:_LONGEST_PART]) if isinstance(part, str) else part


_PARTS = (
    *(lookups.Contains, lookups.IContains, lookups.StartsWith, lookups.IStartsWith),
    *(lookups.EndsWith, lookups.IEndsWith, lookups.IExact),
)
for _lookup in _PARTS:
    _Text.register_lookup(type(_lookup.__name__, (_Legible, _lookup), {}))


class _Refusing(_Text):
    """Text that means something else when it is cut: names and ids by which things are found."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Return *value* as it is written; raises `Unstorable` when it is longer than the column.

        SQLite would take it, and PostgreSQL speak of ``character varying``.
        """
        prepared = super().get_db_prep_save(value, connection)
        longest = self.max_length or 0
        if isinstance(prepared, str) and len(prepared) > longest:
            raise storable.Unstorable(f"{self.model.__name__}.{self.name}", longest, len(prepared))
        return prepared


class _CharField(_Refusing, models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """A name or an id. What is longer than the column is refused."""


class _SlugField(_Refusing, models.SlugField):  # type: ignore[type-arg]  # generic in the stubs only
    """A short name for command lines and addresses. What is longer is refused."""


class _ShownField(_Text, models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """Words for people to read. What is longer than the column is cut, and ends in an ellipsis."""

    def get_prep_value(self, value: Any) -> Any:
        """Return *value* as it is written, and looked for."""
        prepared = super().get_prep_value(value)
        return (
            storable.cut(prepared, self.max_length or 0) if isinstance(prepared, str) else prepared
        )

    def get_internal_type(self) -> str:
        """Return the column's type."""
        return "CharField"


class _TextField(_Text, models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """Text of any length."""


class _JSONField(models.JSONField):
    """JSON in which texts show what cannot be stored: half characters, NUL, endless numbers."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return *value* as it is written."""
        if not hasattr(value, "as_sql"):
            value = storable.legible(value)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the stored value; rows from older code may contain more than is written now."""
        read = super().from_db_value(value, expression, connection)
        return (
            storable.legible(read)
            if isinstance(value, str) and storable.is_suspect(value)
            else read
        )

    def deconstruct(self) -> Any:
        """Return what makes the column: for migrations it is the one of Django's."""
        name, _, args, kwargs = super().deconstruct()
        return name, f"{_DJANGOS}.JSONField", args, kwargs


class _SealedJSONField(_JSONField):
    """JSON with what customers have set in it, each secret in it encrypted in place."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return *value* as it is written."""
        if not hasattr(value, "as_sql"):
            value = sealing.sealed(value)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the stored value; rows from older code are in plain text."""
        return sealing.opened(super().from_db_value(value, expression, connection))


if TYPE_CHECKING:  # what a column takes and gives, also a nullable one, is as with Django's
    CharField = ShownField = models.CharField
    SlugField = models.SlugField
    TextField = models.TextField
    JSONField = SealedJSONField = models.JSONField
else:
    CharField, ShownField, SlugField = _CharField, _ShownField, _SlugField
    TextField, JSONField, SealedJSONField = _TextField, _JSONField, _SealedJSONField
