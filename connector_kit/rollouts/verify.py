"""What the platform's install base says about the pushes of a finished wave. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector_kit.models import Push
from connector_kit.rollouts.steps import PushAgain, Settle, Verified
from connector_kit.rollouts.verdicts import NOT_VERIFIED, VANISHED, pause_after


@dataclass(frozen=True)
class Succeeded:
    """A push whose update reported success and is not verified yet."""

    id: int
    attempts: int


def entries_of(
    install_base: Iterable[Mapping[str, Any]], wanted: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    """The entries of the *wanted* integrations; reads no further than the last of them."""
    missing = set(wanted)
    found: dict[str, Mapping[str, Any]] = {}
    for entry in install_base:
        if entry["_integrationId"] in missing:
            missing.discard(entry["_integrationId"])
            found[entry["_integrationId"]] = entry
        if not missing:
            break
    return found


def compare(
    pushes: Mapping[str, Succeeded],
    entries: Mapping[str, Mapping[str, Any]],
    *,
    version: str,
    max_attempts: int,
    now: datetime,
) -> Iterator[Verified | Settle | PushAgain]:
    """What follows for each of *pushes* (by integration id) from its install base entry."""
    for integration_id, push in pushes.items():
        entry = entries.get(integration_id)
        if entry is None:
            message = "It is not in the platform's install base any more."
            yield Settle(push.id, Push.State.SKIPPED, VANISHED, message)
        elif difference := _difference(entry, version):
            yield _doubted(push, difference, max_attempts, now)
        else:
            yield Verified(push.id)


def _difference(entry: Mapping[str, Any], version: str) -> str:
    if (shown := entry.get("version")) != version:
        return f"The install base shows version {shown or 'none'} instead of {version}."
    if entry.get("updateInProgress"):
        return "The install base shows that an update is still in progress."
    return ""


def _doubted(push: Succeeded, difference: str, limit: int, now: datetime) -> Settle | PushAgain:
    if push.attempts < limit:
        due_at = now + pause_after(push.attempts)
        return PushAgain(push.id, push.attempts, due_at, NOT_VERIFIED, difference)
    return Settle(push.id, Push.State.FAILED, NOT_VERIFIED, difference)
