"""The three-way merge of one document: what is declared, what was applied, what is live.

A field that only the customer (or the server) changed is kept, one that only the connector changed
is updated, and one that both changed is settled by its owner and reported. Objects merge key by
key, lists whose items have an identity item by item, everything else as one value. A mask that the
platform shows instead of a secret is never a change and never written back (protocol/README.md
U35). Inputs are never modified; the result shares with *live* all that did not change.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from connector_kit.blueprint.identity import Identifier, Identity, Items, identifier
from connector_kit.blueprint.paths import Path, is_covered, spelled
from connector_kit.documents import MASK, Document, Json, shows_mask
from connector_kit.documents.walking import FREE_DATA_FIELDS
from connector_kit.plan.arrangement import arranged, reordered
from connector_kit.plan.changes import FieldChange, Owner
from connector_kit.plan.sameness import MISSING, agrees, is_absent, is_mapping, same
from connector_kit.plan.twins import Matching, behind_equals, copies, matchings, stands


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
    merger = _Merger(tuple(owns), is_adopting=applied is None)
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
    is_adopting: bool
    changes: list[FieldChange] = field(default_factory=list)

    def mapping(self, path: Path, versions: Versions) -> Document:
        """Merge key by key; the keys that only the live version has stay."""
        live: Document = versions.live
        merged = live
        for key in {**versions.declared, **versions.applied}:
            each = versions.at(key)
            value = self._value((*path, key), each)
            if value is not each.live:
                merged = dict(live) if merged is live else merged
                _put(merged, key, value)
        return merged

    def _value(self, path: Path, versions: Versions) -> Json:
        if _is_free_data(path) or _is_dropped_untouched(versions):
            return self._whole(path, versions)
        if objects := versions.all_of(dict):
            return _unless_emptied(versions, self.mapping(path, objects))
        lists = versions.all_of(list)
        if lists and (way := identifier(str(path[-1]), *lists)):
            return _unless_emptied(versions, self._list(path, lists, way))
        return self._whole(path, versions)

    def _list(self, path: Path, lists: Versions, way: Identifier) -> list[Json]:
        matching, *others = matchings(way, lists, is_adopting=self.is_adopting)
        noted = len(self.changes)
        merged = self._items(path, matching)
        ordered = self._ordered(path, matching, merged, lists, way)
        for other in others:
            written = lists._replace(live=ordered)
            again, *_ = matchings(way, written, is_adopting=self.is_adopting)
            if not stands(matching, again, merged):
                del self.changes[noted:]
                ordered = self._ordered(path, matching, self._items(path, other), lists, way)
        live: list[Json] = lists.live
        return live if _are_identical(ordered, [*matching.live.values()]) else ordered

    def _items(self, path: Path, matching: Matching) -> Items:
        """Return the merged items in the order of the live ones."""
        items = Versions(*matching)
        merged = {
            identity: self._item((*path, identity), items.at(identity))
            for identity in {**items.live, **items.declared, **items.applied}
        }
        left = {identity for identity, item in merged.items() if item is not MISSING}
        order = arranged(list(items.live), list(items.declared), left)
        return {identity: merged[identity] for identity in order}

    def _ordered(
        self, path: Path, matching: Matching, merged: Items, lists: Versions, way: Identifier
    ) -> list[Json]:
        """Keep the live order unless the connector changed its own; with no past, it did."""
        is_reordered = reordered(matching.declared, matching.applied or matching.live)
        if not way.is_ordered or not is_reordered:
            return [*merged.values()]
        if not matching.has_twins:
            return self._reordered(path, matching, list(matching.live), merged)
        view = copies(way, lists._replace(live=[*merged.values()]))
        return self._reordered(path, view, behind_equals(view), view.live)

    def _item(self, path: Path, versions: Versions) -> Json:
        """Merge an existing item; a new or removed item is added or removed as a whole."""
        if versions.declared is MISSING or versions.live is MISSING:
            return self._whole(path, versions)
        return self._value(path, versions)

    def _reordered(
        self, path: Path, items: Matching, followed: Sequence[Identity], merged: Items
    ) -> list[Json]:
        declared, applied, live = map(list, (items.declared, items.applied, items.live))
        by_declared = arranged(declared, followed, merged.keys())
        before, after = (
            [identity for identity in order if identity in items.live]
            for order in (merged, by_declared)
        )
        owner = None
        if before != after:
            owner = self._owner(path) if reordered(live, applied or declared) else None
            self._record(path, list(map(str, before)), list(map(str, after)), owner)
        order = merged if owner == "customer" else by_declared
        return [merged[identity] for identity in order]

    def _whole(self, path: Path, versions: Versions) -> Json:
        declared, applied, live = versions
        is_met = agrees if self.is_adopting else same
        if declared == MASK or same(declared, applied) or is_met(live, declared):
            return live
        if not agrees(live, applied):
            return self._settled(path, declared, live)
        if shows_mask(live) and is_covered(path, self.owns):
            return live  # behind the mask may be the customer's own secret
        self._record(path, live, declared, None)
        return declared

    def _settled(self, path: Path, declared: Json, live: Json) -> Json:
        owner = self._owner(path)
        self._record(path, live, declared, owner)
        return live if owner == "customer" else declared

    def _owner(self, path: Path) -> Owner:
        return "customer" if is_covered(path, self.owns) else "connector"

    def _record(self, path: Path, before: Json, after: Json, settled: Owner | None) -> None:
        self.changes.append(FieldChange(spelled(path), before, after, settled))


def _is_free_data(path: Path) -> bool:
    """Samples at the top of a document are data: an object in them is one value."""
    return len(path) == 1 and path[0] in FREE_DATA_FIELDS


def _is_dropped_untouched(versions: Versions) -> bool:
    return versions.declared is MISSING and agrees(versions.live, versions.applied)


def _unless_emptied(versions: Versions, merged: Json) -> Json:
    """Drop what is no longer declared when nothing of the customer's is left in it.

    What was missing stays missing, unless the merge has put something into it.
    """
    if is_absent(versions.live) and not merged:
        return versions.live
    is_emptied = versions.declared is MISSING and not merged and merged is not versions.live
    return MISSING if is_emptied else merged


def _are_identical(one: list[Json], other: list[Json]) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))


def _put(document: Document, key: str, value: Json) -> None:
    if value is MISSING:
        document.pop(key, None)
    else:
        document[key] = value


def _is_a(kind: type, value: Json) -> bool:
    return is_mapping(value) if kind is dict else isinstance(value, kind)
