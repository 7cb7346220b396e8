"""Connections that go offline and come back: their flows do not run meanwhile.

protocol/http-api.md#4-connections
"""

from __future__ import annotations

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.store import Store


def is_offline(store: Store, account_id: str, connection_id: str | None) -> bool:
    """Whether a stored connection is offline."""
    stored = store.get(account_id, "connections", connection_id or "")
    return stored is not None and bool(stored.get("offline"))


def note(store: Store, account_id: str, connection_id: str | None, *, offline: bool) -> None:
    """Take a stored connection offline, or back."""
    stored = store.get(account_id, "connections", connection_id or "")
    if stored and bool(stored.get("offline")) != offline:
        changed = {**stored.document, "offline": offline}
        store.put(Record.of(account_id, "connections", changed))
