"""What concerns an account as a whole: people, notifications, changes (protocol/http-api.md#13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.resources.documents import Change, Subscription
from connector_kit.integrator.resources.route import Route
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Call, Effect
from connector_kit.integrator.transport.query import without_none


class Notifications(Route):
    """Who is told when something goes wrong."""

    def list(self, *, of_all_users: bool = False) -> Iterator[Subscription]:
        """Yield the user's own subscriptions, or those of all users."""
        params = {"users": "all"} if of_all_users else None
        return self._transport.items(calls.get(self._at(), params, expects=list))

    def update(self, subscriptions: Sequence[Document]) -> None:
        """Begin or end subscriptions.

        Each is ``{"_integrationId" or "_flowId" or "_connectionId", "subscribed"}``, with
        ``subscribedByUserEmail`` for another user.
        """
        self._body(calls.put(self._at(), list(subscriptions)))


class Users(Route):
    """Who else may act in the account: its shares (``ashares``)."""

    def invite(
        self,
        email: str,
        *,
        access_level: str | None = None,
        integrations: Sequence[Document] = (),
    ) -> Any:
        """Invite a user to the account, or only to some *integrations*; returns the answer.

        The levels are ``monitor``, ``manage`` and ``administrator``; *integrations* are
        ``{"_integrationId", "accessLevel"}``. Never sent twice: raises `OutcomeUnknown` when no
        answer came.
        """
        body: Document = {"email": email, **without_none(accessLevel=access_level)}
        if integrations:
            body["integrationAccessLevel"] = list(integrations)
        return self._body(calls.post("/invite", body))

    def get(self, share_id: str) -> Document:
        """Return a user's access; raises `NotFound`."""
        return self._document(calls.get(self._at(share_id), expects=dict))

    def update(self, share_id: str, share: Document) -> Any:
        """Replace a user's access; returns the answer."""
        return self._body(calls.put(self._at(share_id), share))

    def disable(self, share_id: str) -> None:
        """Remove a user's access to the account.

        Never sent twice, since the second time may undo the first.
        """
        self._body(Call("PUT", self._at(share_id, "disable"), effect=Effect.AGAIN))


class Audit(Route):
    """The account's change log."""

    def list(
        self, *, limit: int | None = None, offset: int = 0, **filters: str | int | bool
    ) -> Iterator[Change]:
        """Yield the changes: who did what where, ``from`` what ``to`` what.

        Page after page, following ``Link``; with *limit*, the changes per page, also by ``offset``,
        the only way in current documentation.
        """
        first = calls.get(self._at(), {**filters, **without_none(limit=limit)}, expects=list)
        call = _at_offset(first, offset) if offset else first
        while True:
            answer = self._transport.send(call)
            yield from answer.body
            offset += len(answer.body)
            if answer.next_page is not None:
                call = replace(call, path=answer.next_page, params=None)
            elif limit is not None and call.params is not None and len(answer.body) >= limit > 0:
                call = _at_offset(first, offset)
            else:
                return


def _at_offset(call: Call, offset: int) -> Call:
    return replace(call, params={**(call.params or {}), "offset": offset})


class RecycleBin(Route):
    """Deleted documents, for as long as the platform keeps them."""

    def list(self) -> Iterator[Document]:
        """Yield the deleted documents."""
        return self._transport.items(calls.get(self._at(), expects=list))

    def restore(self, resource: str, document_id: str) -> Any:
        """Restore a deleted document, with those that it needs; returns the answer."""
        path = self._at(resource, document_id, "doCascadeRestore")
        return self._body(calls.post(path, {}, effect=Effect.SAME))

    def purge(self, resource: str, document_id: str) -> None:
        """Delete a deleted document for good."""
        self._body(calls.delete(self._at(resource, document_id)))
