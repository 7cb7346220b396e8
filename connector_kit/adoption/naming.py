"""Names for Python from names for people."""

import keyword
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence

from connector_kit import storable
from connector_kit.adoption.download import Found
from connector_kit.adoption.source import MODULE_NAMES
from connector_kit.blueprint.declare import LISTING
from connector_kit.blueprint.resources import resource_type
from connector_kit.blueprint.slug import slug_from
from connector_kit.blueprint.wizard import SCRIPTED

_LONGEST = 60

_LONGEST_SLUG = storable.SLUG - len("-connector")
"""Characters; a class whose name would be a word of Python's has another word added."""

_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "ł": "l",
        "Ł": "L",
        "þ": "th",
        "Þ": "Th",
        "\u0131": "i",
        "&": " and ",
        "%": " percent ",
    }
)
"""Letters that Unicode does not take apart into a Latin letter and a mark, and a few signs."""


def attribute(name: str) -> str:
    """Return *name* as an attribute, ``New orders (EU)`` as ``new_orders_eu``.

    Empty when it has no letter or digit that can be kept.
    """
    return "_".join(_words(name)).lower()[:_LONGEST].strip("_")


def class_name(name: str) -> str:
    """Return *name* as the name of a class, ``Shopify - NetSuite`` as ``ShopifyNetSuite``."""
    joined = "".join(word[:1].upper() + word[1:] for word in _words(name))[:_LONGEST]
    if joined[:1].isdigit():
        joined = f"Connector{joined}"
    while len(slug_from(joined)) > _LONGEST_SLUG:
        joined = joined[:-1]
    return joined if is_class_name(joined) else f"{joined or 'Adopted'}Connector"


def is_class_name(name: str) -> bool:
    """Tell whether *name* can be the name of the connector's class."""
    return name.isidentifier() and not keyword.iskeyword(name) and name not in MODULE_NAMES


class Names:
    """Hands out attributes, all different whatever the case; *avoid* are no good for one."""

    def __init__(self, avoid: Collection[str] = ()) -> None:
        self._taken = {name.casefold() for name in (*avoid, *MODULE_NAMES, *LISTING, *SCRIPTED)}
        self._numbers: dict[str, int] = defaultdict(lambda: 1)

    def of(self, found: Sequence[Found]) -> list[str]:
        """Return an attribute for each of *found*, in their order.

        An external id that is a readable attribute stays one; the rest are named after the
        documents.
        """
        kept = []
        for entry in found:
            name = entry.document.get("externalId")
            is_short = isinstance(name, str) and len(name) <= _LONGEST
            kept.append(self.take(str(name)) if is_short else None)
        return [name or self.make(entry) for name, entry in zip(kept, found, strict=True)]

    def take(self, name: str) -> str | None:
        """Return *name* and keep it from others; None when it cannot be had."""
        if not is_attribute(name) or name.casefold() in self._taken:
            return None
        self._taken.add(name.casefold())
        return name

    def make(self, found: Found) -> str:
        """Return a name after *found*'s own, told apart by its kind or a number where needed."""
        kind = resource_type(found.resource).noun.replace(" ", "_")
        return self.after(str(found.document.get("name") or ""), kind)

    def after(self, title: str, kind: str) -> str:
        """Return a name after the *title* of something of a *kind*."""
        base = attribute(title)
        if not base or base[0].isdigit():
            base = f"{kind}_{base or 1}"
        of_kind = base if kind in base.split("_") else f"{base}_{kind}"
        name, stem = self.take(base) or self.take(of_kind), of_kind.removesuffix("_1")
        while name is None:
            self._numbers[stem] += 1
            name = self.take(f"{stem}_{self._numbers[stem]}")
        return name


def is_attribute(name: str) -> bool:
    """Tell whether *name* can be an attribute of a class, just as it is."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("__")
        and unicodedata.normalize("NFKC", name) == name
    )


def _words(name: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    text = decomposed.encode("ascii", "ignore").decode()
    text = re.sub("['\u2019]", "", text)
    words = re.findall(r"[A-Za-z0-9]+", text)
    if len(words) > 1:  # each stays as it is: NetSuite
        return words
    return re.findall(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+", "".join(words))
