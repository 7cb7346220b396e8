"""Which live document is which component: the one place that answers it.

Not every resource type keeps an external id (protocol/platform-2026.md#15, P2). A document is, in
this order, what it says itself (by what it is a copy of, or by its external id), what is on record,
what a recognized document refers to it as, and what its name says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from connector_kit.blueprint import CompiledComponent
from connector_kit.documents import Document, Json, abstract, referred
from connector_kit.documents.walking import strings
from connector_kit.lifecycle.tags import Tag
from connector_kit.plan import Live, is_as_written

Found = tuple[str, Document]
"""A document as an account holds it, after its resource type."""


@dataclass(frozen=True)
class Recognized:
    """The components by the ids of their documents.

    *doubles* have the documents that a lost create left beside a component's own: nothing uses
    them.
    """

    names: Mapping[str, str]
    doubles: Mapping[str, str] = field(default_factory=dict)


def recognize(
    found: Sequence[Found],
    components: Collection[CompiledComponent],
    tag: Tag,
    *,
    ids: Mapping[str, str],
    attempted: Set[str] = frozenset(),
    users: Iterable[Document] = (),
    complete: Callable[[str, Document], Document] = lambda _, document: document,
) -> Recognized:
    """Tell which of *components* the documents in *found* are.

    *components* may have several versions of one component. *ids* has what is on record, by name;
    *attempted* the components that an interrupted operation may have made. *users* are further
    documents that refer to these. *complete* fetches what lists leave out of a document.

    Where a name fits several documents, all are taken for that component. If they are doubles, the
    plan removes them; otherwise it stops and says so, instead of making another.
    """
    on_record = {identity: name for name, identity in ids.items()}
    names, unnamed = {}, {}
    for resource, document in found:
        identity = document["_id"]
        if name := tag.name_of(document) or on_record.get(identity):
            names[identity] = name
        elif tag.whose(document)[0] == tag.fence.connector_id:
            unnamed[identity] = (resource, document)
    if unnamed:
        recorded = {name: known for name, known in ids.items() if name not in attempted}
        search = _Search(found, components, tag, recorded, names, unnamed, complete)
        search.by_references()
        search.by_names()
    doubles = _doubles(found, components, tag.knowing(names), names, ids, attempted, users)
    return Recognized(
        {identity: name for identity, name in names.items() if identity not in doubles}, doubles
    )


def is_standalone(document: Document) -> bool:
    """Tell whether nothing in *document* says to what it belongs."""
    return not any(document.get(key) for key in ("externalId", "_integrationId", "_connectorId"))


@dataclass
class _Search:
    """Finds the components that no document claims to be among the *unnamed* documents."""

    found: Iterable[Found]
    components: Iterable[CompiledComponent]
    tag: Tag
    ids: Mapping[str, str]
    """What is on record and has a document of its own, perhaps a deleted one."""
    names: dict[str, str]
    unnamed: dict[str, Found]
    complete: Callable[[str, Document], Document]

    def __post_init__(self) -> None:
        known = {*self.names.values()}
        self._missing = [item for item in self.components if item.external_id not in known]

    def by_references(self) -> None:
        """Take a document for the component that a recognized one ought to refer to there.

        So a document is recognized that was renamed, and scripts of equal content are told apart.
        """
        versions = defaultdict(list)
        for component in self.components:
            versions[component.external_id].append(component)
        documents = {document["_id"]: document for _, document in self.found}
        wanted = {
            (item.external_id, item.resource)
            for item in self._missing
            if item.external_id not in self.ids
        }
        users = [*self.names.items()]
        while users and wanted:
            news = {
                identity: name
                for user, user_name in users
                for component in versions[user_name]
                for name, identity in _uses(component.document, documents[user])
                if identity in self.unnamed and (name, self.unnamed[identity][0]) in wanted
            }
            for identity, name in news.items():
                wanted.discard((name, self.unnamed[identity][0]))
                self._take(identity, name)
            users = [*news.items()]

    def by_names(self) -> None:
        """Take a document for the component whose name it has.

        Where several components have one name, or this one has a document already, or others may
        have made the document, it must be as it was written, too.
        """
        labels: dict[tuple[str, str], list[CompiledComponent]] = defaultdict(list)
        for component in self.components:
            label = str(component.document.get("name"))
            labels[component.resource, label].append(component)
        for (resource, label), claims in labels.items():
            found = [
                document
                for kind, document in self.unnamed.values()
                if kind == resource and document.get("name") == label
            ]
            known = {*self.names.values()}
            names = [*dict.fromkeys(claim.external_id for claim in claims)]
            free = [name for name in names if name not in known]
            is_clear = self.tag.trusts_names and len(free) == len(names) == 1
            rest = []
            for document in found:
                fitting = free if is_clear else self._as_written(claims, resource, document)
                if not fitting:
                    rest.append(document)
                    continue
                name = next((name for name in fitting if name in free), fitting[0])
                self._take(document["_id"], name)
                if not is_clear and name in free:
                    free.remove(name)
            if self.tag.trusts_names and free:
                # Which is which cannot be told of several that were edited.
                name = free[0] if len(rest) == len(free) == 1 else claims[0].external_id
                for document in rest:
                    self._take(document["_id"], name)

    def _as_written(
        self, claims: Iterable[CompiledComponent], resource: str, document: Document
    ) -> list[str]:
        """The names of those of *claims* that *document* is, to the letter."""
        if not self.tag.trusts_names:
            claims = [claim for claim in claims if claim.external_id not in self.ids]
        if not (claims := [*claims]):
            return []
        names = {identity: name for name, identity in self.ids.items()} | self.names
        whole = abstract(self.complete(resource, document), names)
        live = Live(document["_id"], "", resource, whole, None, None)
        return [claim.external_id for claim in claims if is_as_written(claim, live)]

    def _take(self, identity: str, name: str) -> None:
        self.names[identity] = name
        del self.unnamed[identity]


def _uses(declared: Json, live: Json) -> Iterator[tuple[str, str]]:
    """Yield each name that *declared* refers to, with the id that *live* has in its place."""
    name = referred(declared)
    if name is not None:
        if isinstance(live, str):
            yield name, live
    elif isinstance(declared, dict) and isinstance(live, dict):
        for key in declared.keys() & live.keys():
            yield from _uses(declared[key], live[key])
    elif isinstance(declared, list) and isinstance(live, list):
        for pair in zip(declared, live, strict=False):
            yield from _uses(*pair)


def _doubles(
    found: Iterable[Found],
    components: Iterable[CompiledComponent],
    tag: Tag,
    names: Mapping[str, str],
    ids: Mapping[str, str],
    attempted: Set[str],
    users: Iterable[Document],
) -> dict[str, str]:
    """The documents beside a component's own that nothing uses, if only the kit can have made them.

    A component's own document is the one on record, else one that is in use, that a customer has
    logged in to, or the oldest.
    """
    resource_of = {component.external_id: component.resource for component in components}
    fence = tag.fence
    copies: dict[str, list[Document]] = defaultdict(list)
    for resource, document in found:
        name = names.get(document["_id"], "")
        is_ours = tag.whose(document) == (fence.connector_id, fence.integration_id)
        if is_ours and resource_of.get(name) == resource:
            copies[name].append(document)
    several = {name: documents for name, documents in copies.items() if len(documents) > 1}
    if not several:
        return {}
    in_use = {
        text
        for document in (*(document for _, document in found), *users)
        for path, text in strings(document)
        if path != ("_id",)
    }
    doubles: dict[str, str] = {}
    for name, documents in several.items():
        rank = partial(_rank, known=ids.get(name), in_use=in_use)
        _, *others = sorted(documents, key=rank)
        if fence.connector_id is not None or name in attempted:
            unused = [document for document in others if document["_id"] not in in_use]
            doubles |= {document["_id"]: name for document in unused}
    return doubles


def _rank(document: Document, *, known: str | None, in_use: Set[str]) -> tuple[object, ...]:
    identity = document["_id"]
    is_offline, since = bool(document.get("offline")), str(document.get("createdAt"))
    return identity != known, identity not in in_use, is_offline, since, identity
