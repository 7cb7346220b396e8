"""What can go wrong with an account whose token the publisher holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connector_kit.integrator.errors import Unauthorized
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.models import EmbeddedAccount


class EmbeddedError(LifecycleError):
    """A request that cannot be met as it is; says what prevents it, and what to do."""


@contextmanager
def named(account: EmbeddedAccount | str) -> Iterator[None]:
    """Say whose token it is that the platform refuses."""
    try:
        yield
    except Unauthorized as error:
        raise EmbeddedError(
            "token_refused",
            f"integrator.io refuses the token of the embedded account {account}: it was revoked, "
            "has expired, or belongs to another region. Create a new one there and store it with "
            f"'connector-kit embedded account add {account}'.",
        ) from error
