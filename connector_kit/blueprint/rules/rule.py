"""What a rule is, and what rules look at in a document."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.problems import Finding
from connector_kit.documents import Document

Components = Mapping[str, CompiledComponent]
Words = tuple[str, str]
"""What is wrong, and what to do."""

Check = Callable[[CompiledComponent, Components], Iterator[Words]]


@dataclass(frozen=True)
class Rule:
    """One requirement of the platform. *source* says where it is documented.

    Ids that begin with E are structural: the platform cannot hold such a document. Vocabularies
    and limits, which grow with the platform's editions, are warnings (W).
    """

    id: str
    source: str
    check: Check

    def findings(self, component: CompiledComponent, components: Components) -> Iterator[Finding]:
        """Yield what the rule finds in *component*, one of *components*."""
        for message, hint in self.check(component, components):
            yield Finding(self.id, message, hint)


def nested(document: Document, key: str) -> Document:
    """Return the object under *key*, an empty one when there is none."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def entries(document: Document, key: str) -> list[Document]:
    """Return the objects in the list under *key*; empty when there is no list."""
    value = document.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
