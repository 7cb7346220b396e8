"""A token that is shown only on the wire."""

import hashlib
import re
from typing import NoReturn

from requests import PreparedRequest
from requests.auth import AuthBase

from connector_kit.documents import MASK
from connector_kit.integrator.errors import Unauthorized


class Secret:
    """A token; masked in reprs, logs and tracebacks, and refuses to be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret cannot be serialized. Create a new client where it is needed.")

    def reveal(self) -> str:
        """Return the token itself. Only for the wire."""
        return self._value

    def fingerprint(self) -> str:
        """Return a name for the token from which it cannot be guessed."""
        return hashlib.sha256(self._value.encode()).hexdigest()[:16]

    def mask_in(self, text: str) -> str:
        """Return *text* with the token masked, in case a server echoed it."""
        return text.replace(self._value, MASK) if self._value else text


def read_token(text: str) -> Secret:
    """Return the token that was pasted, perhaps with its prefix; raises `Unauthorized` for none."""
    token = re.sub(r"^Bearer(\s+|$)", "", text.strip())
    if not token:
        raise Unauthorized("The integrator.io token is missing.", code="no_token")
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise Unauthorized(
            "The integrator.io token contains spaces, line breaks, or non-ASCII characters. Copy "
            "it again.",
            code="malformed_token",
        )
    return Secret(token)


class BearerAuth(AuthBase):
    """Writes the ``Authorization`` header (protocol/http-api.md#1-base-authentication-headers)."""

    def __init__(self, token: Secret) -> None:
        self._header = _HeaderValue(f"Bearer {token.reveal()}")

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put the header onto *request*."""
        request.headers["Authorization"] = self._header
        return request


class _HeaderValue(str):
    """A header as it travels; in the repr of a dict of headers, as tracebacks show it, masked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)
