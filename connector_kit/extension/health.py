"""Whether the server is healthy, and how it is stopped (protocol/extension.md#health)."""

import logging
from collections.abc import Callable, Sequence

from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.board import Board
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.glance import Glance
from connector_kit.logs import Event

log = logging.getLogger("connector_kit.extension")

_TEXT = "text/plain; charset=utf-8"

ALIVE = Answer(200, b'{"success":true}')
"""The answer of ``/`` and ``/healthCheck``, whatever the state."""

NOT_LOADED = "The functions cannot be loaded. See the log for the cause."
"""The answer of a process that cannot answer calls."""

_OK = Answer(200, b"OK", content_type=_TEXT)
_NOT_YET = Answer(400, b"Bad Request", content_type=_TEXT)
_TERMINATING = Answer(503, b"Service Unavailable", content_type=_TEXT)
_LATE: Sequence[str] = ("A service that this process needs does not respond in time.",)
_STOPPING = Answer(200, b"preparing to shut down.", content_type=_TEXT)


class Health:
    """The state of a server, from starting through ready to terminating.

    *live* and *ready* are this process's, the rest is shared on the *board*.
    """

    def __init__(
        self, *, live: bool = True, ready: bool = False, board: Board | None = None
    ) -> None:
        self.live = live
        self.ready = ready
        self.board = board or Board()
        self._lacks: Callable[[], Sequence[str]] = tuple

    def watch(self, lacks: Callable[[], Sequence[str]]) -> None:
        """Have `readyz` report what this process *lacks*, in sentences for operators.

        *lacks* may be slow: it is called at most once a second, and `readyz` does not wait long for
        it.
        """
        self._lacks = Glance(lacks, late=_LATE)

    def livez(self) -> Answer:
        """Return the answer to whether the process should be kept."""
        return self._answer(self.live)

    def readyz(self) -> Answer:
        """Return the answer to whether the process should be sent requests."""
        answer = self._answer(self.ready)
        lacks = self._lacks() if answer is _OK else ()
        return Answer(503, " ".join(lacks).encode(), content_type=_TEXT) if lacks else answer

    def open_connections(self, *, terminate: bool) -> Answer:
        """Return how many other requests are being answered; with *terminate*, begin the end."""
        if terminate:
            self.board.end()
        return Answer(200, str(self._others()).encode(), content_type=_TEXT)

    def stop_server(self) -> Answer:
        """End the server unless more than one other request is being answered."""
        others = self._others()
        if others > 1:
            still_open = f"{others} connection(s) still open."
            return refusal(422, ErrorEntry("connections_still_open", still_open))
        self.board.stop()
        return _STOPPING

    def _others(self) -> int:
        return max(0, self.board.open_calls - 1)

    def _answer(self, flag: bool) -> Answer:
        if self.board.is_ending:
            log.warning(Event("healthCheckFailure"))
            return _TERMINATING
        return _OK if flag else _NOT_YET


this_process = Health(board=Board.of_this_server())
"""The state of this process."""
