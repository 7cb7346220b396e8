"""What serves: the server at the public address, with the versions that it has, and workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import requests
import semver

from connector_kit import local_redis
from connector_kit.conf import kit
from connector_kit.integrator import Pool
from connector_kit.models import Connector, Operation, Release
from connector_kit.publisher import reach
from connector_kit.publisher.live import live_releases
from connector_kit.publisher.objections import Objection
from connector_kit.publisher.served import Served, ask_served, needs_of
from connector_kit.server.doctor.clocks import compare_clocks, read_date
from connector_kit.server.doctor.findings import Finding, broken, ok, warning
from connector_kit.workers.heartbeat import nobody_works
from connector_kit.workers.queues import Queue

START = (
    "Start it: 'connector-kit serve', or 'connector-kit dev' while you develop. If it runs, set "
    "CONNECTOR_KIT_HOST_URI to the address where integrator.io reaches it."
)


def examine_server() -> Iterator[Finding]:
    """Yield whether the server answers at its public address, and whether its clock is right."""
    host_uri = kit().host_uri
    for objection in reach.unreachable(host_uri):
        yield broken("server", objection.code, objection.message, START)
        return
    yield ok("server", f"{host_uri} answers from here.")
    request = requests.Request("GET", f"{host_uri}/healthCheck")
    with closing(Pool(size=1)) as pool:
        answer = pool.send(request.prepare(), timeout=(5, 5), seconds=5)
    if there := read_date(answer.headers.get("Date")):
        yield compare_clocks("the server", there, datetime.now(UTC))


def examine_versions(connectors: list[Connector]) -> Iterator[Finding]:
    """Yield what the server serves of each connector, compared with what is published."""
    token = next(iter(kit().system_tokens), "")
    for connector in connectors:
        if not connector.class_path:
            continue
        live = live_releases(connector)
        needed = needs_of(live)
        answer = ask_served(connector.class_path, needed, token)
        if isinstance(answer, Objection):
            yield broken("versions", answer.code, answer.message, answer.hint)
            continue
        for call in answer.lacking:
            yield broken(
                "versions",
                "function_not_served",
                f"The server has no {call}, which {', '.join(needed[call].by)} calls.",
                "Deploy code that has it, and restart the server's processes.",
            )
        if not answer.lacking:
            yield _standing(connector, answer)


def examine_calls() -> Finding:
    """Say when the platform called last, as far as calls left a record."""
    latest = Operation.objects.exclude(request_id="").order_by("-pk").first()
    if latest is None:
        return ok("calls", "integrator.io has not called an installer or updater here yet.")
    return ok(
        "calls",
        f"integrator.io called {latest.function} last on {latest.started_at:%Y-%m-%d at %H:%M} "
        "UTC.",
    )


def examine_workers() -> Iterator[Finding]:
    """Yield whether workers listen to each queue, and beat sends ticks; starts no Redis."""
    settings = kit()
    if not settings.redis_url and not local_redis.is_running(settings.home):
        yield broken(
            "workers",
            "no_worker",
            "No worker is running: the embedded Redis that it would listen to is not.",
            "Start one: 'celery -A connector_kit.server worker --beat', or 'connector-kit dev' "
            "while you develop.",
        )
        return
    silent = [sentence for queue in Queue if (sentence := nobody_works(queue))]
    for sentence in dict.fromkeys(silent):
        message, _, hint = sentence.partition(". ")
        is_beat = "scheduler" in hint
        about, code = ("beat", "no_beat") if is_beat else ("workers", "no_worker")
        yield broken(about, code, f"{message}.", hint)
    if not silent:
        yield ok("workers", "Workers listen to all queues, and beat sends ticks.")


def _standing(connector: Connector, served: Served) -> Finding:
    newest = Release.objects.newest(connector)
    published = newest.version if newest else ""
    if newest and semver.Version.parse(served.version) > semver.Version.parse(published):
        is_draft = published.startswith(f"{served.version}-")
        if not is_draft:
            return warning(
                "versions",
                "not_published",
                f"The server has {connector.slug} {served.version}; the newest release is "
                f"{published}.",
                f"Publish it: 'connector-kit publish {connector.slug}'.",
            )
    return ok("versions", f"{connector.slug}: {served.version} served, {published} published.")
