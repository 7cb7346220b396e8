"""Real databases for tests in which threads meet: a PostgreSQL server and a file of SQLite.

Tables are made once in each process of the tests; every test gets a copy.
"""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Model

from workshop.postgresql import postgresql as server

Database = dict[str, Any]

_numbers = count(1)


@contextmanager
def postgresql(_folder: Path) -> Iterator[Database]:
    """A database of its own of the PostgreSQL server of this process, with its tables made."""
    name = f"copy_{next(_numbers)}"
    _command(f"CREATE DATABASE {name} TEMPLATE {_postgresql_with_tables()['NAME']}")
    try:
        yield {**_postgresql_server(), "NAME": name}
    finally:
        _command(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def sqlite(folder: Path) -> Iterator[Database]:
    """A file of SQLite, opened like in production, with its tables made."""
    name = folder / "db.sqlite3"
    shutil.copyfile(_sqlite_with_tables(), name)
    yield {**settings.DATABASES["default"], "NAME": str(name)}


KINDS = {"postgresql": postgresql, "sqlite": sqlite}


@contextmanager
def serving(database: Database) -> Iterator[None]:
    """Let all threads use *database* as the default one."""
    before = connections.settings["default"], connections["default"]
    configured: Database = connections.configure_settings({"default": database})
    connections.settings["default"] = configured["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = before


def multiply(row: Model, count: int, **columns: str) -> None:
    """Add *count* rows like *row*, that differ in *columns*: SQL in which n counts from 1."""
    table = row._meta.db_table
    fields = [
        field.column
        for field in row._meta.concrete_fields
        if not (field.primary_key or field.generated)
    ]
    values = ", ".join(columns.get(field, f'"{field}"') for field in fields)
    names = ", ".join(f'"{field}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE numbers(n) AS "
            "(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s) "
            f"INSERT INTO {table} ({names}) "
            f"SELECT {values} FROM {table}, numbers WHERE id = %s ORDER BY n",
            [count, row.pk],
        )


@cache
def _postgresql_server() -> Database:
    """The server of this process, which ends with it."""
    running = ExitStack()
    atexit.register(running.close)
    # Not below pytest's own folder: it may take rights away that the server's user needs.
    folder = running.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
    return dict(dj_database_url.parse(running.enter_context(server(Path(folder)))))


@cache
def _postgresql_with_tables() -> Database:
    _command("CREATE DATABASE with_tables")
    return _with_tables({**_postgresql_server(), "NAME": "with_tables"})


@cache
def _sqlite_with_tables() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "db.sqlite3"
    _with_tables({**settings.DATABASES["default"], "NAME": str(file)})
    return file


def _with_tables(database: Database) -> Database:
    with serving(database):
        call_command("migrate", verbosity=0)
    return database


def _command(command: str) -> None:
    at = _postgresql_server()
    host = at["HOST"] or at["OPTIONS"].get("host")
    with psycopg.connect(
        host=host, user=at["USER"], dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(command)
