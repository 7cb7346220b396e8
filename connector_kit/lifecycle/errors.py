"""What can go wrong in an account, in messages for the platform and the publisher."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError

from connector_kit.errors import ConnectorKitError
from connector_kit.exceptions import code_in
from connector_kit.integrator import errors as api
from connector_kit.models.sealing import KeyLost
from connector_kit.plan import Plan


class LifecycleError(ConnectorKitError):
    """A refusal that says what is wrong and what to do; *code* is sent to the platform."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type[LifecycleError], tuple[str, str]]:
        """Pickle as what every caller reads: code and message."""
        return LifecycleError, (self.code, self.message)


class InstallationVanished(LifecycleError):
    """The integration is no longer in the account, or out of this connector's reach."""

    def __init__(self, integration_id: str) -> None:
        super().__init__(
            "installation_vanished",
            f"The integration {integration_id} is no longer in this account, or does not belong "
            "to this connector. To update the records, run 'connector-kit installbase sync'.",
        )


class InstallationHeld(LifecycleError):
    """Another operation holds the installation."""

    def __init__(self) -> None:
        super().__init__(
            "update_in_progress",
            "Another operation is changing this installation. Try again in a minute.",
        )


class PlanBlocked(LifecycleError):
    """The plan would touch something that it must not; nothing was written."""

    def __init__(self, plan: Plan) -> None:
        first = plan.conflicts[0]
        sentences = [f"{found.message} {found.hint}".strip() for found in plan.conflicts]
        super().__init__(first.code, " ".join(sentences))
        self.plan = plan


class ChangedMeanwhile(LifecycleError):
    """A document has changed since the plan was made; planning again takes that into account."""

    def __init__(self, resource: str, document_id: str) -> None:
        super().__init__(
            "changed_meanwhile",
            f"{resource} {document_id} was changed or deleted during the update. The change was "
            "not overwritten. Call the function again to continue.",
        )


class StoreFailed(LifecycleError):
    """An *error* in a child of an installation: its parent's operation fails with the same code.

    A child that has vanished says nothing about its parent, and is not found the next time.
    *is_apart* tells that the child is as it was, and that its parent and the others can go on.
    """

    def __init__(self, store: str, error: BaseException, *, is_untouched: bool) -> None:
        is_gone = isinstance(error, InstallationVanished)
        code = "store_vanished" if is_gone else code_of(error)
        super().__init__(code, f"The store {store}: {error}")
        self.is_refused = is_refusal(error)
        self.is_apart = is_untouched and code not in _OF_THE_CALL


def not_recorded(connector: object, version: str) -> LifecycleError:
    """Refuse to continue without the release that an account has."""
    return LifecycleError(
        "not_published",
        f"The account has version {version} of {connector}, but this release is not recorded "
        f"here. Nothing was changed. First run 'connector-kit publish' with the code of {version} "
        "against this database.",
    )


class Checkpoint(LifecycleError):
    """Work stopped before its deadline, with its progress recorded; calling again continues."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(
            "checkpoint",
            f"Stopped before the time limit after {done} of {total} steps. Progress is kept. Call "
            "the function again to continue.",
        )


_CODES: tuple[tuple[type[api.IntegratorError], str], ...] = (
    (api.CallEnded, "call_ended"),
    (api.Unauthorized, "token_refused"),
    (api.RateLimited, "rate_limited"),
    (api.Transient, "platform_unavailable"),
    (api.OutcomeUnknown, "outcome_unknown"),
)
"""Codes of failures whose cause is the call, not the document (protocol/http-api.md#2-errors)."""


def code_of(error: BaseException) -> str:
    """The code under which *error* is recorded and reported."""
    if isinstance(error, LifecycleError | KeyLost):
        return error.code
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    if isinstance(error, api.Forbidden) and not error.code:
        return "forbidden"
    return code_in(error)


def is_refusal(error: BaseException) -> bool:
    """Whether the platform refused the content of a write, so that repeating it is no use.

    A 401 is about the token, and a 409 or 423 about the moment.
    """
    if isinstance(error, StoreFailed):
        return error.is_refused
    return isinstance(error, api.Refused) and error.status not in _OF_THE_MOMENT


def is_hopeless(error: BaseException) -> bool:
    """Whether the requested change can never succeed as it is.

    That is so when the platform refuses the resulting documents, or when they cannot be made at
    all; not when something is unavailable or in progress.
    """
    passing = (LifecycleError, api.IntegratorError, DatabaseError, InterfaceError, OSError)
    return is_refusal(error) or not isinstance(error, (*passing, MemoryError))


_OF_THE_MOMENT = frozenset({408, 409, 423, 425})
_OF_THE_CALL = frozenset({*(code for _, code in _CODES), "lease_lost"})
"""Codes of failures that the rest of the same call would meet, too."""
