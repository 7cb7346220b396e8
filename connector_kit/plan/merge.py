"""The three-way merge of one document: what is declared, what was applied, what is live.

A field that only the customer (or the server) changed is kept, one that only the connector changed
is updated, and one that both changed is settled by its owner and reported. Objects merge key by
key, lists whose items have an identity item by item, by whatever name either side knows them, texts
line by line and rules clause by clause unless both sides changed the same ones, everything else as
one value. A mask that the platform shows instead of a secret is never a change and never written
back (protocol/README.md U35). A placeholder is no value: the customer has not entered any. Inputs
are never modified; the result shares with *live* all that did not change.
"""

import operator
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, TypeVar

from connector_kit.blueprint.identity import Identifier, Identity, Items, identifier
from connector_kit.blueprint.paths import Path, is_covered, spelled
from connector_kit.blueprint.placeholders import is_placeholder
from connector_kit.documents import MASK, Document, Json, shows_mask
from connector_kit.documents.walking import FREE_DATA_FIELDS, members
from connector_kit.plan.changes import FieldChange, Owner
from connector_kit.plan.parts import merged_parts
from connector_kit.plan.renames import UNCHANGED, Renames, renames
from connector_kit.plan.sameness import MISSING, agrees, is_absent, is_mapping, same
from connector_kit.plan.twins import Matching, behind_equals, copies, matchings, stands

_Name = TypeVar("_Name", bound=Hashable)


@dataclass(frozen=True)
class Merge:
    """The merged document, or *live* itself when there is nothing to write, and the changes."""

    document: Document = field(repr=False)
    changes: tuple[FieldChange, ...]

    @property
    def is_written(self) -> bool:
        """Whether the document differs from what is live."""
        return any(change.is_written for change in self.changes)


def merge(
    declared: Document, applied: Document | None, live: Document, owns: Sequence[str] = ()
) -> Merge:
    """Return *live* with what *declared* changes since *applied*.

    *owns* are the dotted paths whose conflicts the customer wins. With *applied* None, the past is
    unknown: declared fields are used, masked ones are trusted, all others are kept.
    """
    merger = _Merger(tuple(owns), declared, applied)
    document = merger.mapping((), Versions(declared, applied or {}, live))
    return Merge(document, tuple(merger.changes))


class Versions(NamedTuple):
    """One value in the three versions of a document; `MISSING` where a version has none."""

    declared: Json
    applied: Json
    live: Json

    def at(self, key: str | Identity) -> "Versions":
        """Return the value under *key*."""
        return Versions(*(version.get(key, MISSING) for version in self))

    def all_of(self, kind: type) -> "Versions | None":
        """Return objects, or lists, to merge part by part; None when one must be taken whole.

        What was applied only matters if it is of that kind, and what is no longer declared is split
        up like what was applied, so that the customer's own parts stay. What the customer removed
        as a whole lacks every part, so that what both changed is found part by part.
        """
        declared = self.applied if self.declared is MISSING else self.declared
        is_gone = is_absent(self.live) and _is_a(kind, self.applied)
        if not (_is_a(kind, declared) and (is_gone or _is_a(kind, self.live))):
            return None
        return Versions(
            kind() if self.declared is MISSING else self.declared,
            self.applied if _is_a(kind, self.applied) else kind(),
            kind() if is_gone else self.live,
        )


