"""Which declared component each document is, by rules that are named and never guess.

A rule proposes pairs of a component and a document. A pair stands when both are in no other pair of
that rule; whatever stands helps the rules to find more. What is left when no rule finds anything is
ambiguous if it could still be a component, and left alone otherwise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from connector_kit.blueprint import CompiledComponent
from connector_kit.documents import Document, Json, referred
from connector_kit.takeover.rules import Rules, covers, plain


@dataclass(frozen=True)
class Found:
    """A document with its resource type, as an account holds it: with ids."""

    resource: str
    document: Document = field(repr=False)

    @property
    def id(self) -> str:
        """The document's id."""
        return str(self.document["_id"])

    @property
    def name(self) -> str:
        """The document's name, or nothing."""
        return str(self.document.get("name") or "")


@dataclass(frozen=True)
class Match:
    """A document that is a component, the rule that says so, and on what evidence."""

    component: CompiledComponent = field(repr=False)
    found: Found = field(repr=False)
    rule: str
    evidence: str

    def to_json(self) -> Document:
        """Return the match as JSON."""
        return {
            "component": self.component.external_id,
            **_described(self.found),
            "rule": self.rule,
            "evidence": self.evidence,
        }


@dataclass(frozen=True)
class Ambiguity:
    """A component that one of several documents could be, or one that no rule recognizes."""

    component: CompiledComponent = field(repr=False)
    candidates: tuple[Found, ...]

    def to_json(self) -> Document:
        """Return the component with its candidates as JSON."""
        return {
            "component": self.component.external_id,
            "resource": self.component.resource,
            "candidates": [_described(found) for found in self.candidates],
        }


@dataclass(frozen=True)
class Leftover:
    """A document that is no component.

    *duplicates* names the component that another document is, and that this one resembles;
    *is_chosen*: the author's rules leave it.
    """

    found: Found = field(repr=False)
    duplicates: str = ""
    is_chosen: bool = False

    def to_json(self) -> Document:
        """Return the document as JSON."""
        return {
            **_described(self.found),
            "duplicateOf": self.duplicates or None,
            "leftByRule": self.is_chosen,
        }


@dataclass(frozen=True)
class Matching:
    """What an account's documents are.

    *missing* names the components that the account has no document for.
    """

    matches: tuple[Match, ...]
    ambiguous: tuple[Ambiguity, ...]
    missing: tuple[str, ...]
    leftovers: tuple[Leftover, ...]

    @property
    def names(self) -> dict[str, str]:
        """The names of components by the ids of their documents."""
        return {item.found.id: item.component.external_id for item in self.matches}


def match(
    components: Sequence[CompiledComponent], found: Sequence[Found], rules: Rules
) -> Matching:
    """Tell which of *components* the documents *found* are.

    *components* are those of one version, in dependency order; *found* are all documents of one
    installation, whatever they are.
    """
    matcher = _Matcher(components, found, rules)
    while any(matcher.settle(name, rule) for name, rule in _RULES):
        pass
    return matcher.matching()


class _Proposal(NamedTuple):
    component: CompiledComponent
    found: Found
    evidence: str


