"""The token of one function call, valid until the function returns.

Every function call comes with a one-time token (protocol/http-api.md#one-time-tokens). It expires
with the call (U2), and so does everything made from it: a client kept in a variable, a thread that
is still running, an iterator that was not read to its end. Their error says so; they do not fail
with 401.

    with OneTimeToken(options["bearerToken"], function="verify_shop") as token:
        Client.for_call(token).connections.ping(shop)
"""

from __future__ import annotations

import threading
from types import TracebackType

from connector_kit.integrator.errors import CallEnded
from connector_kit.integrator.transport.secret import Secret, read_token
from connector_kit.integrator.transport.throttle import Throttle
from connector_kit.integrator.transport.timing import SYSTEM_CLOCK, Clock, Deadline

LIFETIME = 900.0
"""The longest life of a one-time token, in seconds (protocol/http-api.md#one-time-tokens)."""


class OneTimeToken:
    """A token bound to its function call; a context manager that lasts as long as the call.

    *function* names the function in errors, *seconds* is how long the token is valid at most. Any
    thread may ask for it or end it; it is never put into a task or a cache.
    """

    def __init__(
        self,
        token: str,
        *,
        function: str = "",
        seconds: float = LIFETIME,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Raises `Unauthorized` for what cannot be a token."""
        self.function = function
        self.deadline = Deadline.after(seconds, clock=clock)
        self._secret = read_token(token)
        self._ended = threading.Event()

    def __repr__(self) -> str:
        state = "ended" if self.has_ended else "in call"
        return f"<OneTimeToken of {self.function or 'a function'}, {state}>"

    def __enter__(self) -> OneTimeToken:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def has_ended(self) -> bool:
        """Whether the function has returned, or the token's time is up."""
        return self._ended.is_set() or self.deadline.remaining() <= 0

    def end(self) -> None:
        """End it: the function returned. Ending it again changes nothing."""
        self._ended.set()

    def secret(self) -> Secret:
        """Return the token, for the wire; raises `CallEnded`."""
        self.check()
        return self._secret

    def check(self) -> None:
        """Raise `CallEnded` when the token is no longer valid."""
        if not self.has_ended:
            return
        name = f"The function {self.function}" if self.function else "The function"
        is_over = self._ended.is_set()
        happened = "has returned" if is_over else "ran longer than its token is valid"
        raise CallEnded(
            f"{name} {happened}, so its one-time token is no longer valid and nothing more is "
            "sent. Finish the work before the function returns: wait for its threads and read its "
            "lists to the end. Leave longer work to the next call.",
            code="call_ended",
        )


class DuringCall:
    """A throttle that lets nothing through once the function call is over.

    It is asked before every request and every retry.
    """

    def __init__(self, throttle: Throttle, token: OneTimeToken) -> None:
        self._throttle = throttle
        self._token = token

    def acquire(self, account: str, *, within: float | None = None) -> None:
        """Return when the next request may be sent, see `Throttle`; raises `CallEnded`."""
        self._token.check()
        self._throttle.acquire(account, within=within)
        self._token.check()

    def slow_down(self, account: str, seconds: float | None = None) -> None:
        """Stop the account's requests for everyone; see `Throttle`."""
        self._throttle.slow_down(account, seconds)
