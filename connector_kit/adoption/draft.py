"""Documents on their way to components: what they are called, what is left out, and why."""

from collections.abc import Iterator

from connector_kit.adoption.download import Download, Found
from connector_kit.adoption.naming import Names
from connector_kit.adoption.residue import residue
from connector_kit.blueprint import INTEGRATION, STACK, CompiledComponent
from connector_kit.blueprint.compile import owned_by_default
from connector_kit.blueprint.resources import referred_type
from connector_kit.documents import Document, Json, abstract
from connector_kit.documents.ids import is_id
from connector_kit.documents.walking import FREE_DATA_FIELDS, Path, leaves, strings, without


class Draft:
    """The components that a download makes so far.

    Cutting and dropping is how it changes; every step leaves a reason. *names* gives the
    attribute, or the context, for every id that may be referred to, *neighbors* what is known of
    documents that are no part of the integration. Unless *keep_samples*, samples
    are cut from the start.
    """

    def __init__(self, download: Download, *, keep_samples: bool = True) -> None:
        # An attribute of the same name as a text where ids belong would look quoted.
        quoted_names = {
            text
            for found in download.found
            for path, text in strings(found.document)
            if str(path[-1]).startswith("_")
        }
        self._free_names = Names(avoid=quoted_names)
        # Names do not depend on where the documents came from, nor on their order there.
        documents = sorted(
            download.found,
            key=lambda found: (found.resource, str(found.document.get("name") or ""), found.id),
        )
        self.found = dict(zip(self._free_names.of(documents), documents, strict=True))
        self.cuts = {
            name: residue(found.resource, found.document, keep_samples=keep_samples)
            for name, found in self.found.items()
        }
        self.neighbors = download.neighbors
        self.dropped: dict[str, str] = {}
        self.added: list[str] = []
        self.names: dict[str, str] = {}
        identity = download.integration.get("_id")
        if isinstance(identity, str) and is_id(identity):
            self.names[identity] = INTEGRATION
        for found in documents:
            for path, text in strings(found.document):
                row = referred_type(path)
                if row and row.context == STACK and text:
                    self.names[text] = STACK
        self.names |= {found.id: name for name, found in self.found.items() if found.id}
        self._compiled: dict[str, CompiledComponent] = {}

    def settings(self, name: str) -> Iterator[tuple[Path, str]]:
        """Yield every text in what is left of the configuration of *name*, with its path."""
        return strings(self.found[name].document, self.cuts[name])

    def fields(self, name: str) -> Iterator[tuple[Path, Json]]:
        """Yield every value in what is left of the configuration of *name*, with its path."""
        return leaves(self.found[name].document, self.cuts[name])

    def living(self) -> Iterator[tuple[str, Found]]:
        """Yield what has not been dropped, with its attribute."""
        return ((name, found) for name, found in self.found.items() if name not in self.dropped)

    def components(self) -> list[CompiledComponent]:
        """Return what is left as components."""
        components = []
        for name, found in self.living():
            if name not in self._compiled:
                document = symbolic(without(found.document, self.cuts[name]), self.names)
                owned = owned_by_default(found.resource, document)
                self._compiled[name] = CompiledComponent(
                    name, found.resource, document, owned, data=found.data
                )
            components.append(self._compiled[name])
        return components

    def cut(self, name: str, path: Path, reason: str) -> None:
        """Leave out the value at *path* of the component *name*."""
        self.cuts[name][path] = reason
        self._compiled.pop(name, None)

    def drop(self, name: str, reason: str) -> None:
        """Leave out the component *name*; references to it lead nowhere from now on."""
        self.dropped[name] = reason
        self.names.pop(self.found[name].id, None)
        self._compiled.clear()

    def attribute(self, title: str, kind: str) -> str:
        """Return a free attribute for what is no document, after its *title*."""
        return self._free_names.after(title, kind)

    def add(self, found: Found) -> None:
        """Take in one more document; its id can be referred to from now on."""
        name = self._free_names.make(found)
        self.found[name] = found
        self.added.append(name)
        self.cuts[name] = {}
        self.names[found.id] = name
        self._compiled.clear()


def symbolic(document: Document, names: dict[str, str]) -> Document:
    """Return *document* with names for ids, but for samples: what these hold is data."""
    return {
        key: abstract({key: value}, {} if key in FREE_DATA_FIELDS else names)[key]
        for key, value in document.items()
    }
