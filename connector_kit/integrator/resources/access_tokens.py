"""API tokens of the account (protocol/http-api.md#10)."""

from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Call


class AccessTokens(Resource):
    """The account's tokens; those of a connector must have an expiry (``autoPurgeAt``)."""

    def display(self, token_id: str) -> str:
        """Return the token itself. A secret."""
        return str(self._value(calls.get(self._at(token_id, "display")), "token"))

    def generate(self, token_id: str) -> str:
        """Renew the token and return the new one; the old one is invalid at once. A secret.

        Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        return str(self._value(Call("POST", self._at(token_id, "generate")), "token"))