class _Matcher:
    """The pairs that stand so far, and what is still open."""

    def __init__(
        self, components: Sequence[CompiledComponent], found: Sequence[Found], rules: Rules
    ) -> None:
        self._rules = rules
        self._left = [item for item in found if covers(rules.leave, item.id, item.name)]
        self._found = [item for item in found if item not in self._left]
        self._ids = {item.id: item for item in self._found}
        self._components = {component.external_id: component for component in components}
        self._matches: dict[str, Match] = {}
        self._taken: set[str] = set()
        # What the author names for a component is all that comes into question for it.
        self._named = {
            name: ids
            for name, component in self._components.items()
            if (patterns := rules.match.get(name))
            and (
                ids := {
                    item.id
                    for item in self._found
                    if item.resource == component.resource and covers(patterns, item.id, item.name)
                }
            )
        }

    def settle(self, name: str, rule: Callable[[_Matcher], Iterable[_Proposal]]) -> bool:
        """Keep the pairs of one rule that leave no choice; False when there is none."""
        proposals = {
            (proposal.component.external_id, proposal.found.id): proposal
            for proposal in rule(self)
            if self._may_be(proposal.component, proposal.found)
        }
        of_component = Counter(component for component, _ in proposals)
        of_document = Counter(identity for _, identity in proposals)
        standing = [
            proposal
            for (component, identity), proposal in proposals.items()
            if of_component[component] == of_document[identity] == 1
        ]
        for component, found, evidence in standing:
            self._matches[component.external_id] = Match(component, found, name, evidence)
            self._taken.add(found.id)
        return bool(standing)

    def matching(self) -> Matching:
        """Return the pairs, and what is left of both sides."""
        ambiguous, missing = [], []
        for component in self._open_components():
            candidates = [
                item
                for item in self._open_documents()
                if self._may_be(component, item)
                and (self._agrees(component, item) or plain(item.name) == _name_of(component))
            ]
            if candidates:
                ambiguous.append(Ambiguity(component, tuple(candidates)))
            else:
                missing.append(component.external_id)
        in_question = {item.id for ambiguity in ambiguous for item in ambiguity.candidates}
        leftovers = [
            Leftover(item, self._twin_of(item))
            for item in self._open_documents()
            if item.id not in in_question
        ]
        leftovers += [Leftover(item, is_chosen=True) for item in self._left]
        order = {name: place for place, name in enumerate(self._components)}
        matches = sorted(self._matches.values(), key=lambda item: order[item.component.external_id])
        return Matching(tuple(matches), tuple(ambiguous), tuple(missing), tuple(leftovers))

    # The rules, strongest first

    def by_author(self) -> Iterator[_Proposal]:
        for name, ids in self._named.items():
            for identity in ids:
                evidence = ", ".join(self._rules.match[name])
                yield _Proposal(self._components[name], self._ids[identity], evidence)

    def by_external_id(self) -> Iterator[_Proposal]:
        for component, item in self._open_pairs():
            if item.document.get("externalId") == component.external_id:
                yield _Proposal(component, item, component.external_id)

    def by_name(self) -> Iterator[_Proposal]:
        for component in self._open_components():
            named = [
                item
                for item in self._open_documents(component.resource)
                if plain(item.name) == _name_of(component)
            ]
            if len(named) > 1:
                named = [item for item in named if self._agrees(component, item)]
            for item in named:
                yield _Proposal(component, item, item.name)

    def by_reference(self) -> Iterator[_Proposal]:
        """What a matched document has in the place in which its component names another."""
        for matched in [*self._matches.values()]:
            declared, live = matched.component.document, matched.found.document
            for place, name, identity in _slots(_as_pages(declared), _as_pages(live)):
                component, item = self._components.get(name), self._ids.get(identity)
                if component and item:
                    evidence = f"{place} of {matched.component.external_id}"
                    yield _Proposal(component, item, evidence)

    def by_kind(self) -> Iterator[_Proposal]:
        """The only one of its kind, on both sides, among all that there are."""
        declared: dict[object, list[CompiledComponent]] = defaultdict(list)
        for component in self._components.values():
            declared[self._kind_declared(component)].append(component)
        held: dict[object, list[Found]] = defaultdict(list)
        for item in self._found:
            held[self._kind_held(item)].append(item)
        for kind in declared.keys() & held.keys() - {None}:
            if len(declared[kind]) == len(held[kind]) == 1:
                yield _Proposal(
                    declared[kind][0], held[kind][0], _KINDS[declared[kind][0].resource]
                )

    def _kind_declared(self, component: CompiledComponent) -> object:
        """What a component is by its type, or by the documents that it uses; None while unknown."""
        document, resource = component.document, component.resource
        if resource == "connections":
            return (resource, document["type"]) if document.get("type") else None
        used = {str(referred(value)) for value in _used(resource, document)}
        if not used or not used <= self._matches.keys():
            return None
        return resource, frozenset(self._matches[name].found.id for name in used)

    def _kind_held(self, item: Found) -> object:
        if item.resource == "connections":
            return (item.resource, item.document["type"]) if item.document.get("type") else None
        used = frozenset(map(str, _used(item.resource, item.document)))
        return (item.resource, used) if used else None

    # What may belong together

    def _may_be(self, component: CompiledComponent, item: Found) -> bool:
        named = self._named.get(component.external_id)
        return (
            component.external_id not in self._matches
            and item.id not in self._taken
            and component.resource == item.resource
            and (item.id in named if named else _has_kind(component.document, item.document))
        )

    def _agrees(self, component: CompiledComponent, item: Found) -> bool:
        """Whether *item* uses what *component* does, as far as that is known."""
        return all(
            name not in self._matches or self._matches[name].found.id == identity
            for _, name, identity in _slots(_as_pages(component.document), _as_pages(item.document))
        )

    def _twin_of(self, item: Found) -> str:
        """The matched component whose name or kind *item* has too."""
        for name, matched in self._matches.items():
            if matched.component.resource != item.resource:
                continue
            is_alike = plain(item.name) in {_name_of(matched.component), plain(matched.found.name)}
            kind = self._kind_held(item)
            runs_the_same = item.resource == "flows" and kind is not None
            if is_alike or (runs_the_same and kind == self._kind_held(matched.found)):
                return name
        return ""

    def _open_components(self) -> list[CompiledComponent]:
        return [item for name, item in self._components.items() if name not in self._matches]

    def _open_documents(self, resource: str | None = None) -> list[Found]:
        return [
            item
            for item in self._found
            if item.id not in self._taken and resource in (None, item.resource)
        ]

    def _open_pairs(self) -> Iterator[tuple[CompiledComponent, Found]]:
        for component in self._open_components():
            for item in self._open_documents(component.resource):
                yield component, item


