"""Many items in several requests (protocol/http-api.md#61-errors-of-a-flow)."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from connector_kit.integrator.errors import IntegratorError

LIMIT = 1000
"""Errors that the platform's own client names in one request."""


def batches(names: Iterable[str], size: int = LIMIT) -> Iterator[list[str]]:
    """Yield *names* in lists of at most *size*."""
    rest = iter(names)
    while batch := list(islice(rest, size)):
        yield batch


@contextmanager
def noting_what_was_done(words: str, done: Sequence[str]) -> Iterator[None]:
    """Add the content of *done* to an error that the block raises."""
    try:
        yield
    except IntegratorError as error:
        if done:
            error.add_note(f"{words} {', '.join(done)}.")
        raise
