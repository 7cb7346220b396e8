"""The side of this machine: settings, connectors, database, and Redis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings as django_settings
from django.core.checks import ERROR, CheckMessage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from connector_kit import conf, local_redis
from connector_kit.checks import settings_are_complete, settings_are_usable
from connector_kit.models.clock import ask_database
from connector_kit.publisher.checks import connectors_are_sound
from connector_kit.server.doctor.clocks import compare_clocks
from connector_kit.server.doctor.findings import Finding, Level, broken, ok, warning
from connector_kit.server.vitals import BROKER_AWAY, DATABASE_AWAY
from connector_kit.workers.heartbeat import broker_answers

NEEDED_EVERYWHERE = "connector_kit.W221"
"""The check of deployments that matters on a laptop, too: calls need a system token."""

MIGRATE = "Run 'connector-kit migrate'."


def examine_settings() -> Iterator[Finding]:
    """Yield every setting that is unusable, missing, or unwise; one finding if there is none."""
    messages = settings_are_usable()
    kit, _ = conf.read(django_settings.CONNECTOR_KIT)
    deployment = settings_are_complete()
    messages += [
        message for message in deployment if kit.is_public or message.id == NEEDED_EVERYWHERE
    ]
    silenced = set(django_settings.SILENCED_SYSTEM_CHECKS)
    found = [_finding("settings", message) for message in messages if message.id not in silenced]
    yield from found or [ok("settings", "All settings are usable.")]


def examine_connectors() -> Iterator[Finding]:
    """Yield every mistake of the configured connectors."""
    entries = conf.kit().connectors
    if not entries:
        yield warning(
            "connectors",
            "no_connectors",
            "No connector is configured.",
            "Create a package with 'connector-kit new NAME', or name yours in "
            "CONNECTOR_KIT_CONNECTORS or 'connectors' in [tool.connector-kit] of pyproject.toml.",
        )
        return
    found = [_finding("connectors", message) for message in connectors_are_sound()]
    names = ", ".join(entry.target for entry in entries)
    yield from found or [ok("connectors", f"{names}: no mistakes.")]


def examine_database() -> Iterator[Finding]:
    """Yield how the database, its tables, and its clock stand; creates no file."""
    file = django_settings.DATABASES["default"]["NAME"]
    if connection.vendor == "sqlite" and not _exists(str(file)):
        yield broken("database", "no_database", f"There is no database at {file} yet.", MIGRATE)
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        there, here = ask_database(), datetime.now(UTC)
    except DatabaseError as error:
        yield broken("database", "database_unreachable", DATABASE_AWAY, str(error).strip())
        return
    yield ok("database", f"The database ({connection.vendor}) can be reached.")
    if missing:
        first = missing[0][0]
        count = len(missing)
        yield broken(
            "migrations",
            "migrations_missing",
            f"{count} migration{'s are' if count > 1 else ' is'} not applied, from "
            f"{first.app_label}.{first.name} on.",
            MIGRATE,
        )
    else:
        yield ok("migrations", "All migrations are applied.")
    yield compare_clocks("the database", there, here)


def examine_redis() -> Finding:
    """Say whether the Redis that all processes share answers; starts none."""
    kit = conf.kit()
    if not kit.redis_url and not local_redis.is_running(kit.home):
        try:
            local_redis.redis_server()
        except local_redis.LocalRedisError as error:
            return broken("redis", "no_redis", "REDIS_URL is not set.", str(error))
        return ok("redis", "The embedded Redis does not run; what needs it starts it.")
    if broker_answers():
        which = "The Redis of REDIS_URL" if kit.redis_url else "The embedded Redis"
        return ok("redis", f"{which} answers.")
    return broken(
        "redis",
        "redis_unreachable",
        BROKER_AWAY,
        "Without it, workers get no work and rate limits are not shared.",
    )


def _exists(file: str) -> bool:
    return file.startswith("file:") or file == ":memory:" or Path(file).is_file()


def _finding(about: str, message: CheckMessage) -> Finding:
    level = Level.BROKEN if message.level >= ERROR else Level.WARNING
    return Finding(about, level, str(message.msg), message.hint or "", message.id or "")
