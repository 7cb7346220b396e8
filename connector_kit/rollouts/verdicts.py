"""What a failure means for the push that met it: the one table. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)

VANISHED = "installation_vanished"
NOT_VERIFIED = "not_verified"
NO_ANSWER = "no_answer"
INTERRUPTED = "interrupted"
OTHER_RELEASE = "other_release"
NOT_INSTALLED = "not_installed"
ABORTED = "aborted"
NOT_UPDATED = "The rollout was aborted before this installation was updated."


class Verdict(Enum):
    """What follows a failure."""

    RETRY = auto()
    """It may pass: push again after a pause, as often as the rollout allows."""
    FAIL = auto()
    """Repeating changes nothing until somebody acts; counts against the failure limit."""
    SKIP = auto()
    """There is nothing to update and nothing to repair; counts against nothing."""


VERDICTS = {
    "component_deleted": Verdict.FAIL,  # recreate it (--recreate-deleted) or leave it: a decision
    "component_untagged": Verdict.FAIL,  # not ours to touch, until the customer renames it
    "component_foreign": Verdict.FAIL,  # another installation's, or another type of resource
    "component_duplicated": Verdict.FAIL,  # which of the two is meant, only a person can say
    "component_in_use": Verdict.FAIL,  # the customer refers to what is to go
    "component_masked": Verdict.FAIL,  # secrets that nobody can read stand in the way
    "resource_in_use": Verdict.FAIL,  # the platform says the same
    "installation_foreign": Verdict.FAIL,  # the integration is not this connector's
    "not_published": Verdict.FAIL,  # the stack works on a database without releases
    "missing_required_field": Verdict.FAIL,  # the platform refuses the document as declared
    "entitlement_reached": Verdict.FAIL,  # the customer's plan does not allow it
    "subscription_required": Verdict.FAIL,
    "license_expired": Verdict.SKIP,  # gets the newest release when the licence is renewed
    NOT_INSTALLED: Verdict.SKIP,  # gets the newest release at the end of the installation
    VANISHED: Verdict.SKIP,  # uninstalled in the meantime
}
"""Failures by code; what is not listed may pass and is tried again (bounded by max_attempts)."""


def verdict_on(code: str) -> Verdict:
    """Return what follows a failure with *code*."""
    return VERDICTS.get(code, Verdict.RETRY)


def pause_after(attempts: int) -> timedelta:
    """How long to leave an installation alone after it failed *attempts* times."""
    doublings = min(max(attempts, 1) - 1, 16)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
