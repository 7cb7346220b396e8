"""The records of where our code runs (protocol/http-api.md#10)."""

from connector_kit.integrator import calls
from connector_kit.integrator.resource import Resource


class Stacks(Resource):
    """The account's stacks."""

    def system_token(self, stack_id: str) -> str:
        """Return the token with which the platform identifies itself to the stack. A secret."""
        call = calls.get(self._at(stack_id, "systemToken"), expects=dict)
        return str(self._transport.send(call).body["systemToken"])

    def renew_system_token(self, stack_id: str) -> str:
        """Make a new system token and return it; the old one is dead at once. A secret."""
        self._transport.send(calls.delete(self._at(stack_id, "systemToken")))
        return self.system_token(stack_id)
