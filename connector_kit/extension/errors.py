"""What a function, or the kit on its behalf, reports to the platform when a call fails."""

from dataclasses import dataclass

from connector_kit.errors import ConnectorKitError
from connector_kit.exceptions import code_in, is_of_infrastructure, message_in

MASK = "******"

_SHORTEST_SECRET = 8
"""Characters; anything shorter is a placeholder, and masking it would hide parts of words."""


_UNAVAILABLE = (
    "A database or another service that the server needs failed. Try again in a moment. See the "
    "server's log for details."
)


class ExtensionError(ConnectorKitError):
    """A refusal that is sent to the platform as ``{"code", "message"}`` with status 422."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ConfigurationError(ExtensionError):
    """The functions cannot be served as they are configured (protocol/extension.md#3)."""


@dataclass(frozen=True)
class ErrorEntry:
    """One entry of the ``errors`` of an answer."""

    code: str
    message: str

    @classmethod
    def of(cls, failure: BaseException, *, without: object = None) -> "ErrorEntry":
        """Return what callers may see of *failure*: its code or its class's name, and its message.

        Messages of a database or a broker are not sent; they are in the log. The secret *without*,
        a one-time token, is masked wherever it occurs.
        """
        if is_of_infrastructure(failure):
            return cls("server_unavailable", _UNAVAILABLE)
        return cls(masked(code_in(failure), without), masked(message_in(failure), without))


def masked(text: str, secret: object) -> str:
    """Return *text* with *secret*, when it is long enough to be one, replaced by asterisks."""
    is_secret = isinstance(secret, str) and len(secret) >= _SHORTEST_SECRET
    return text.replace(str(secret), MASK) if is_secret else text
