"""Lists come in pages; a ``Link`` header leads to the next one (protocol/http-api.md U23).

The last page has one as well, which leads to itself: public clients read the header of every page,
and fail without. Error lists and logs name the next page in the body instead: ``nextPageURL``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from connector_kit.sandbox.http.call import Call


class Identified(Protocol):
    """Anything with an id; ids grow with time."""

    @property
    def id(self) -> str:
        """The id."""


Item = TypeVar("Item", bound=Identified)


def page(call: Call, items: Iterable[Item]) -> tuple[list[Item], dict[str, str]]:
    """Return the page after ``?after=`` and the headers that say whether there are more."""
    on_page, following = next_page(call, items)
    if following:
        return on_page, {"Link": f'<{following}>; rel="next"'}
    return on_page, {"Link": f'<{_address(call)}>; rel="self"'}


def next_page(call: Call, items: Iterable[Item]) -> tuple[list[Item], str | None]:
    """Return the page after ``?after=`` and the address of the one that follows."""
    after, size = call.parameter("after"), call.platform.options.page_size
    rest = [item for item in items if after is None or item.id > after]
    if len(rest) <= size:
        return rest, None
    query = [(name, value) for name, value in parse_qsl(call.query) if name != "after"]
    return rest[:size], f"{_address(call)}?{urlencode([*query, ('after', rest[size - 1].id)])}"


def _address(call: Call) -> str:
    return "/v1/" + "/".join(quote(segment, safe="") for segment in call.segments)
