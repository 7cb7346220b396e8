"""Real databases for tests in which threads meet: a PostgreSQL server and a file of SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from workshop.postgresql import postgresql as server


@contextmanager
def postgresql(folder: Path) -> Iterator[dict[str, Any]]:
    """A PostgreSQL of its own in *folder*, as Django's settings want it."""
    with server(folder) as address:
        yield dict(dj_database_url.parse(address))


@contextmanager
def sqlite(folder: Path) -> Iterator[dict[str, Any]]:
    """A file of SQLite, opened like in production."""
    yield {**settings.DATABASES["default"], "NAME": str(folder / "db.sqlite3")}


KINDS = {"postgresql": postgresql, "sqlite": sqlite}


@contextmanager
def serving(database: dict[str, Any]) -> Iterator[None]:
    """Let all threads use *database* as the default one, with its tables made."""
    before = connections.settings["default"], connections["default"]
    configured: dict[str, Any] = connections.configure_settings({"default": database})
    connections.settings["default"] = configured["default"]
    connections["default"] = connections.create_connection("default")
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = before
