"""One type of document: list, read, create, replace, change, delete (protocol/http-api.md#3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.resources.documents import Dependency
from connector_kit.integrator.resources.route import Route
from connector_kit.integrator.transport import calls, wire
from connector_kit.integrator.transport.calls import Call, Effect

UsedBy = dict[str, list[Dependency]]
"""Documents by the resource that they are of."""

Operation = Mapping[str, Any]
"""One operation of a JSON Patch: ``{"op": "replace", "path": "/disabled", "value": true}``."""

_POSITION_IN_A_LIST = re.compile(r"/(\d+|-)$")


class Resource(Route):
    """The documents at one path: ``client.resource("exports")``."""

    def list(self, **params: str | int | bool) -> Iterator[Document]:
        """Yield every document, page after page (``Link: <...>; rel="next"``, U23).

        *params* go into the query string. Lists of scripts carry no ``content``.
        """
        return self._transport.items(calls.get(self._at(), params or None, expects=list))

    def get(self, document_id: str) -> Document:
        """Return the document, secrets masked; raises `NotFound`."""
        return self._document(calls.get(self._at(document_id), expects=dict))

    def create(self, document: Document) -> Document:
        """Store *document* and return it as stored.

        Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        return self._document(calls.post(self._at(), document, expects=dict))

    def update(self, document_id: str, document: Document) -> Document:
        """Replace the document and return it as stored; fields left out are erased."""
        return self._document(calls.put(self._at(document_id), document, expects=dict))

    def patch(self, document_id: str, operations: Sequence[Operation]) -> None:
        """Change single fields. Retried like a PUT if a second time changes nothing more.

        Not so for inserting into and removing from a list, and for what fails the second time.
        """
        is_repeatable = all(
            operation["op"] == "replace"
            or (operation["op"] == "add" and not _POSITION_IN_A_LIST.search(operation["path"]))
            for operation in operations
        )
        effect = Effect.SAME if is_repeatable else Effect.AGAIN
        body = wire.dumps(list(operations))
        self._transport.send(Call("PATCH", self._at(document_id), body, effect=effect))

    def delete(self, document_id: str) -> None:
        """Delete the document; raises `NotFound` when there is none."""
        self._transport.send(calls.delete(self._at(document_id)))

    def dependencies(self, document_id: str) -> UsedBy:
        """Return what uses the document, by resource; empty when nothing does.

        The platform's own client deletes nothing that is in use (protocol/http-api.md#4).
        """
        users: UsedBy = self._document(
            calls.get(self._at(document_id, "dependencies"), expects=dict)
        )
        return users
