"""Errors for requests that a rollout cannot carry out."""

from connector_kit.errors import ConnectorKitError


class RolloutError(ConnectorKitError):
    """A request that does not fit the rollout's state, its release or its waves.

    *field* is the invalid input, when that is the cause.
    """

    def __init__(
        self, message: str, *, field: str | None = None, code: str = "rollout_refused"
    ) -> None:
        super().__init__(message)
        self.field = field
        self.code = code