@dataclass
class _Merger:
    """Walks the three versions side by side and collects the changes on its way."""

    owns: tuple[str, ...]
    declared: Document
    applied: Document | None
    changes: list[FieldChange] = field(default_factory=list)

    @property
    def is_adopting(self) -> bool:
        """Whether the past is unknown."""
        return self.applied is None

    @cached_property
    def newly_looked_up(self) -> Counter[str]:
        """The lookups that the connector names more often than before, under their own names."""
        return _looked_up(self.declared) - _looked_up(self.applied or {})

    def mapping(self, path: Path, versions: Versions) -> Document:
        """Merge key by key; the keys that only the live version has stay."""
        live: Document = versions.live
        merged = live
        for key in {**versions.declared, **versions.applied}:
            fields = versions.at(key)
            if is_placeholder(fields.live):
                fields = fields._replace(live=MISSING)
            value = self._value((*path, key), fields)
            if value is fields.live:
                continue
            merged = dict(live) if merged is live else merged
            if value is MISSING:
                merged.pop(key, None)
            else:
                merged[key] = value
        return merged

    def _value(self, path: Path, versions: Versions) -> Json:
        # Samples at the top of a document are data: an object in them is one value.
        is_free_data = len(path) == 1 and path[0] in FREE_DATA_FIELDS
        is_dropped = versions.declared is MISSING
        if is_free_data or (is_dropped and agrees(versions.live, versions.applied)):
            return self._whole(path, versions)
        if objects := versions.all_of(dict):
            return _unless_emptied(versions, self.mapping(path, objects))
        lists = versions.all_of(list)
        if lists and (way := identifier(str(path[-1]), *lists)):
            return _unless_emptied(versions, self._list(path, lists, way))
        return self._whole(path, versions)

    def _list(self, path: Path, lists: Versions, way: Identifier) -> list[Json]:
        renamed, (matching, *others) = self._matchings(path, lists, way)
        for own, name in renamed.dropped.items():
            self._record((*path, name), way.items(lists.live)[own], MISSING, "customer")
        noted = len(self.changes)
        merged = self._items(path, matching)
        ordered = self._ordered(path, matching, merged, lists, way)
        for other in others:
            _, (again, *_) = self._matchings(path, lists._replace(live=ordered), way)
            if not stands(matching, again, merged):
                del self.changes[noted:]
                ordered = self._ordered(path, matching, self._items(path, other), lists, way)
        live: list[Json] = lists.live
        is_unchanged = len(ordered) == len(matching.live) and all(
            map(operator.is_, ordered, matching.live.values())
        )
        return live if is_unchanged else ordered

    def _matchings(
        self, path: Path, lists: Versions, way: Identifier
    ) -> tuple[Renames, list[Matching]]:
        renamed = self._renames(path, lists, way)
        found = matchings(way, lists, is_adopting=self.is_adopting)
        return renamed, [renamed.applied_to(matching) for matching in found]

    def _renames(self, path: Path, lists: Versions, way: Identifier) -> Renames:
        """Return the renamed items; of the customer's, those that stay recognizable.

        Settings have none: the name says which one it is, and carries the customer's value. A
        lookup that something new of the connector's needs has to be there under its own name.
        """
        if "settings" in path:
            return UNCHANGED
        supposed = renames(way, lists)
        if not supposed.by_customer:
            return supposed
        items = Versions(*supposed.applied_to(Matching(*map(way.items, lists))))
        again = _Merger(self.owns, self.declared, self.applied)
        needed = self.newly_looked_up if path[-1] == "lookups" else ()
        by_customer = {
            own: name
            for own, name in supposed.by_customer.items()
            if name.value not in needed
            and supposed.origins.of(again._value((*path, name), items.at(name))) == name
        }
        return replace(supposed, by_customer=by_customer)

    def _items(self, path: Path, matching: Matching) -> Items:
        """Return the merged items in the order of the live ones."""
        items = Versions(*matching)
        merged: dict[Identity, Json] = {}
        for identity in {**items.live, **items.declared, **items.applied}:
            item = items.at(identity)
            # A new or removed item is added or removed as a whole.
            is_whole = item.declared is MISSING or item.live is MISSING
            merge_item = self._whole if is_whole else self._value
            merged[identity] = merge_item((*path, identity), item)
        left = {identity for identity, item in merged.items() if item is not MISSING}
        order = _arranged(list(items.live), list(items.declared), left)
        return {identity: merged[identity] for identity in order}

    def _ordered(
        self, path: Path, matching: Matching, merged: Items, lists: Versions, way: Identifier
    ) -> list[Json]:
        """Keep the live order unless the connector changed its own; with no past, it did."""
        is_reordered = _reordered(matching.declared, matching.applied or matching.live)
        if not way.is_ordered or not is_reordered:
            return [*merged.values()]
        if not matching.has_twins:
            return self._in_new_order(path, matching, list(matching.live), merged)
        written = lists._replace(live=[*merged.values()])
        view = self._renames(path, written, way).applied_to(copies(way, written))
        return self._in_new_order(path, view, behind_equals(view), view.live)

    def _in_new_order(
        self, path: Path, items: Matching, followed: Sequence[Identity], merged: Items
    ) -> list[Json]:
        declared, applied = list(items.declared), list(items.applied)
        staying = [identity for identity in items.live if identity in merged]
        by_declared = _arranged(declared, followed, merged.keys())
        before, after = (
            [identity for identity in order if identity in items.live]
            for order in (merged, by_declared)
        )
        owner = None
        if before != after:
            owner = self._owner(path) if _reordered(staying, applied or declared) else None
            self._record(path, list(map(str, before)), list(map(str, after)), owner)
        order = merged if owner == "customer" else by_declared
        return [merged[identity] for identity in order]

    def _whole(self, path: Path, versions: Versions) -> Json:
        declared, applied, live = versions
        is_met = agrees if self.is_adopting else same
        if declared == MASK or same(declared, applied) or is_met(live, declared):
            return live
        if not agrees(live, applied):
            parts = merged_parts(declared, applied, live)
            if parts is not None:
                if not same(parts, live):
                    self._record(path, live, parts, None)
                    return parts
                return live
            owner = self._owner(path)
            self._record(path, live, declared, owner)
            return live if owner == "customer" else declared
        if shows_mask(live) and is_covered(path, self.owns):
            return live  # behind the mask may be the customer's own secret
        self._record(path, live, declared, None)
        return declared

    def _owner(self, path: Path) -> Owner:
        """Return who prevails; where both renamed an item, that is the customer."""
        *_, item, key = ("", *path)
        is_name = isinstance(item, Identity) and item.field == key
        return "customer" if is_name or is_covered(path, self.owns) else "connector"

    def _record(self, path: Path, before: Json, after: Json, settled: Owner | None) -> None:
        self.changes.append(FieldChange(spelled(path), before, after, settled))


