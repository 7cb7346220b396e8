"""What the platform's install base says about the pushes of a finished wave. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from connector_kit.models import Push
from connector_kit.publisher.reported import reported
from connector_kit.rollouts.steps import Missed, PushAgain, Settle, Undo, Verified
from connector_kit.rollouts.verdicts import NOT_VERIFIED, VANISHED, pause_after

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Outcome:
    """A push that is settled by the records, and was not compared with the platform yet."""

    id: int
    attempts: int
    """None were made for what was recorded as current, or as not installed."""
    version: str
    """The version that the installation should show."""
    is_skipped: bool = False
    """Whether it was left out because it was recorded as not installed."""
    was_missed: bool = False
    """Whether an earlier reading did not list it."""


def entries_of(
    install_base: Iterable[Mapping[str, Any]], wanted: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    """The entries of the *wanted* integrations; reads no further than the last of them."""
    missing = set(wanted)
    found: dict[str, Mapping[str, Any]] = {}
    for entry in install_base:
        integration_id = reported(entry).integration_id
        if integration_id in missing:
            missing.discard(integration_id)
            found[integration_id] = entry
        if not missing:
            break
    return found


def compare(
    pushes: Mapping[str, Outcome],
    entries: Mapping[str, Mapping[str, Any]],
    unread: Mapping[str, str] = NOTHING,
    *,
    max_attempts: int,
    now: datetime,
) -> Iterator[Verified | Missed | Settle | PushAgain | Undo]:
    """What follows for *pushes* (by integration id) from their install base entries.

    An installation must be missing twice: a page that shifts while it is read can hide one. What
    could not be read, for the reason in *unread*, fails, because its state is unknown.
    """
    verified: list[int] = []
    missed: list[int] = []
    for integration_id, push in pushes.items():
        entry = entries.get(integration_id)
        if reason := unread.get(integration_id):
            yield Settle(push.id, Push.State.FAILED, NOT_VERIFIED, reason)
        elif entry is None and push.is_skipped:
            verified.append(push.id)  # not installed, as the records say
        elif entry is None and not push.was_missed:
            missed.append(push.id)
        elif entry is None:
            message = "The install base did not list it twice in a row: it was uninstalled."
            yield Settle(push.id, Push.State.SKIPPED, VANISHED, message)
        elif difference := _difference(entry, push):
            is_locked = bool(entry.get("updateInProgress"))
            yield _doubted(push, difference, max_attempts, now, is_locked=is_locked)
        else:
            verified.append(push.id)
    if verified:
        yield Verified(tuple(verified))
    if missed:
        yield Missed(tuple(missed))


def _difference(entry: Mapping[str, Any], push: Outcome) -> str:
    version = entry.get("version")
    if push.is_skipped:
        return f"The install base shows version {version}: it is installed." if version else ""
    if version != push.version:
        return f"The install base shows version {version or 'none'} instead of {push.version}."
    if entry.get("updateInProgress"):
        return "The install base shows that an update is still in progress."
    return ""


def _doubted(
    push: Outcome, difference: str, limit: int, now: datetime, *, is_locked: bool
) -> Settle | PushAgain | Undo:
    if push.attempts < limit:
        pause = pause_after(push.attempts) if push.attempts else now - now
        return PushAgain(push.id, push.attempts, now + pause, NOT_VERIFIED, difference)
    if is_locked:
        return Undo(push.id, now, NOT_VERIFIED, difference)
    return Settle(push.id, Push.State.FAILED, NOT_VERIFIED, difference)
