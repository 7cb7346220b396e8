"""What a rollout can be told to do and cannot."""


class RolloutError(Exception):
    """A request that does not fit the rollout's state, its release or its waves.

    The message names what stands in the way and the way out; *field* is what was sent wrong, when
    that is the cause.
    """

    def __init__(self, message: str, *, field: str = "", code: str = "rollout_refused") -> None:
        super().__init__(message)
        self.field = field
        self.code = code
