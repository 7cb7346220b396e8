"""Create and delete a document once, even if an answer is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from connector_kit.documents import Document
from connector_kit.integrator import Resource
from connector_kit.integrator.errors import IntegratorError, NotFound, OutcomeUnknown
from connector_kit.integrator.transport.timing import Clock

CREATE_ATTEMPTS = 3
"""How many times a create is sent when its answers are lost and it has left no trace."""

LOOKS = (0.0, 2.0)
"""Seconds to wait before each look for a create without an answer: it may still be in progress."""

Find = Callable[[], list[str]]
"""Returns the ids under which the account already holds what is about to be created."""


def create_once(resource: Resource, body: Document, *, find: Find, clock: Clock) -> str:
    """Create *body*, which the account does not hold yet, and return its id.

    After a lost answer the account is searched, and what was created is adopted. A create that was
    given up may succeed after all: its document is removed, since everything found then comes from
    this call. Raises `OutcomeUnknown` when the outcome is still unknown after a few attempts.
    """
    for attempt in range(1, CREATE_ATTEMPTS + 1):
        try:
            created = str(resource.create(body)["_id"])
        except OutcomeUnknown as error:
            if found := _look_for(find, clock, error):
                return _only(resource, found)
            if attempt == CREATE_ATTEMPTS:
                raise
        except IntegratorError as error:
            if attempt == 1:
                raise
            raise OutcomeUnknown(
                f"An earlier attempt may have succeeded: {error.message}",
                status=error.status,
                code=error.code,
                request=error.request,
            ) from error
        else:
            found = find() if attempt > 1 else []
            return _only(resource, found or [created])
    raise AssertionError("unreachable")


def remove(resource: Resource, document_id: str) -> None:
    """Delete a document; one that is already gone counts as deleted."""
    with suppress(NotFound):
        resource.delete(document_id)


def _look_for(find: Find, clock: Clock, lost: OutcomeUnknown) -> list[str]:
    """The ids under which a create without an answer has left something, if any."""
    for seconds in LOOKS:
        clock.sleep(seconds)
        try:
            found = find()
        except IntegratorError as error:
            raise lost from error
        if found:
            return found
    return []


def _only(resource: Resource, found: Sequence[str]) -> str:
    """Keep the first of *found*."""
    first, *doubles = found
    for twin in doubles:
        remove(resource, twin)
    return first
