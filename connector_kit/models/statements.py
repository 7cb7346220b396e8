"""SQL statements that are composed once, for the writes of every operation and of each step.

Django composes a statement again each time, which takes several times as long as the database needs
to execute it. Less frequent writes go through models and querysets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection, models


@dataclass(frozen=True)
class Statement:
    """A statement about *model*'s table in the default database; calls no signals or defaults.

    *fields* are written (or looked for), in this order, references as keys.
    """

    model: type[models.Model]
    fields: tuple[str, ...]

    def _execute(self, sql: str, fields: tuple[Any, ...], values: tuple[Any, ...]) -> int:
        """Execute *sql* with *values* as those *fields* store them; returns the rows it met."""
        stored = [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, values, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, stored)
            return int(cursor.rowcount)

    def _fields(self, names: tuple[str, ...]) -> tuple[Any, ...]:
        return tuple(self.model._meta.get_field(name) for name in names)  # noqa: SLF001  public

    @cached_property
    def _written(self) -> tuple[Any, ...]:
        return self._fields(self.fields)

    @property
    def _table(self) -> str:
        return _quoted(self.model._meta.db_table)  # noqa: SLF001  public


@dataclass(frozen=True)
class Insert(Statement):
    """Adds a row, or overwrites the one with the same *unique* fields."""

    unique: tuple[str, ...] = ()

    def __call__(self, *values: Any) -> None:
        """Write one row."""
        self._execute(self._sql, self._written, values)

    @cached_property
    def _sql(self) -> str:
        columns = [_quoted(field.column) for field in self._written]
        places = ", ".join(["%s"] * len(columns))
        sql = f"INSERT INTO {self._table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
        if not self.unique:
            return sql
        keys = [_quoted(field.column) for field in self._fields(self.unique)]
        new = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns if column not in keys)
        return f"{sql} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {new}"


@dataclass(frozen=True)
class Update(Statement):
    """Changes the rows that have the given values in the *where* fields."""

    where: tuple[str, ...] = ()

    def __call__(self, *values: Any) -> int:
        """Change the rows; *values* are the new ones, then those to look for. Returns how many."""
        return self._execute(self._sql, self._given, values)

    @cached_property
    def _given(self) -> tuple[Any, ...]:
        return (*self._written, *self._fields(self.where))

    @cached_property
    def _sql(self) -> str:
        new = ", ".join(f"{_quoted(field.column)} = %s" for field in self._written)
        where = " AND ".join(f"{_quoted(field.column)} = %s" for field in self._fields(self.where))
        return f"UPDATE {self._table} SET {new} WHERE {where}"  # noqa: S608


@dataclass(frozen=True)
class Delete(Statement):
    """Removes the rows that have the given values in the *fields*; nothing may refer to them."""

    def __call__(self, *values: Any) -> int:
        """Remove the rows. Returns how many."""
        return self._execute(self._sql, self._written, values)

    @cached_property
    def _sql(self) -> str:
        where = " AND ".join(f"{_quoted(field.column)} = %s" for field in self._written)
        return f"DELETE FROM {self._table} WHERE {where}"  # noqa: S608


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
