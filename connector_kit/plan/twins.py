"""Matches the items of a list with those in another version of it, twins included.

Twins are items with one identity: a field that two mappings fill, a component that a flow runs
twice. Their content tells them apart: equal items belong together, and only the rest is paired in
order. When the same versions are merged again, what the first merge wrote is recognized, so that a
merge can be repeated before it is recorded.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, starmap, zip_longest
from typing import NamedTuple

from connector_kit.blueprint.identity import Identifier, Identity, Items
from connector_kit.documents import Json, shows_mask
from connector_kit.plan.sameness import agrees, content, same


class Matching(NamedTuple):
    """The items of three versions: what is one and the same item has one identity in all."""

    declared: Items
    applied: Items
    live: Items

    @property
    def has_twins(self) -> bool:
        """Whether any version has several items of one identity."""
        return any(identity.occurrence for version in self for identity in version)


Lists = tuple[Sequence[Json], Sequence[Json], Sequence[Json]]
"""A list as declared, applied and live."""


def matchings(way: Identifier, lists: Lists, *, is_adopting: bool) -> tuple[Matching, ...]:
    """Return how the items of *lists* may belong together: where there are twins, two ways.

    A merge by the last way can always be repeated; one by the first of two, which sees what was
    changed in an item, only if it `stands`.
    """
    names = [way.identities(values) for values in lists]
    if not way.fields or all(len(set(version)) == len(version) for version in names):
        return (Matching(*map(way.items, lists)),)
    return (
        _matching(names, lists, partial(_by_occurrence, is_adopting=is_adopting)),
        _matching(names, lists, _by_content),
    )


def stands(matching: Matching, again: Matching, merged: Items) -> bool:
    """Tell whether what was *merged* after *matching* is recognized by *again*.

    *again* matches the same versions with what was merged in place of what was live.
    """
    known = [*matching.declared, *matching.applied]
    return [*again.declared, *again.applied] == known and all(
        again.live.get(identity) is merged.get(identity) for identity in known
    )


def copies(way: Identifier, lists: Lists) -> Matching:
    """Match the items of *lists* by identity and content alone, copy by copy."""
    names = [way.identities(values) for values in lists]
    return _matching(
        names, lists, lambda twins: chain.from_iterable(starmap(_zipped, _copies(twins)))
    )


def behind_equals(matching: Matching) -> list[Identity]:
    """Return the live items in their order, more copies than declared behind the last of these."""
    leaders: dict[Identity, Identity] = {}
    followers: dict[Identity, list[Identity]] = defaultdict(list)
    for identity, value in matching.live.items():
        before = identity._replace(occurrence=identity.occurrence - 1)
        leader = leaders.get(before)
        if identity in matching.declared:
            leader = leaders[identity] = identity
        elif leader and same(matching.live[leader], value):
            leaders[identity] = leader
        else:
            leader = identity
        followers[leader].append(identity)
    return [identity for group in followers.values() for identity in group]


Indexed = Mapping[int, Json]
"""The twins of one version by their places in its list."""


class _Twins(NamedTuple):
    """The items of one identity in three versions."""

    declared: Indexed
    applied: Indexed
    live: Indexed


class _Pairing(NamedTuple):
    """The places of one item in three versions; None where it is missing or must be ignored."""

    declared: int | None
    applied: int | None
    live: int | None


def _matching(
    names: Sequence[Sequence[Identity]],
    lists: Lists,
    pair: Callable[[_Twins], Iterable[_Pairing]],
) -> Matching:
    groups: tuple[dict[Identity, dict[int, Json]], ...] = ({}, {}, {})
    for group, identities, values in zip(groups, names, lists, strict=True):
        for n, (identity, value) in enumerate(zip(identities, values, strict=True)):
            group.setdefault(identity, {})[n] = value
    placed: tuple[dict[int, Identity], ...] = ({}, {}, {})
    for identity in dict.fromkeys(name for version in names for name in version):
        twins = _Twins(*(group.get(identity, {}) for group in groups))
        if all(len(version) <= 1 for version in twins):
            pairings = [_Pairing(*(next(iter(version), None) for version in twins))]
        elif not twins.declared and len(twins.applied) == 1:
            # Of twins that the customer made of a dropped item, none is dropped: a remaining one
            # would be mistaken for the dropped item the next time.
            pairings = [*pair(twins._replace(applied={}))]
        else:
            pairings = [*pair(twins)]
        for occurrence, pairing in enumerate(pairings):
            for by_place, place in zip(placed, pairing, strict=True):
                if place is not None:
                    by_place[place] = identity._replace(occurrence=occurrence)
    return Matching(
        *(
            {by_place[place]: values[place] for place in sorted(by_place)}
            for by_place, values in zip(placed, lists, strict=True)
        )
    )


def _by_content(twins: _Twins) -> Iterator[_Pairing]:
    """Pair only equal items: each content is either there or not, as in a set.

    The number of equal copies is that of the side that changed it, the connector's or the
    customer's; where one side made more and the other fewer, it is the larger one.
    """
    for declared, applied, live in _copies(twins):
        numbers = len(declared), len(live)
        is_torn = min(numbers) < len(applied) < max(numbers)
        yield from _zipped(declared, () if is_torn else applied, live)


def _zipped(*places: Iterable[int]) -> Iterator[_Pairing]:
    return map(_Pairing._make, zip_longest(*places))


def _copies(twins: _Twins) -> Iterator[tuple[Sequence[int], ...]]:
    """Yield, for each content, the places of its copies in the three versions."""
    versions = [_by_key(version) for version in twins]
    for key in dict.fromkeys(key for version in versions for key in version):
        yield tuple(version.get(key, ()) for version in versions)


def _by_key(version: Indexed) -> Mapping[bytes, list[int]]:
    copies: dict[bytes, list[int]] = defaultdict(list)
    for place, value in version.items():
        copies[content(value)].append(place)
    return copies


def _by_occurrence(twins: _Twins, *, is_adopting: bool) -> Iterator[_Pairing]:
    """Pair equal items, then those that the connector or the customer changed, in order."""
    declared, applied, live = twins
    origins = _equals(declared, applied)
    origins |= _in_turn(_without(declared, origins), _without(applied, origins.values()))
    found = _equals(declared, live)
    untouched = {place: applied[origins[place]] for place in origins if place not in found}
    found |= _equals(untouched, _without(live, found.values()))
    rest = _without(live, found.values())
    dropped, kept = _dropped(_without(applied, origins.values()), rest)
    changed = set(declared if is_adopting else origins) - found.keys()
    in_order = sorted(changed, key=lambda place: origins.get(place, place))
    found |= _in_turn(in_order, _without(rest, [*dropped.values(), *kept]))
    for place in declared:
        yield _Pairing(place, origins.get(place), found.get(place))
    for place, equal in dropped.items():
        yield _Pairing(None, place, equal)
    for place in _without(rest, [*dropped.values(), *found.values()]):
        yield _Pairing(None, None, place)


def _dropped(applied: Indexed, live: Indexed) -> tuple[dict[int, int | None], list[int]]:
    """Return what goes, with its equal in *live*, and what stays as the customer made more of it.

    Removing as many copies as were applied would remove the others the next time.
    """
    equals = _equals(applied, live)
    extra = _equals({place: applied[place] for place in equals}, _without(live, equals.values()))
    multiplied = {content(applied[place]) for place in extra}
    going = {place: value for place, value in applied.items() if content(value) not in multiplied}
    staying = [equals[place] for place in equals if place not in going]
    return {place: equals.get(place) for place in going}, [*staying, *extra.values()]


def _in_turn(some: Iterable[int], others: Iterable[int]) -> dict[int, int]:
    return dict(zip(some, others, strict=False))


def _equals(some: Indexed, others: Indexed) -> dict[int, int]:
    """Return, for the place of each of *some*, that of its equal in *others*, first with first."""
    waiting = {key: iter(places) for key, places in _by_key(others).items()}
    places = {
        place: next(waiting.get(content(value), iter(())), None) for place, value in some.items()
    }
    found = {place: other for place, other in places.items() if other is not None}
    masked = {
        place: value
        for place, value in _without(others, found.values()).items()
        if shows_mask(value)
    }
    for place, value in _without(some, found).items():
        other = next((other for other in masked if agrees(masked[other], value)), None)
        if other is not None:
            found[place] = other
            del masked[other]
    return found


def _without(version: Indexed, places: Iterable[int | None]) -> Indexed:
    left_out = set(places)
    return {place: value for place, value in version.items() if place not in left_out}
