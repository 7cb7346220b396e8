"""Stacks: the records of where the publisher's code runs (protocol/http-api.md#10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.route import Route
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Call, Effect


class Stacks(Resource):
    """The account's stacks."""

    def system_token(self, stack_id: str) -> str:
        """Return the token with which the platform identifies itself to the stack. A secret."""
        call = calls.get(self._at(stack_id, "systemToken"))
        return str(self._value(call, "systemToken"))

    def renew_system_token(self, stack_id: str) -> str:
        """Make a new system token and return it; the old one is invalid at once. A secret."""
        self._transport.send(Call("DELETE", self._at(stack_id, "systemToken"), expects=str))
        return self.system_token(stack_id)

    def invite(self, stack_id: str, invitation: Document) -> Any:
        """Share the stack with another account; returns what is answered.

        What an invitation holds is not documented: at least the other's ``email``. Never sent
        twice: raises `OutcomeUnknown` when no answer came.
        """
        return self._body(calls.post(self._at(stack_id, "invite"), invitation))

    def shared_with_us(self) -> Iterator[Document]:
        """Yield the stacks that other accounts share with this one."""
        return self._transport.items(calls.get("/shared/stacks", expects=list))


class StackShares(Route):
    """The accounts that this one shares its stacks with."""

    def list(self) -> Iterator[Document]:
        """Yield every share."""
        return self._transport.items(calls.get(self._at(), expects=list))

    def disable(self, share_id: str) -> None:
        """Stop sharing. Never sent twice, since the second time may undo the first."""
        self._body(Call("PUT", self._at(share_id, "disable"), effect=Effect.AGAIN))
