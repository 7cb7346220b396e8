"""When a call is retried, and after how long. The loop is tenacity's, the policy is the kit's."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tenacity import RetryCallState, Retrying

from connector_kit.integrator.errors import IntegratorError, OutcomeUnknown
from connector_kit.integrator.transport.calls import (
    AMBIGUOUS,
    REPEATABLE,
    Answer,
    AttemptFailed,
    Call,
    Effect,
)
from connector_kit.integrator.transport.timing import SYSTEM_CLOCK, Clock, Deadline

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetryPolicy:
    """How many attempts, and how long between them; `REPEATABLE` says what may be retried at all.

    Waits are drawn between nothing and a bound that doubles from *first* to *ceiling* seconds (full
    jitter), so that workers that failed together do not retry together. A ``Retry-After`` is
    honored instead, up to *longest* seconds; beyond that the caller is told.
    """

    attempts: int = 6
    first: float = 0.2
    ceiling: float = 10.0
    longest: float = 60.0
    clock: Clock = field(default=SYSTEM_CLOCK, repr=False)
    random: Callable[[], float] = field(default=random.random, repr=False)

    def wait_after(self, attempt: int, failed: AttemptFailed) -> float:
        """Return the seconds to wait after the *attempt*-th attempt (1 is the first) failed."""
        if failed.retry_after is not None:
            return failed.retry_after + self.first * self.random()
        bound: float = min(self.ceiling, self.first * 2.0 ** (attempt - 1))
        return bound * self.random()


NO_RETRY = RetryPolicy(attempts=1)


@dataclass(frozen=True)
class Tolerance:
    """An error status that is passed over when an earlier attempt's outcome was lost."""

    method: str
    status: int
    reason: str


TOLERATED = (Tolerance("DELETE", 404, "An earlier attempt, whose response was lost, deleted it."),)
"""The only failures that are passed over."""


class Course:
    """One call, from its first attempt to its answer or its error."""

    def __init__(self, call: Call, policy: RetryPolicy, deadline: Deadline) -> None:
        self.call = call
        self.deadline = deadline
        self._policy = policy
        self._may_have_happened = False

    def run(self, attempt: Callable[["Course"], Answer]) -> Answer:
        """Return what *attempt* returns, repeated as the policy allows, or raise its last error."""
        try:
            return attempt(self)
        except AttemptFailed as failed:
            first = [failed]

        # The loop begins after the first attempt, which counts in it: nearly all calls need no
        # second one, and setting up the loop takes longer than an attempt.
        def attempt_or_first(course: "Course") -> Answer:
            if first:
                raise first.pop()
            return attempt(course)

        loop = Retrying(
            sleep=self._policy.clock.sleep,
            retry=self._may_repeat,
            wait=self._wait,
            stop=self._must_stop,
            before_sleep=self._log,
            reraise=True,
        )
        try:
            return loop(attempt_or_first, self)
        except AttemptFailed as failed:
            error, cause = self._verdict(failed), failed.cause
        raise error from cause

    def tolerates(self, status: int) -> bool:
        """Whether *status* only says that an earlier attempt has done the work."""
        rows = ((tolerance.method, tolerance.status) for tolerance in TOLERATED)
        return self._may_have_happened and (self.call.method, status) in rows

    def _may_repeat(self, state: RetryCallState) -> bool:
        failed = _failure(state)
        if failed is None:
            return False
        self._may_have_happened |= failed.outcome in AMBIGUOUS
        return self.call.does in REPEATABLE[failed.outcome]

    def _wait(self, state: RetryCallState) -> float:
        failed = _failure(state)
        return self._policy.wait_after(state.attempt_number, failed) if failed else 0.0

    def _must_stop(self, state: RetryCallState) -> bool:
        """Give up when attempts or time run out: a repeat that cannot finish is not started."""
        longest = min(self._policy.longest, self.deadline.remaining())
        return state.attempt_number >= self._policy.attempts or state.upcoming_sleep >= longest

    def _log(self, state: RetryCallState) -> None:
        logger.info(
            "%s Attempt %d of %d; the next in %.1f s.",
            _failure(state),
            state.attempt_number,
            self._policy.attempts,
            state.upcoming_sleep,
        )

    def _verdict(self, failed: AttemptFailed) -> IntegratorError:
        """The caller's error: for a write that may have happened, one that says just that."""
        error = failed.error
        if self.call.does is Effect.NONE or not self._may_have_happened:
            return error
        return OutcomeUnknown(
            f"{error.message} It is not known whether the request took effect. Check "
            "before repeating it.",
            status=error.status,
            code=error.code,
            field=error.field,
            request=error.request,
            errors=error.errors,
        )


def _failure(state: RetryCallState) -> AttemptFailed | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, AttemptFailed) else None
