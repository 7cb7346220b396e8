"""What can go wrong when calling integrator.io: a tree shaped by what the caller can do.

==================  ===============================================================
`Transient`         wait and repeat: `RateLimited`, `Unavailable`
`OutcomeUnknown`    look at the account before repeating
`Unauthorized`      get another token; `CallEnded`: do it within the function call
`Forbidden`         get a permission, a license, a plan; or leave the document alone
`NotFound`          find the document again, or accept that it is gone
`Refused`           correct what was sent
`StillRunning`      wait longer: the job goes on
==================  ===============================================================
"""

from typing import Any, NotRequired, TypedDict

from connector_kit.errors import ConnectorKitError


class ErrorEntry(TypedDict):
    """One entry of the platform's ``errors`` (protocol/http-api.md#2-errors)."""

    code: str
    message: str
    field: NotRequired[str]


class IntegratorError(ConnectorKitError):
    """A call to integrator.io failed.

    `status` is the HTTP status, None without an answer; `code` and `field` are those of the first
    of `errors`, the platform's own; `request` is the request line, ``PUT /v1/exports/64a1``;
    `steps` is what a step of framework 2.0 achieved despite the error: the current state of all
    steps. The text of the exception says what happened and what to do. It never holds a secret.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        field: str | None = None,
        request: str = "",
        errors: tuple[ErrorEntry, ...] = (),
        steps: tuple[dict[str, Any], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or ""
        self.field = field
        self.request = request
        self.errors = errors
        self.steps = steps


class Transient(IntegratorError):
    """Nothing was done, and the cause is temporary: wait and repeat."""

    retry_after: float | None = None
    """Seconds to wait, when the platform named them."""


class RateLimited(Transient):
    """The account's rate limit is used up (429); nothing was done."""


class Unavailable(Transient):
    """The platform was not reached, or failed at a read; nothing was changed."""


class OutcomeUnknown(IntegratorError):
    """A write was sent and no usable answer came: look whether it happened before repeating it."""


class Unauthorized(IntegratorError):
    """The token is missing, wrong, revoked or used up (401)."""


class CallEnded(Unauthorized):
    """The function call of the one-time token is over, and the token has expired with it."""


class Forbidden(IntegratorError):
    """The token is good, but not for this: permission, license or plan is lacking (402, 403)."""


class NotFound(IntegratorError):
    """There is no such document or route, or it is out of this token's reach (404)."""


class Refused(IntegratorError):
    """The platform understood the request and refuses it (400, 422 and the other 4xx)."""


class StillRunning(IntegratorError):
    """A job was not done when the time to wait for it was up; it keeps running."""
