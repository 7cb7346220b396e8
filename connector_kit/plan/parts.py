"""Merging what only people see as more than one value: texts line by line, rules clause by clause.

Both answer None where the two sides meet; then the value is merged as a whole, by its owner.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import NamedTuple

from connector_kit.documents import Json
from connector_kit.plan.sameness import content, same

_MOST_COMPARISONS = 4_000_000
"""Pairs of lines that differ, at most: a comparison may look at all of them."""

_OPERATORS = frozenset({"and", "or", "not"})


class _Edit(NamedTuple):
    """The lines from *start* to *end* became *lines*."""

    start: int
    end: int
    lines: list[str]


def merged_parts(declared: Json, applied: Json, live: Json) -> Json | None:
    """Return *live* with what *declared* changes since *applied*, all of them texts or all rules.

    None when they cannot be merged in parts: the same lines or clauses were changed on both sides.
    """
    if all(isinstance(value, str) for value in (declared, applied, live)):
        return _merged_text(declared, applied, live)
    return _merged_rules(declared, applied, live)


def _merged_text(declared: str, applied: str, live: str) -> str | None:
    merged = _merged_lines(declared, applied, live)
    if merged is None or merged == live:
        return merged
    # Where lines are alike, merging again or taking it back could meet other ones of them.
    is_certain = (
        _merged_lines(declared, applied, merged) == merged
        and _merged_lines(applied, declared, merged) == live
    )
    return merged if is_certain else None


def _merged_lines(declared: str, applied: str, live: str) -> str | None:
    lines = applied.split("\n")
    ours, theirs = _edits(lines, declared.split("\n")), _edits(lines, live.split("\n"))
    if ours is None or theirs is None:
        return None
    own = [edit for edit in ours if edit not in theirs]
    if any(_meet(edit, other) for edit in own for other in theirs):
        return None
    for edit in sorted([*own, *theirs], reverse=True):
        lines[edit.start : edit.end] = edit.lines
    return "\n".join(lines)


def _edits(before: Sequence[str], after: Sequence[str]) -> list[_Edit] | None:
    """Return what makes *after* of *before*; None when they differ too much to compare them."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = next(
        (n for n in range(shorter - head) if before[-1 - n] != after[-1 - n]), shorter - head
    )
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(old) * len(new) > _MOST_COMPARISONS:
        return None
    return [
        _Edit(head + start, head + end, list(new[begin:stop]))
        for word, start, end, begin, stop in SequenceMatcher(None, old, new, False).get_opcodes()
        if word != "equal"
    ]


def _meet(one: _Edit, other: _Edit) -> bool:
    """Tell whether two edits change the same lines, or lines next to each other."""
    return one.start <= other.end and other.start <= one.end


class _Group(NamedTuple):
    """Clauses under one operator, which comes before them or between any two of them.

    Without an *operator* there is nothing to join: one clause, *bare* or in a list, or none.
    """

    operator: str
    clauses: list[Json]
    is_prefixed: bool = False
    is_bare: bool = False


def _merged_rules(declared: Json, applied: Json, live: Json) -> Json | None:
    """Merge ``["and", [...], ...]`` and ``[[...], "AND", [...]]``, each inner list a clause."""
    versions = (declared, applied, live)
    if not all(isinstance(value, list) for value in versions):
        return None
    groups = [group for value in versions if (group := _group(value))]
    merged = _merged_groups(*groups) if len(groups) == len(versions) else None
    if merged is None and _are_alike(versions):
        clauses = [_merged_clause(*clause) for clause in zip(*versions, strict=True)]
        return None if any(clause is None for clause in clauses) else clauses
    return merged


def _are_alike(versions: Sequence[list[Json]]) -> bool:
    """Tell whether all have as many clauses under the same operators."""
    is_one_length = len(set(map(len, versions))) == 1
    is_rule = all(map(_is_group, versions))
    return is_one_length and is_rule and len({content(_words(value)) for value in versions}) == 1


def _merged_clause(declared: Json, applied: Json, live: Json) -> Json | None:
    if same(declared, applied) or same(declared, live):
        return live
    return declared if same(live, applied) else _merged_rules(declared, applied, live)


def _merged_groups(declared: _Group, applied: _Group, live: _Group) -> Json | None:
    """Merge the clauses under one operator, whatever their number."""
    groups = (live, declared, applied)
    operators = [group.operator for group in groups if group.operator]
    if len({operator.lower() for operator in operators}) != 1:
        return None
    if len({group.is_prefixed for group in groups if group.operator}) != 1:
        return None
    clauses = _merged_set(declared.clauses, applied.clauses, live.clauses)
    is_joined = len(clauses or ()) > 1 or declared.operator or applied.operator
    if clauses is None or not is_joined:
        return None  # or nothing would tell any longer that these are rules
    operator, is_prefixed = operators[0], any(group.is_prefixed for group in groups)
    if is_prefixed:
        return [operator, *clauses]
    if len(clauses) == 1 and any(group.is_bare for group in groups):
        return clauses[0]
    return [part for clause in clauses for part in (operator, clause)][1:]


def _merged_set(declared: list[Json], applied: list[Json], live: list[Json]) -> list[Json] | None:
    """Merge clauses, of which each is either there or not: neither order nor number matters."""
    wanted, before, held = (
        {content(item): item for item in value} for value in (declared, applied, live)
    )
    dropped = before.keys() - wanted.keys()
    added = [item for key, item in wanted.items() if key not in before and key not in held]
    if dropped - held.keys():  # dropped on both sides, perhaps for something else
        return None if added or dropped & held.keys() else live
    # What the connector changed stays where it was.
    successors = iter(added)
    merged: list[Json] = []
    for key, clause in held.items():
        merged += [clause] if key not in dropped else islice(successors, 1)
    return [*merged, *successors]


def _group(value: list[Json]) -> _Group | None:
    """Return the clauses of *value*; None when it is no rule, or its operators differ."""
    words, clauses = _words(value), [item for item in value if isinstance(item, list)]
    if not words:
        return _Group("", clauses) if len(clauses) <= 1 else None
    if not _is_group(value):
        return None if clauses else _Group("", [value], is_bare=True)
    if len({word.lower() for word in words}) > 1:
        return None
    if len(words) == 1 and value[0] == words[0]:
        return _Group(words[0], clauses, is_prefixed=True)
    return _Group(words[0], clauses) if value[1::2] == words else None


def _is_group(rules: list[Json]) -> bool:
    words = _words(rules)
    return bool(words) and all(
        isinstance(word, str) and word.lower() in _OPERATORS for word in words
    )


def _words(rules: list[Json]) -> list[Json]:
    return [item for item in rules if not isinstance(item, list)]
