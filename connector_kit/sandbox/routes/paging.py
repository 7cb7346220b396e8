"""Lists come in pages; a ``Link`` header leads to the next one (protocol/http-api.md U23)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from connector_kit.sandbox.routes.call import Call


class Identified(Protocol):
    """Anything with an id; ids grow with time."""

    @property
    def id(self) -> str:
        """The id."""


Item = TypeVar("Item", bound=Identified)


def page(call: Call, items: Iterable[Item]) -> tuple[list[Item], dict[str, str]]:
    """Return the page after ``?after=`` and the headers that say whether there are more."""
    after, size = call.parameter("after"), call.platform.options.page_size
    rest = [each for each in items if after is None or each.id > after]
    if len(rest) <= size:
        return rest, {}
    path = "/v1/" + "/".join(call.segments)
    return rest[:size], {"Link": f'<{path}?after={rest[size - 1].id}>; rel="next"'}
