"""The examination: one thing after the other, each when what it needs works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector_kit.models import Connector
from connector_kit.server.doctor import data, platform, serving
from connector_kit.server.doctor.findings import Finding, Level, Report, unchecked

NEED_DATA = ("records", "versions", "calls", "workers")
"""What cannot be told without the database."""


def examine() -> Report:
    """Examine everything that works in this environment and with these settings.

    Changes nothing: no database, no Redis, and no record comes into being.
    """
    return Report(tuple(_findings()))


def _findings() -> Iterator[Finding]:
    settings = [*data.examine_settings()]
    yield from settings
    if _is_broken(settings):
        yield unchecked("everything else", "settings cannot be used")
        return
    yield from data.examine_connectors()
    stored = [*data.examine_database()]
    yield from stored
    yield data.examine_redis()
    reached = [*platform.examine_platform()]
    yield from reached
    token = [*platform.examine_token(can_ask=not _is_broken(reached))]
    yield from token
    host = [*platform.examine_host_uri(), *serving.examine_server()]
    yield from host
    if _is_broken(stored):
        yield from (unchecked(about, "the database is not ready") for about in NEED_DATA)
        return
    yield from _of_connectors(can_read=_works(token), can_ask=host)
    yield serving.examine_calls()
    yield from serving.examine_workers()


def _of_connectors(*, can_read: bool, can_ask: list[Finding]) -> Iterator[Finding]:
    connectors = list(Connector.objects.exclude(connector_id=None).order_by("slug"))
    if not connectors:
        yield unchecked("records", "no connector is published yet ('connector-kit publish')")
        return
    if can_read:
        yield from platform.examine_records(connectors)
    else:
        yield unchecked("records", "the publisher's account cannot be read")
    if any(finding.about == "server" and finding.level is Level.BROKEN for finding in can_ask):
        yield unchecked("versions", "the server does not answer")
    else:
        yield from serving.examine_versions(connectors)


def _works(findings: Iterable[Finding]) -> bool:
    return all(finding.level in (Level.OK, Level.WARNING) for finding in findings)


def _is_broken(findings: Iterable[Finding]) -> bool:
    return any(finding.level is Level.BROKEN for finding in findings)
