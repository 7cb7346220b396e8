"""Whether this process is well, for load balancers to ask (protocol/extension.md#health)."""

import logging

from connector_kit.extension.answers import Answer

log = logging.getLogger("connector_kit.extension")

_TEXT = "text/plain; charset=utf-8"

ALIVE = Answer(200, b'{"success":true}')
"""The answer of ``/`` and ``/healthCheck``, whatever the state."""

_OK = Answer(200, b"OK", content_type=_TEXT)
_NOT_YET = Answer(400, b"Bad Request", content_type=_TEXT)
_TERMINATING = Answer(503, b"Service Unavailable", content_type=_TEXT)


class Health:
    """The state of one server process, from starting by way of ready to terminating."""

    def __init__(self, *, live: bool = True, ready: bool = False) -> None:
        self.live = live
        self.ready = ready
        self.terminating = False

    def livez(self) -> Answer:
        """Return the answer to whether the process should be kept."""
        return self._answer(self.live)

    def readyz(self) -> Answer:
        """Return the answer to whether the process should be sent requests."""
        return self._answer(self.ready)

    def _answer(self, flag: bool) -> Answer:
        if self.terminating:
            log.warning("logName=healthCheckFailure")
            return _TERMINATING
        return _OK if flag else _NOT_YET


this_process = Health()
"""The state of this process."""
