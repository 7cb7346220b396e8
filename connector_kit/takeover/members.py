"""Which documents are of one installation, where not all of them name their integration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from connector_kit.documents import Document, abstract, references


def members(
    documents: Iterable[Document], integration: Document, others: Iterable[Document] = ()
) -> frozenset[str]:
    """Return the ids of the *documents* without ``_integrationId`` that are the *integration*'s.

    All *documents* carry the connector's tag, and *others* are its other installations in the same
    account. A document belongs to the installation whose documents it uses or is used by, if that
    is a single one; when the account has no other installation, it belongs to the only one.
    """
    found = {document["_id"]: document for document in documents}
    adrift = {key for key, document in found.items() if not document.get("_integrationId")}
    installations = {item["_id"]: item for item in (integration, *others)}
    if len(installations) == 1:
        return frozenset(adrift)
    owner = {key: str(found[key]["_integrationId"]) for key in found.keys() - adrift}
    owner |= {key: key for key in installations}
    beside = _neighbors({**found, **installations})

    mine: set[str] = set()
    while adrift:
        todo, group, owners = [adrift.pop()], set[str](), set[str]()
        while todo:
            identity = todo.pop()
            group.add(identity)
            for neighbor in beside[identity] - group:
                if neighbor in adrift:
                    adrift.remove(neighbor)
                    todo.append(neighbor)
                elif neighbor in owner:
                    owners.add(owner[neighbor])
        if owners == {integration["_id"]}:
            mine |= group
    return frozenset(mine)


def _neighbors(documents: Mapping[str, Document]) -> Mapping[str, set[str]]:
    """Which documents each one uses or is used by."""
    names = {identity: identity for identity in documents}
    beside: dict[str, set[str]] = defaultdict(set)
    for identity, document in documents.items():
        for used in references(abstract(document, names)) - {identity}:
            beside[identity].add(used)
            beside[used].add(identity)
    return beside
