"""What a control would do, and to how many: commands and pages say it beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from connector_kit.models import Push, Rollout
from connector_kit.rollouts.search import origins
from connector_kit.rollouts.status import Status
from connector_kit.rollouts.verdicts import Verdict, verdict_on


def of_pause(rollout: Rollout, status: Status) -> Iterator[str]:
    """Say what waits, and what finishes."""
    waiting = installations(status["not_started"])
    yield f"{waiting} not started will wait until you resume rollout {rollout.pk}."
    yield from _what_has_begun(status)


def of_resume(rollout: Rollout, status: Status) -> Iterator[str]:
    """Say how many installations will still be updated, and how many failures no longer count."""
    yield f"{installations(status['not_started'])} not started will be updated, wave by wave."
    if failed := status["counts"][Push.State.FAILED]:
        yield (
            f"{installations(failed)} that failed will stay as they are and no longer count "
            f"toward the failure limit of {rollout.failure_limit}."
        )
    yield from _what_has_begun(status)


def of_retry(rollout: Rollout, status: Status) -> Iterator[str]:  # noqa: ARG001  one of many
    """Say how many are updated again, and which of them will only fail again."""
    failed = status["counts"][Push.State.FAILED]
    yield f"{installations(failed)} that failed will be updated again, with new attempts."
    for group in status["failures"]:
        if group["state"] == Push.State.FAILED and verdict_on(group["code"]) is Verdict.FAIL:
            yield (
                f"{installations(group['count'])} failed with {group['code']}. A retry alone does "
                "not fix this error; fix its cause first."
            )
    if status["not_started"]:
        yield f"{installations(status['not_started'])} not started will be updated after them."


def of_abort(rollout: Rollout, status: Status) -> Iterator[str]:
    """Say what an abort leaves as it is, and what it finishes or undoes."""
    yield f"{installations(status['not_started'])} not started will stay as they are."
    yield from _what_has_begun(status)
    if updated := status["counts"][Push.State.UPDATED]:
        version = rollout.release.version
        yield (
            f"{installations(updated)} already updated will keep {version}; you can still roll "
            "back."
        )
    yield f"Rollout {rollout.pk} ends and cannot be resumed."


def of_roll_back(rollout: Rollout, status: Status) -> Iterator[str]:
    """Say how many go back to which version."""
    found = ways_back(rollout)
    if not found:
        yield f"Rollout {rollout.pk} has no installations to roll back."
        return
    places = ", ".join(f"{count} to {version}" for version, count in found.items())
    total = installations(sum(found.values()))
    yield f"{total} will be rolled back: {places}. Customers' edits are kept."
    if rollout.state in Rollout.OPEN:
        waiting = installations(status["not_started"])
        yield f"Rollout {rollout.pk} ends: {waiting} not started will stay as they are."


def of_unlock(
    rollout: Rollout, status: Status, *, finish: bool = False, named: int = 0
) -> Iterator[str]:
    """Say how many locked installations (those *named*, or all) are finished or undone."""
    count = installations(named or status["locked"])
    if finish:
        yield f"{count} locked will be updated to {rollout.release.version} again."
    else:
        yield f"{count} locked will return to the previous version."
    yield "The customers can edit again afterward."


def ways_back(rollout: Rollout) -> dict[str, int]:
    """How many installations a roll back would return to each recorded version."""
    came_from = {way.version: way.count for way in origins(rollout)}
    if not came_from:
        return {}
    releases = rollout.connector.releases.filter(version__in=came_from)
    recorded = set(releases.values_list("version", flat=True))
    return {version: count for version, count in came_from.items() if version in recorded}


def installations(count: int) -> str:
    """``1 installation``, ``97 installations``."""
    return f"{count} installation" if count == 1 else f"{count} installations"


def _what_has_begun(status: Status) -> Iterator[str]:
    if begun := sum(status["counts"][state] for state in Push.IN_FLIGHT):
        yield f"{installations(begun)} in progress will be finished, or undone if they fail."
