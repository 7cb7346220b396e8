"""Ids that are made up, and the same in every run."""

import hashlib

ONE_TIME_TOKEN = "one-time-token-of-a-test"  # noqa: S105 - opens nothing
"""The ``bearerToken`` of every call, unless a test brings the token of an account."""


def made_up_id(name: str) -> str:
    """Return the id of whatever is called *name*: 24 hexadecimal characters, as real ones."""
    return hashlib.sha256(f"connector_kit.testing {name}".encode()).hexdigest()[:24]
