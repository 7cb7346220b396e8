"""The platform's key/value store (protocol/http-api.md#12-state)."""

from typing import Any
from urllib.parse import quote

from connector_kit.integrator import calls
from connector_kit.integrator.calls import Call
from connector_kit.integrator.transport import Transport


class State:
    """The state of the account, or of one document: JSON values under free keys."""

    def __init__(self, transport: Transport, *owner: str) -> None:
        self._transport = transport
        self._path = "/".join(("", *(quote(each, safe="") for each in owner), "state"))

    def __repr__(self) -> str:
        return f"<State {self._path}>"

    def keys(self) -> tuple[str, ...]:
        """Return the keys of this owner."""
        return tuple(self._transport.send(calls.get(self._path, expects=dict)).body["keys"])

    def get(self, key: str) -> Any:
        """Return the value; raises `NotFound` when there is none (U22)."""
        return self._transport.send(calls.get(self._at(key))).body

    def put(self, key: str, value: Any) -> None:
        """Store *value*, any JSON. The answer is text: ``OK`` or ``Created``."""
        self._transport.send(calls.put(self._at(key), value, expects=str))

    def delete(self, key: str) -> None:
        """Remove the value; raises `NotFound` when there is none."""
        self._transport.send(Call("DELETE", self._at(key), expects=str))

    def clear(self) -> None:
        """Remove every value of this owner."""
        self._transport.send(Call("DELETE", self._path, expects=str))

    def _at(self, key: str) -> str:
        return f"{self._path}/{quote(key, safe='')}"
