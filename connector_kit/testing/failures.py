"""What goes wrong in a test: the platform gets an error, or the test asks for what is not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector_kit.errors import ConnectorKitError
from connector_kit.extension.errors import ErrorEntry


class CallFailed(ConnectorKitError):
    """The platform would get an error instead of a result.

    *status* is the HTTP status, *errors* every entry of the answer; *code* and *message* are the
    first one's. When the function ran in this process, ``__cause__`` is what it raised.
    """

    def __init__(self, status: int, errors: Sequence[ErrorEntry]) -> None:
        self.status = status
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{error.code}: {error.message}" for error in self.errors))
        self.code, self.message = self.errors[0].code, self.errors[0].message

    def to_json(self) -> dict[str, Any]:
        """Return the answer's status, and its body as the platform gets it."""
        entries = [{"code": error.code, "message": error.message} for error in self.errors]
        return {"status": self.status, "errors": entries}


class NotDeclared(ConnectorKitError, LookupError):
    """A test names a function or a component that is not there, or has no samples."""


class StackUnreachable(ConnectorKitError, ConnectionError):
    """No server answers where a stack should be running."""
