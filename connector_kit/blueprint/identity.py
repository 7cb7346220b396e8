"""Lists whose items have an identity, so that they merge item by item.

Mappings are known by what they generate, page processors by the component they run, settings
fields by name (protocol/resources.md, protocol/settings-forms.md). Every other list is one value.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from connector_kit.blueprint.documents import Document, Json, referred

Fields = tuple[str, ...]
"""The fields that can identify an item; the first that it has does."""

_RUNS: Fields = ("_importId", "_exportId", "_toolId")

IDENTITIES: Mapping[str, tuple[Fields, ...]] = {
    "branches": (("name",),),
    "buildArrayHelper": (("extract",),),
    "encryptedFields": (("id",),),
    "fields": (("generate",), ("name",)),
    "flowGroupings": (("name",),),
    "flows": (("_id",),),
    "general": (("id",), ("title",)),
    "headers": (("name",),),
    "lists": (("generate",),),
    "lookups": (("name",),),
    "mappings": (("generate",),),
    "options": (("name",),),
    "pageGenerators": (("_exportId",),),
    "pageProcessors": (_RUNS,),
    "routers": (("id",),),
    "sections": (("id",), ("title",)),
    "settings": (("name",),),
    "unencryptedFields": (("id",),),
}
"""By the key that holds a list: the ways to identify its items, of which the first that fits."""


class Identity(NamedTuple):
    """What makes an item itself; *occurrence* counts items that are otherwise alike."""

    field: str
    value: str
    is_reference: bool
    occurrence: int = 0

    def __str__(self) -> str:
        """Return the label of the item in a path: ``generate=text``, ``new_orders``."""
        name = self.value if self.field.startswith("_") else f"{self.field}={self.value}"
        return f"{name}#{self.occurrence + 1}" if self.occurrence else name


Items = Mapping[Identity, Document]
"""A list whose items are known by identity, in its order."""


@dataclass(frozen=True)
class Identifier:
    """Knows the items of one list, in whatever version of the document it stands."""

    fields: Fields

    def items(self, values: Sequence[Document]) -> Items:
        """Return *values* by identity, in their order."""
        seen: Counter[Identity] = Counter()
        items: dict[Identity, Document] = {}
        for value in values:
            identity = self._of(value)
            if identity is None:
                raise ValueError(f"An item has none of {', '.join(self.fields)}.")
            items[identity._replace(occurrence=seen[identity])] = value
            seen[identity] += 1
        return items

    def fits(self, values: Sequence[Json]) -> bool:
        """Tell whether every one of *values* can be identified."""
        return all(isinstance(value, dict) and self._of(value) for value in values)

    def _of(self, value: Document) -> Identity | None:
        for field in self.fields:
            found = value.get(field)
            if isinstance(found, str):
                return Identity(field, found, is_reference=False)
            if (name := referred(found)) is not None:
                return Identity(field, name, is_reference=True)
        return None


def identifier(key: str, *versions: Sequence[Json]) -> Identifier | None:
    """Return what identifies the items of the list under *key* in all its *versions*.

    None when the list is one value: not in the table, or an item without identity in it.
    """
    ways = map(Identifier, IDENTITIES.get(key, ()))
    return next((way for way in ways if all(map(way.fits, versions))), None)
