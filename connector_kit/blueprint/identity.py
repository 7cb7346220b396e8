"""Lists whose items have an identity, so that they merge item by item.

Mappings are known by what they generate, page processors by the component they run, settings
fields by name, ids and names by themselves (protocol/resources.md, protocol/settings-forms.md,
protocol/platform-2026.md). Every other list is one value.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from connector_kit.documents import MASK, Document, Json, referred


class Identity(NamedTuple):
    """What makes an item itself; *occurrence* counts items that are otherwise alike.

    *field* is empty for an item that is an id or a name itself.
    """

    field: str
    value: str
    is_reference: bool
    occurrence: int = 0

    def __str__(self) -> str:
        """Return the label of the item in a path: ``generate=text``, ``new_orders``."""
        is_plain = not self.field or self.field.startswith("_")
        name = self.value if is_plain else f"{self.field}={self.value}"
        return f"{name}#{self.occurrence + 1}" if self.occurrence else name


_NAME_FIELDS = frozenset({"generate", "key", "name", "title"})

Items = Mapping[Identity, Json]
"""A list whose items are known by identity, in its order."""


@dataclass(frozen=True)
class Identifier:
    """Identifies the items of one list, in any version of the document.

    *fields* can identify an item; the first that it has does. Without *fields*, the items are ids
    or names, which identify themselves. A list that is not *is_ordered* is a set: the order of its
    items means nothing.
    """

    fields: tuple[str, ...] = ()
    is_ordered: bool = True

    @property
    def name(self) -> str | None:
        """The field by which people name an item, and may rename it; None if it has an id."""
        return next((field for field in self.fields if field in _NAME_FIELDS), None)

    def items(self, values: Sequence[Json]) -> Items:
        """Return *values* by identity, in their order; an id or a name counts once."""
        seen: Counter[Identity] = Counter()
        items: dict[Identity, Json] = {}
        for value, identity in zip(values, self.identities(values), strict=True):
            items[identity._replace(occurrence=seen[identity])] = value
            seen[identity] += 1 if self.fields else 0
        return items

    def identities(self, values: Sequence[Json]) -> list[Identity]:
        """Return the identity of each of *values*, which may be several times the same.

        Raises ValueError for a value that has none.
        """
        found = [(value, self._of(value)) for value in values]
        if any(identity is None for _, identity in found):
            raise ValueError(f"An item has none of {', '.join(self.fields) or 'the identities'}.")
        return [identity for _, identity in found if identity]

    def fits(self, values: Sequence[Json]) -> bool:
        """Tell whether every one of *values* can be identified."""
        return all(map(self._of, values))

    def _of(self, value: Json) -> Identity | None:
        if not self.fields:
            return _identity("", value) if value != MASK else None
        fields: Document = value if isinstance(value, dict) else {}
        found = (_identity(field, fields.get(field)) for field in self.fields)
        return next((identity for identity in found if identity), None)


def _identity(field: str, value: Json) -> Identity | None:
    if isinstance(value, str):
        return Identity(field, value, is_reference=False)
    name = referred(value)
    return None if name is None else Identity(field, name, is_reference=True)


def _by(*fields: str) -> Identifier:
    return Identifier(fields)


NAMES = Identifier()
"""Names whose order matters: the fields of a page's layout."""

SET = Identifier(is_ordered=False)
"""Ids or names whose order means nothing."""

IDENTITIES: Mapping[str, tuple[Identifier, ...]] = {
    "__listenerIdsToIndex": (SET,),
    "_conditionIds": (SET,),
    "_httpConnectorEndpointIds": (SET,),
    "_registeredConnectionIds": (SET,),
    "_runNextExportIds": (Identifier(("_exportId",), is_ordered=False),),
    "_runNextFlowIds": (SET,),
    "allowedPrompts": (SET,),
    "allowedTools": (SET,),
    "apis": (_by("name"),),
    "branches": (_by("_abstractId"), _by("name")),
    "buildArrayHelper": (_by("extract"),),
    "categories": (SET,),
    "columns": (SET,),
    "connections": (_by("_abstractId"),),
    "encryptedFields": (_by("id"),),
    "entities": (SET,),
    "executionContext": (SET,),
    "executionType": (SET,),
    "exports": (_by("_abstractId"),),
    "failValues": (SET,),
    "fields": (_by("generate"), _by("name"), NAMES),
    "fileSearchStoreNames": (SET,),
    "flowGroupings": (_by("name"),),
    "flows": (_by("_id"),),
    "general": (_by("id"), _by("title")),
    "groupByFields": (SET,),
    "headers": (_by("name"), _by("key")),
    "host": (SET,),
    "imports": (_by("_abstractId"),),
    "keyColumns": (SET,),
    "lastPageValues": (SET,),
    "lists": (_by("generate"),),
    "lookups": (_by("name"),),
    "mappings": (_by("generate"),),
    "nonEditableGenerateFields": (SET,),
    "options": (_by("name"),),
    "pageGenerators": (_by("_exportId"),),
    "pageProcessors": (_by("_importId", "_exportId", "_toolId"),),
    "pathParams": (_by("key"),),
    "pingFailureValues": (SET,),
    "pingSuccessValues": (SET,),
    "primaryKeys": (SET,),
    "projectionExpression": (SET,),
    "queryParams": (_by("key"),),
    "referencedFields": (SET,),
    "relatedLists": (_by("sObjectType"),),
    "required": (SET,),
    "requiredGenerateFields": (SET,),
    "responseModalities": (SET,),
    "responses": (_by("id"),),
    "routers": (_by("_abstractId"), _by("id")),
    "scope": (SET,),
    "sections": (_by("id"), _by("title")),
    "settings": (_by("name"),),
    "sublists": (SET,),
    "successValues": (SET,),
    "tokenPaths": (SET,),
    "tools": (_by("name"),),
    "unencryptedFields": (_by("id"),),
    "validDomainNames": (SET,),
}
"""By the key that holds a list: the ways to know its items, of which the first that fits."""


def identifier(key: str, *versions: Sequence[Json]) -> Identifier | None:
    """Return what identifies the items of the list under *key* in all its *versions*.

    None when the list is one value: not in the table, or an item without identity in it.
    """
    ways = IDENTITIES.get(key, ())
    return next((way for way in ways if all(map(way.fits, versions))), None)
