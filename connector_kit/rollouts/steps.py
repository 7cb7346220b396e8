"""The steps that a rollout can take, as values: decided by pure functions, written by `rows`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector_kit.models import Push


@dataclass(frozen=True)
class Settle:
    """A push has its outcome."""

    push: int
    state: Push.State
    code: str = ""
    message: str = ""
    operation: int | None = None
    """The update that was considered."""


@dataclass(frozen=True)
class PushAgain:
    """A push goes back to waiting, to be pushed from *due_at* on."""

    push: int
    attempts: int
    """Those that count."""
    due_at: datetime
    code: str = ""
    message: str = ""
    operation: int | None = None


@dataclass(frozen=True)
class Unclaim:
    """A claimed push was certainly not sent: it is where it was before, due from *due_at* on."""

    push: int
    due_at: datetime


@dataclass(frozen=True)
class Undo:
    """A push did not succeed: from now on, the installation is returned to what it had.

    Its *code* and *message* stay those of the failure. With *is_bare*, the customer is only
    unlocked.
    """

    push: int
    due_at: datetime
    code: str
    message: str
    operation: int | None = None
    is_bare: bool = False


@dataclass(frozen=True)
class Claim:
    """These pushes are about to be sent by the process that stored this step."""

    pushes: tuple[int, ...]


@dataclass(frozen=True)
class Sent:
    """The platform accepted the push."""

    push: int


@dataclass(frozen=True)
class Hold:
    """The platform may or may not have got the push: claimed until *due_at*, then due again."""

    push: int
    due_at: datetime
    message: str


@dataclass(frozen=True)
class Verified:
    """The install base shows the release of these pushes, whether they brought it or found it."""

    pushes: tuple[int, ...]


@dataclass(frozen=True)
class Missed:
    """The install base did not list these pushes' installations. Once may be a chance."""

    pushes: tuple[int, ...]


@dataclass(frozen=True)
class StartWave:
    """The wave begins."""

    wave: int


@dataclass(frozen=True)
class VerifyWave:
    """Compare the wave's outcomes with the platform's install base."""

    wave: int


@dataclass(frozen=True)
class LeaveWave:
    """The comparison ended; a next one, if needed, does not begin before *until*."""

    wave: int
    until: datetime | None = None


@dataclass(frozen=True)
class CompleteWave:
    """Everything in the wave is settled and verified."""

    wave: int


@dataclass(frozen=True)
class CompleteRollout:
    """No wave is left."""


@dataclass(frozen=True)
class Halt:
    """Nothing more is pushed until someone resumes the rollout."""

    reason: str


Step = (
    Settle
    | PushAgain
    | Unclaim
    | Undo
    | Claim
    | Sent
    | Hold
    | Verified
    | Missed
    | StartWave
    | VerifyWave
    | LeaveWave
    | CompleteWave
    | CompleteRollout
    | Halt
)
