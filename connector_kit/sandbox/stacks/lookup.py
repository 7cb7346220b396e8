"""Which stack a name leads to: one's own, a shared one, or the publisher's of a connector."""

from __future__ import annotations

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http.wire import Document


def find_stack(
    store: Store, account_id: str, connector_id: str | None, stack_id: str
) -> Record | None:
    """Return the stack that documents of an account may name; None when there is none.

    A connector's documents run on the stacks of its publisher, in whatever account they are.
    """
    own = store.get(account_id, "stacks", stack_id)
    if own:
        return own
    stack = store.find("stacks", stack_id)
    if stack is None:
        return None
    connector = store.find("connectors", connector_id or "")
    if connector and connector.account_id == stack.account_id:
        return stack
    is_shared = any(share["_stackId"] == stack_id for share in shares(store, account_id))
    return stack if is_shared else None


def shares(store: Store, account_id: str) -> list[Document]:
    """Return the shares by which an account may use stacks of others."""
    user_id = store.accounts[account_id].user_id
    shares_of_all = (record.document for record in store.on_the_market("sshares"))
    return [
        share
        for share in shares_of_all
        if share["sharedWithUser"]["_id"] == user_id and not share.get("disabled")
    ]
