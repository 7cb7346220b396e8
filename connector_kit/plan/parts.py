"""Merging what only people see as more than one value: texts line by line, rules clause by clause.

Both answer None where the two sides meet; then the value is merged as a whole, by its owner.
"""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
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


def _merged_rules(declared: Json, applied: Json, live: Json) -> Json | None:
    """Merge ``["and", [...], ...]`` and ``[[...], "AND", [...]]``, each inner list a clause."""
    versions = (declared, applied, live)
    if not all(isinstance(value, list) and _is_group(value) for value in versions):
        return None
    if len({content(_words(value)) for value in versions}) > 1:
        return None
    if len(declared) == len(applied) == len(live):
        clauses = [_merged_clause(*clause) for clause in zip(*versions, strict=True)]
        return None if any(clause is None for clause in clauses) else clauses
    is_prefixed = all(len(_words(value)) == 1 and isinstance(value[0], str) for value in versions)
    return _merged_set(declared, applied, live) if is_prefixed else None


def _merged_clause(declared: Json, applied: Json, live: Json) -> Json | None:
    if same(declared, applied) or same(declared, live):
        return live
    return declared if same(live, applied) else _merged_rules(declared, applied, live)


def _merged_set(declared: list[Json], applied: list[Json], live: list[Json]) -> Json | None:
    """Merge the clauses behind one operator, whose order means nothing."""
    wanted, before, held = (Counter(map(content, value)) for value in (declared, applied, live))
    dropped, added = before - wanted, wanted - before - held
    if dropped & (before - held):  # dropped on both sides, perhaps for something else
        return live if not added and not dropped & held else None
    merged = []
    for clause in live:
        if dropped[content(clause)] > 0:
            dropped[content(clause)] -= 1
        else:
            merged.append(clause)
    for clause in declared:
        if added[content(clause)] > 0:
            added[content(clause)] -= 1
            merged.append(clause)
    return merged


def _is_group(rules: list[Json]) -> bool:
    words = _words(rules)
    return bool(words) and all(
        isinstance(word, str) and word.lower() in _OPERATORS for word in words
    )


def _words(rules: list[Json]) -> list[Json]:
    return [item for item in rules if not isinstance(item, list)]
