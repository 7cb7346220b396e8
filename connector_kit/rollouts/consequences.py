"""What a control would do, to how many, said before somebody does it."""

from __future__ import annotations

from connector_kit.models import Push, Rollout
from connector_kit.rollouts.listing import origins
from connector_kit.rollouts.locks import locked_pushes


def of_abort(rollout: Rollout) -> str:
    """Say what an abort leaves as it is, and what it finishes or undoes."""
    waiting = rollout.pushes.filter(state=Push.State.WAITING).count()
    in_flight = rollout.pushes.filter(state__in=Push.IN_FLIGHT).count()
    return (
        f"Rollout {rollout.pk} ends: {_installations(waiting)} not started stay as they are, and "
        f"{in_flight} in flight are finished or undone."
    )


def of_resume(rollout: Rollout) -> str:
    """Say how many failures no longer count, and to how many the rollout goes on."""
    failed = rollout.pushes.filter(state=Push.State.FAILED).count()
    waiting = rollout.pushes.filter(state=Push.State.WAITING).count()
    return (
        f"Rollout {rollout.pk} goes on to {_installations(waiting)}; "
        f"its {failed} failures so far no longer count against the limit."
    )


def of_roll_back(rollout: Rollout) -> str:
    """Say how many go back to which version."""
    found = origins(rollout)
    if not found:
        return f"Rollout {rollout.pk} changed no installation that could be brought back."
    parts = ", ".join(f"{origin.count} to {origin.version}" for origin in found)
    total = sum(origin.count for origin in found)
    ends = " The rollout ends." if rollout.state in Rollout.OPEN else ""
    return f"{_installations(total)} are rolled back: {parts}.{ends}"


def of_unlock(rollout: Rollout, *, finish: bool, named: int = 0) -> str:
    """Say how many locked installations are finished or undone."""
    count = named or locked_pushes(rollout).count()
    if finish:
        return f"{_installations(count)} are brought to {rollout.release.version}."
    return f"{_installations(count)} are brought back to the version that they had."


def _installations(count: int) -> str:
    return f"{count} installation" if count == 1 else f"{count} installations"
