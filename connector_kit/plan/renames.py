"""Recognizes the items of a list that one side renamed, so that they merge as what they are.

An item under a new name is a renamed one if it still has all that the other had, apart from the
name, and fits no other: of several items whose content it has, it is the one that has all of the
rest as well. And no second item may fit the same one. What is known by a reference or an id has no
name: another reference is another step. What is empty or masked tells no item from another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from connector_kit.blueprint.identity import Identifier, Identity, identifier
from connector_kit.documents import Json, shows_mask
from connector_kit.plan.sameness import MISSING, is_mapping, same
from connector_kit.plan.twins import Lists, Matching

Names = Mapping[Identity, Identity]
"""The names of items that were renamed, each with the name by which a merge knows the item."""

_Named = Sequence[tuple[Identity, Json]]


@dataclass(frozen=True)
class Origins:
    """The contents that tell which item a renamed one was, with the names of these items."""

    contents: _Named = ()

    def of(self, item: Json) -> Identity | None:
        """Return the name of the item whose content *item* still has; None if it fits several."""
        texts = (pair for pair in item.items() if isinstance(pair[1], str))
        likely = chain.from_iterable(self._by_text.get(pair, ()) for pair in (None, *texts))
        found = [(name, content) for name, content in likely if _holds(item, content)]
        nearest = {
            name
            for name, content in found
            if not any(_holds(other, content) > _holds(content, other) for _, other in found)
        }
        return nearest.pop() if len(nearest) == 1 else None

    @cached_property
    def _by_text(self) -> Mapping[tuple[str, str] | None, _Named]:
        """The contents by their first field that is a text, in which most of them differ."""
        found: dict[tuple[str, str] | None, list[tuple[Identity, Json]]] = defaultdict(list)
        for name, content in self.contents:
            texts = (pair for pair in content.items() if isinstance(pair[1], str))
            found[next(texts, None)].append((name, content))
        return found


@dataclass(frozen=True)
class Renames:
    """Which items a merge knows by another name: by the one that the connector declares now.

    What the customer renamed can be recognized from its *origins*, and so must what is merged. What
    they renamed and the connector *dropped* is theirs now: where a merge is repeated, it could be
    mistaken for what they had made beside the dropped item.
    """

    by_connector: Names
    by_customer: Names
    dropped: Names
    origins: Origins

    def applied_to(self, matching: Matching) -> Matching:
        """Return *matching* with every item under the name by which it is known."""
        if not self.by_connector and not self.by_customer:
            return matching
        live = matching.live
        applied: dict[Identity, Json] = {}
        known = dict(self.by_customer)
        for name, item in matching.applied.items():
            new = self.by_connector.get(name, name)
            if new != name and live.keys() >= {name, new}:
                # The customer has an item of the new name: the old one only leaves it its place.
                applied |= {new: MISSING, name: item}
            else:
                applied[new] = item
                known[name] = new
        renamed = {known.get(name, name): item for name, item in live.items()}
        return matching._replace(applied=applied, live=renamed)


UNCHANGED = Renames({}, {}, {}, Origins())
"""Nothing was renamed."""


def renames(way: Identifier, lists: Lists) -> Renames:
    """Return what was renamed in *lists*, and by whom. Without a past, nothing was."""
    if way.name is None or not lists[1]:
        return UNCHANGED
    declared, applied, live = (
        list(zip(way.identities(values), values, strict=True)) for values in lists
    )
    new, old, held = map(dict, (declared, applied, live))
    if old.keys() <= new.keys() & held.keys():
        return UNCHANGED
    twins = {name for version in (declared, applied, live) for name in _repeated(version)}
    changed = {name for name in old if name in twins or not same(new.get(name), old[name])}

    origins = _origins(way.name, [item for item in applied if item[0] in changed])
    added = [item for item in declared if item[0] not in old]
    found = _recognized(added, origins, old.keys() - new.keys() - twins)
    by_connector = {name: own for own, name in found.items() if own not in twins}

    # What the connector left alone and the customer has as well is not what has another name now.
    untouched = held.keys() - changed
    known = [(by_connector.get(name, name), item) for name, item in applied]
    names = {name for name, _ in known} - untouched
    origins = _origins(way.name, [item for item in (*known, *declared) if item[0] in names])
    gone = {
        by_connector.get(name, name)
        for name in changed - twins - held.keys()
        if by_connector.get(name) not in held
    }
    added = [item for item in live if item[0] not in old and item[0] not in new]
    found = _recognized(added, origins, gone)
    by_customer = {own: name for own, name in found.items() if own not in twins}
    kept = {own: name for own, name in by_customer.items() if name in new}
    dropped = {own: name for own, name in by_customer.items() if name not in new}
    return Renames(by_connector, kept, dropped, origins)


def _repeated(items: _Named) -> Iterator[Identity]:
    return (name for name, count in Counter(name for name, _ in items).items() if count > 1)


def _origins(field: str, items: _Named) -> Origins:
    contents = [
        (name, {key: value for key, value in item.items() if key != field}) for name, item in items
    ]
    return Origins([item for item in contents if _is_telling(item[1])])


def _recognized(added: _Named, origins: Origins, gone: Set[Identity]) -> Names:
    """Return the items in *added* of which each is the only one that was one in *gone*."""
    found: dict[Identity | None, list[Identity]] = defaultdict(list)
    for own, item in added if gone else ():
        found[origins.of(item)].append(own)
    return {found[name][0]: name for name in gone if len(found.get(name, ())) == 1}


def _is_telling(content: Json) -> bool:
    """Tell whether *content* can be told from another: no secret in it, but some text or number."""
    return not shows_mask(content) and _has_value(content)


def _has_value(content: Json) -> bool:
    if isinstance(content, dict):
        return any(map(_has_value, content.values()))
    if isinstance(content, list):
        return any(map(_has_value, content))
    return content is not None and content != "" and not isinstance(content, bool)


def _holds(value: Json, part: Json, key: str = "") -> bool:
    """Tell whether *value*, found under *key*, has all that *part* has."""
    if is_mapping(value) and is_mapping(part):
        return all(_holds(value.get(name, MISSING), part[name], name) for name in part)
    if isinstance(value, list) and isinstance(part, list):
        way = identifier(key, value, part)
        if way:
            items = way.items(value)
            return all(_holds(items.get(name), item) for name, item in way.items(part).items())
    return same(value, part)
