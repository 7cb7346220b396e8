"""Flows with a schedule run when the sandbox's clock is moved past a due time.

Six-field cron, the first field always ``?`` (protocol/resources.md#flow). The time that passes by
itself starts nothing, so that a sandbox left alone stays as it is.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.flows.runner.loading import LoadedFlow
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.queueing import queue_flow
from connector_kit.sandbox.platform import Platform


def run_due(platform: Platform, before: float, now: float) -> list[str]:
    """Queue a job for each flow that was due between two times, once however often it was.

    An expired license and a connection that is offline keep flows from running.
    """
    queued = []
    for flow in platform.store.records():
        if flow.resource != "flows" or b'"schedule"' not in flow.body:
            continue
        document = flow.document
        if document.get("disabled") or not is_due(document, before, now):
            continue
        license_ = platform.licenses.of_installation(flow.integration_id or "")
        if license_ and platform.licenses.has_expired(license_, platform.clock.now()):
            continue
        if LoadedFlow(platform, flow).offline_connection() is None:
            queued.append(queue_flow(platform, flow, {}).id)
    return queued


def is_due(flow: Document, before: float, now: float) -> bool:
    """Whether a flow is due after *before* and not after *now*; never by a schedule that is none.

    The schedule of the flow counts, else that of its exports.
    """
    generators = [flow] if flow.get("schedule") else objects(flow.get("pageGenerators"))
    schedules = [schedule for part in generators if (schedule := part.get("schedule"))]
    zone = flow.get("timezone") or flow.get("timeZone") or "UTC"
    return any(_is_within(str(schedule), str(zone), before, now) for schedule in schedules)


def _is_within(schedule: str, zone: str, before: float, now: float) -> bool:
    fields = [part.replace("?", "*") for part in schedule.split()]
    try:
        begin = datetime.fromtimestamp(before, ZoneInfo(zone))
        due = next(CronSim(" ".join(fields[1:]), begin))
    except (CronSimError, StopIteration, ValueError, KeyError, OSError):
        return False
    return due.timestamp() <= now