def _unless_emptied(versions: Versions, merged: Json) -> Json:
    """Drop what is no longer declared when nothing of the customer's is left in it.

    What was missing stays missing, unless the merge has put something into it.
    """
    if is_absent(versions.live) and not merged:
        return versions.live
    is_emptied = versions.declared is MISSING and not merged and merged is not versions.live
    return MISSING if is_emptied else merged


def _looked_up(document: Document) -> Counter[str]:
    """Count how often the mappings of *document* name each lookup."""
    return Counter(str(name) for _, key, name in members(document) if key == "lookupName")


def _is_a(kind: type, value: Json) -> bool:
    return is_mapping(value) if kind is dict else isinstance(value, kind)


# The order of a merged list: whose order counts, and where the other's items go.


def _reordered(one: Iterable[_Name], other: Iterable[_Name]) -> bool:
    """Tell whether the items that two lists share are in different orders."""
    mine, theirs = list(one), list(other)
    shared = set(mine).intersection(theirs)
    return [name for name in mine if name in shared] != [name for name in theirs if name in shared]


def _arranged(base: Sequence[_Name], other: Sequence[_Name], wanted: Set[_Name]) -> list[_Name]:
    """Return the *wanted* items in the order of *base*, each of *other*'s after its predecessor.

    The predecessor is the nearest wanted item before it in *other*; without one it comes first.
    """
    placed = wanted & set(base)
    follower: dict[_Name | None, _Name] = {}
    predecessor: _Name | None = None
    for name in other:
        if name in wanted:
            if name not in placed:
                follower[predecessor] = name
            predecessor = name

    ordered: list[_Name] = []
    for start in (None, *(name for name in base if name in wanted)):
        if start is not None:
            ordered.append(start)
        current = follower.get(start)
        while current is not None:
            ordered.append(current)
            current = follower.get(current)
    return ordered