_RULES: tuple[tuple[str, Callable[[_Matcher], Iterable[_Proposal]]], ...] = (
    ("map", _Matcher.by_author),
    ("external id", _Matcher.by_external_id),
    ("name", _Matcher.by_name),
    ("reference", _Matcher.by_reference),
    ("only one", _Matcher.by_kind),
)
"""The rules by the names that a plan shows, strongest first."""

_KINDS = {
    "connections": "of its type",
    "exports": "of its connection",
    "imports": "of its connection",
    "flows": "that runs these exports and imports",
}

_ADAPTORS = frozenset(
    {
        *("as2", "blob", "distributed", "dynamodb", "file", "filesystem", "ftp", "http", "jdbc"),
        *("mongodb", "netsuite", "netsuite_da", "rdbms", "rest", "s3", "salesforce", "simple"),
        *("van", "webhook", "wrapper"),
    }
)
"""The part of an export or import that its adaptor is described in (protocol/resources.md)."""


def _has_kind(declared: Document, live: Document) -> bool:
    """Whether type and adaptor are the declared ones, as far as both sides tell."""
    for key in ("type", "adaptorType") if "_connectionId" not in declared else ("adaptorType",):
        if declared.get(key) and live.get(key) and declared[key] != live[key]:
            return False
    wanted, held = _ADAPTORS & declared.keys(), _ADAPTORS & live.keys()
    return not (wanted and held) or not wanted.isdisjoint(held)


def _used(resource: str, document: Document) -> Iterator[Json]:
    """The references that tell a document's kind: a connection, or what a flow runs."""
    if resource in ("exports", "imports") and document.get("_connectionId"):
        yield document["_connectionId"]
    elif resource == "flows":
        yield from _run(_as_pages(document))


def _run(value: Json) -> Iterator[Json]:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if key in ("_exportId", "_importId"):
            yield item
        elif isinstance(item, dict | list):
            yield from _run(item)


def _as_pages(document: Document) -> Document:
    """Spell an old, simple flow as today's (protocol/resources.md#flow); all else as it is."""
    if not (document.get("_exportId") and "pageGenerators" not in document):
        return document
    rest = {key: value for key, value in document.items() if key not in ("_exportId", "_importId")}
    processors = [{"_importId": document["_importId"]}] if document.get("_importId") else []
    return {
        **rest,
        "pageGenerators": [{"_exportId": document["_exportId"]}],
        "pageProcessors": processors,
    }


def _slots(declared: Json, live: Json, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield places in which a declared document names a component and a live one has an id."""
    name = referred(declared)
    if name is not None:
        if isinstance(live, str):
            yield place, name, live
    elif isinstance(declared, dict) and isinstance(live, dict):
        for key, value in declared.items():
            if key in live:
                yield from _slots(value, live[key], f"{place}.{key}" if place else key)
    elif isinstance(declared, list) and isinstance(live, list) and len(declared) == len(live):
        for number, (one, other) in enumerate(zip(declared, live, strict=True)):
            yield from _slots(one, other, f"{place}[{number}]")


def _name_of(component: CompiledComponent) -> str:
    return plain(component.document.get("name"))


def _described(found: Found) -> Document:
    return {"resource": found.resource, "id": found.id, "name": found.name}
