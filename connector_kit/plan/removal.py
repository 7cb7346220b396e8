"""The order in which components can be removed: nothing before what refers to it."""

from collections.abc import Iterable, Mapping


def removal_order(references: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names that *references* maps to what they refer to, referrers first.

    Names outside the mapping do not matter. In a cycle, where no order is right, only the
    references within the cycle may point backwards.
    """
    finished: list[str] = []
    seen: set[str] = set()
    for root in references:
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(references[root]))]
        while path:  # depth first: each name after its own references
            name, targets = path[-1]
            following = next(
                (target for target in targets if target in references and target not in seen), None
            )
            if following is None:
                finished.append(name)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(references[following])))
    finished.reverse()
    return finished
