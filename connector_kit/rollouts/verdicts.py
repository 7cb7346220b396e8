"""What a failure means for the push that met it: the one table. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_UNDO_PAUSE = timedelta(seconds=45)
"""Between two attempts to undo: the customer is locked until one succeeds."""
UNHEARD_UNDO = timedelta(seconds=30)
"""How long to wait for a sign of an undo before pushing it again: twice is harmless."""
BUSY_PAUSE = timedelta(seconds=3)

VANISHED = "installation_vanished"
NOT_VERIFIED = "not_verified"
NO_ANSWER = "no_answer"
INTERRUPTED = "interrupted"
NOT_INSTALLED = "not_installed"
ABORTED = "aborted"
NOT_UPDATED = "The rollout was aborted before this installation was updated."
UNDONE = "The rollout was aborted; the update in progress was undone."
SUPERSEDED = "superseded"
OVERTAKEN = "overtaken"
MISSED = "missed_once"
"""Marks a push whose installation one reading of the install base did not list."""


class Verdict(Enum):
    """What follows a failure."""

    RETRY = auto()
    """It may pass: push again after a pause, as often as the rollout allows."""
    FAIL = auto()
    """A retry changes nothing until someone acts; counts against the failure limit."""
    WAIT = auto()
    """Something else is at work there: push again soon; uses up no attempt."""
    SKIP = auto()
    """There is nothing to update and nothing to repair; counts against nothing."""


VERDICTS = {
    "component_deleted": Verdict.FAIL,  # recreate it (--recreate-deleted) or leave it: a decision
    "component_untagged": Verdict.FAIL,  # not ours to touch, until the customer renames it
    "component_foreign": Verdict.FAIL,  # another installation's, or another type of resource
    "component_duplicated": Verdict.FAIL,  # which of the two is meant, only a person can say
    "component_in_use": Verdict.FAIL,  # the customer refers to what is to go
    "component_masked": Verdict.FAIL,  # secrets that cannot be read are in the way
    "resource_in_use": Verdict.FAIL,  # the platform says the same
    "installation_foreign": Verdict.FAIL,  # the integration is not this connector's
    "not_published": Verdict.FAIL,  # the stack works on a database without releases
    "missing_required_field": Verdict.FAIL,  # the platform refuses the document as declared
    "entitlement_reached": Verdict.FAIL,  # the customer's plan does not allow it
    "subscription_required": Verdict.FAIL,
    "update_in_progress": Verdict.WAIT,  # the customer saves something, or a call came twice
    "lease_lost": Verdict.WAIT,  # another operation took over
    "license_expired": Verdict.SKIP,  # a later rollout finds it, when the license is renewed
    NOT_INSTALLED: Verdict.SKIP,  # gets the default release at the end of the installation
    VANISHED: Verdict.SKIP,  # uninstalled in the meantime
}
"""Failures by code; unlisted ones may pass and are retried (up to max_attempts)."""


PASSING = frozenset(
    {
        *("platform_unavailable", "rate_limited", "outcome_unknown", "call_ended"),
        *("token_refused", "changed_meanwhile", "update_in_progress", "lease_lost"),
        *(INTERRUPTED, NO_ANSWER, NOT_VERIFIED),
    }
)
"""Failures not caused by the release: the platform, process, or customer was in the way."""


def verdict_on(code: str, *, is_refused: bool = False) -> Verdict:
    """Return what follows a failure with *code*; a document that *is_refused* stays refused."""
    return VERDICTS.get(code, Verdict.FAIL if is_refused else Verdict.RETRY)


def is_of_the_release(code: str) -> bool:
    """Whether a failure with *code* at several installations tells against the release."""
    return bool(code) and code not in PASSING


def pause_after(attempts: int, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """How long to leave an installation alone after it failed *attempts* times."""
    doublings = min(max(attempts, 1) - 1, 16)
    return min(FIRST_PAUSE * (1 << doublings), longest)
