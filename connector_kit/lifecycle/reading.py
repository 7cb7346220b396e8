"""Read what an account holds of one installation, without what it holds of others.

In a customer's account that is nearly everything, so whole lists are read. An account whose token
the publisher holds may have thousands of deployments: there the kit reads the integration's own
members and the ids on record, and a whole list only if something was never recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set

from connector_kit.documents import Document
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound

Read = Callable[[str, Set[str] | None, Mapping[str, str]], Iterator[Document]]
"""Yields the documents of a resource that may belong to an installation.

Takes the resource, the names of the components looked for (None: all there may be), and the ids on
record by name.
"""


def whole_lists(client: Client) -> Read:
    """Read every document of a resource: one list request each."""

    def read(resource: str, _: Set[str] | None, __: Mapping[str, str]) -> Iterator[Document]:
        return client.resource(resource).list()

    return read


def members_only(client: Client, integration_id: str) -> Read:
    """Read the integration's own members (protocol/http-api.md#7-integrations).

    Connections and scripts are not always members: they are read one by one, by their ids. If an id
    is missing, perhaps because its record was lost, the whole list is searched. The same applies
    when all documents are wanted.
    """
    members = {
        "exports": client.integrations.exports,
        "imports": client.integrations.imports,
        "flows": client.integrations.flows,
    }

    def read(resource: str, names: Set[str] | None, ids: Mapping[str, str]) -> Iterator[Document]:
        unknown = names is None or (
            resource not in members and not all(ids.get(name) for name in names)
        )
        if unknown:
            yield from client.resource(resource).list()
            return
        seen = set()
        for document in members[resource](integration_id) if resource in members else ():
            seen.add(document["_id"])
            yield document
        for name in sorted(names or ()):
            if (identity := ids.get(name)) and identity not in seen:
                yield from _perhaps(client, resource, identity)

    return read


def _perhaps(client: Client, resource: str, document_id: str) -> Iterator[Document]:
    """The document, if it is still there."""
    try:
        yield client.resource(resource).get(document_id)
    except NotFound:
        return
