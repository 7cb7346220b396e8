"""What a flow runs: its steps, wherever its document has them (protocol/resources.md#flow)."""

from __future__ import annotations

from collections.abc import Iterator, Set

from connector_kit.documents import Document, Json, references_in

STEPS = ("pageGenerators", "pageProcessors")
"""The lists of a flow, and of a router's branches, whose items are steps."""

_LISTED = (*STEPS, "routers")
_STRUCTURE = (*_LISTED, "_exportId", "_importId")
"""The fields that say what a flow runs; the last two are those of a flow of two."""


def structure_of(flow: Document) -> dict[str, Json]:
    """Return the fields that say what *flow* runs, None for those that it lacks."""
    return {key: flow.get(key) for key in _STRUCTURE}


def steps_of(flow: Document) -> list[str]:
    """Return the names of the components that *flow* runs, in its order, each once."""
    names: dict[str, None] = {}
    for item in _items(_lists(flow)):
        run = {key: value for key, value in item.items() if key != "hooks"}
        names |= dict.fromkeys(sorted(references_in(run)))
    return list(names)


def run_by(flow: Document) -> set[str]:
    """Return the names of all that *flow* runs, but for the scripts of its steps' hooks."""
    found = references_in({key: flow[key] for key in _STRUCTURE if key in flow})
    hooks = [item.get("hooks") for item in _items(_lists(flow))]
    return found - references_in(hooks)


def feed_others(flow: Document, names: Set[str]) -> bool:
    """Tell whether a step that runs one of *names* passes anything to the steps after it."""
    for item in _items(_lists(flow)):
        mapping = item.get("responseMapping")
        is_mapped = isinstance(mapping, dict) and any(mapping.values())
        if references_in(item) & names and (is_mapped or item.get("hooks")):
            return True
    return False


def without_steps(flow: Document, names: Set[str]) -> Document | None:
    """Return *flow* without the steps that run one of *names*.

    None when a list of steps would be left empty by that: a source, or a way out of a router.
    """
    lists = _lists(flow)
    pruned = {key: _pruned(value, key, names) for key, value in lists.items()}
    return {**flow, **pruned} if _is_whole(lists, pruned) else None


def _lists(flow: Document) -> Document:
    return {key: flow[key] for key in _LISTED if key in flow}


def _items(value: Json, key: str = "") -> Iterator[Document]:
    """Every step in *value*, wherever routers and their branches have it."""
    if isinstance(value, list):
        for item in value:
            if key not in STEPS:
                yield from _items(item)
            elif isinstance(item, dict):
                yield item
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _items(item, name)


def _pruned(value: Json, key: str, names: Set[str]) -> Json:
    if isinstance(value, list):
        if key in STEPS:
            return [item for item in value if not references_in(item) & names]
        return [_pruned(item, "", names) for item in value]
    if isinstance(value, dict):
        return {name: _pruned(item, name, names) for name, item in value.items()}
    return value


def _is_whole(value: Json, pruned: Json) -> bool:
    """Whether pruning left no list of steps empty."""
    if isinstance(value, list):
        if len(value) != len(pruned):
            return bool(pruned)
        return all(map(_is_whole, value, pruned))
    if isinstance(value, dict):
        return all(_is_whole(value[key], pruned[key]) for key in value)
    return True
