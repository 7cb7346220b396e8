"""The platform's key/value store (protocol/http-api.md#12-state)."""

from typing import Any

from connector_kit.integrator.resources.route import Route, at
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Call
from connector_kit.integrator.transport.transport import Transport


class State(Route):
    """The state of the account, or of one document: JSON values under free keys.

    Writing is answered with text, and with statuses that differ from place to place (U22).
    """

    def __init__(self, transport: Transport, *owner: str) -> None:
        super().__init__(transport, f"{at(*owner)}/state".lstrip("/"))

    def keys(self) -> tuple[str, ...]:
        """Return the keys of this owner."""
        return tuple(self._body(calls.get(self._at(), expects=dict))["keys"])

    def get(self, key: str) -> Any:
        """Return the value; raises `NotFound` when there is none (U22)."""
        return self._body(calls.get(self._at(key)))

    def put(self, key: str, value: Any) -> None:
        """Store *value*, any JSON. The answer is text: ``OK`` or ``Created``."""
        self._body(calls.put(self._at(key), value, expects=str))

    def delete(self, key: str) -> None:
        """Remove the value; raises `NotFound` when there is none."""
        self._body(Call("DELETE", self._at(key), expects=str))

    def clear(self) -> None:
        """Remove every value of this owner."""
        self._body(Call("DELETE", self._at(), expects=str))
