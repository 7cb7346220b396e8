"""How long a rollout takes under the rate limit, compared with the limit's lower bound."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from connector_kit.models import Rollout
from connector_kit.server.celery import app as celery
from workshop.bench.arithmetic import lower_bound
from workshop.bench.ground import Ground
from workshop.bench.report import Figures

BUCKET, RATE = 100, 30.0
"""The platform's limit per account (protocol/http-api.md#rate-limit)."""

WINDOW = 10
PATIENCE = 120.0
"""Seconds to wait before giving up."""


def measure(ground: Ground) -> Figures:
    """Roll out to the installations that share accounts, under the platform's own limit."""
    _deploy(ground)
    ground.control("limits", {"bucket": BUCKET, "rate": RATE})
    ground.control("reset_counters", {})
    rollout = _rolled_out(ground)
    counters = ground.control("counters")
    ground.control("limits", {"bucket": 0, "rate": RATE})
    requests = {account: counters["by_account"].get(account, 0) for account in _accounts(ground)}
    bound = lower_bound(requests, bucket=BUCKET, rate=RATE)
    assert rollout.finished_at
    seconds = (rollout.finished_at - rollout.created_at).total_seconds()
    return {
        "rollout_requests": sum(requests.values()),
        "rollout_refused_by_rate_limit": counters["rate_limited"],
        "rollout_seconds": seconds,
        "rollout_seconds_least": bound,
        "rollout_seconds_to_least": seconds / bound,
    }


def _deploy(ground: Ground) -> None:
    """Start the server again, and workers, now with the limit that the platform has."""
    services = ground.services
    services.env |= {
        "CONNECTOR_KIT_RATE_SIZE": str(BUCKET),
        "CONNECTOR_KIT_RATE_PER_SECOND": str(RATE),
    }
    services.running["web"].stop()
    services.start_web()
    services.start_workers()
    ground.call_at(services.env["CONNECTOR_KIT_HOST_URI"])
    _until(lambda: bool(celery.control.ping(timeout=0.5)), "no worker answers")


def _rolled_out(ground: Ground) -> Rollout:
    """Start the rollout and return it when it has ended."""
    members = [
        word for customer in ground.shared for word in ("--installation", customer.integration_id)
    ]
    started = ground.services.run(
        *("rollout", "start", ground.field.slug, "--wave", "rest", "--window", str(WINDOW)),
        *("--json", *members),
    )
    found = Rollout.objects.filter(pk=json.loads(started.stdout)["id"])
    _until(lambda: found.get().state != Rollout.State.RUNNING, "the rollout does not end")
    rollout = found.get()
    if rollout.state != Rollout.State.COMPLETED:
        raise RuntimeError(f"The rollout is {rollout.state}: {rollout.reason}")
    return rollout


def _until(is_so: Callable[[], bool], complaint: str) -> None:
    """Wait until something *is_so*; raises RuntimeError with the *complaint* in the end."""
    give_up_at = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > give_up_at:
            raise RuntimeError(complaint)
        time.sleep(0.1)


def _accounts(ground: Ground) -> set[str]:
    emails = {customer.email for customer in ground.shared}
    known = ground.services.sandbox.accounts
    return {document["account_id"] for document in known if document["email"] in emails}
