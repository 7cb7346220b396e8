"""Every address of the server, out of the URLconf."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern

EXAMPLES = {
    "action": "pause",
    "address": "general",
    "app_label": "connector_kit",
    "change_id": "1",
    "content_type_id": "1",
    "final_catch_all_url": "nothing",
    "id": "1",
    "integration_id": "0" * 24,
    "key": "1",
    "newer": "1.1.0",
    "object_id": "1",
    "pk": "1",
    "slug": "none",
    "store": "-",
    "url": "nothing",
    "version": "1.0.0",
}


class Address(NamedTuple):
    """A pattern of the URLconf: as it is written in the docs, and with examples in it."""

    route: str
    view: Any

    @property
    def path(self) -> str:
        """An address that the pattern fits."""
        return self.with_examples(EXAMPLES)

    def with_examples(self, examples: dict[str, str]) -> str:
        """The address with these in the place of its names."""
        return re.sub(r"\{(\w+)\}", lambda found: examples[found[1]], self.route)


def _addresses(resolver: Any, before: str = "/") -> Iterator[Address]:
    for url_pattern in resolver.url_patterns:
        route = before + _written(url_pattern.pattern)
        if isinstance(url_pattern, URLPattern):
            yield Address(route, url_pattern.callback)
        else:
            yield from _addresses(url_pattern, route)


def _written(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern))
    return re.sub(r"<(\w+)>", r"{\1}", simplify_regex(str(pattern))).lstrip("/")


ADDRESSES = [*_addresses(get_resolver("connector_kit.server.urls"))]
