"""The sums behind the figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median

from connector_kit.blueprint import Blueprint


def median_ratio(pairs: Iterable[tuple[float, float]]) -> float:
    """The median of each pair's first to its second.

    Both halves of a pair were measured right after each other, so what slows the machine down for
    a while slows both down; the median leaves out the moments at which it hit only one.
    """
    ratios = [first / second for first, second in pairs]
    if not ratios:
        raise ValueError("nothing was measured")
    return median(ratios)


def lower_bound(requests: Mapping[str, int], *, bucket: int, rate: float) -> float:
    """The seconds that *requests* (a count per account) take at the least under the rate limit.

    A full bucket passes at once, the rest as it is refilled (protocol/http-api.md#rate-limit);
    accounts run side by side, so the one with the most requests decides.
    """
    most = max(requests.values(), default=0)
    return max(0.0, (most - bucket) / rate)


def least_requests(before: Blueprint, after: Blueprint) -> int:
    """The fewest requests that can update an account from *before* to *after*.

    Reading: the integration (is it there, is it ours, is it installed); one list for each type of
    document that either version declares, since only the account knows what the customer changed
    or deleted, and nothing reads more than a list does at once; and the content of each script
    that changes, which lists leave out (protocol/http-api.md#10). Writing: one request for each
    component that is new, changes or goes, and the last one, which sets the version and lifts the
    customer's lock. For an account whose customer changed nothing, and whose lists are one page.
    """
    old = {component.external_id: component for component in before.components}
    new = {component.external_id: component for component in after.components}
    changed = [name for name in new.keys() & old if new[name].digest != old[name].digest]
    lists = {component.resource for component in (*old.values(), *new.values())}
    scripts = [name for name in changed if new[name].resource == "scripts"]
    reads = 1 + len(lists) + len(scripts)
    writes = len(changed) + len(new.keys() ^ old) + 1
    return reads + writes
