"""The components that an author declares, and how they refer to each other.

A component is what was written, nothing more: whether it makes sense is decided when the whole
connector is examined, so that all mistakes come to light together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Unpack

from connector_kit.blueprint.fields import (
    ConnectionFields,
    ExportFields,
    ImportFields,
    ScriptFields,
)
from connector_kit.blueprint.offers import AddOn, Edition


@dataclass(frozen=True)
class Ref:
    """A reference by name: forward, to an attribute declared further down in the class.

    ``Ref("@stack")``, ``Ref("@integration")`` and ``Ref("@connector")`` mean the stack that runs
    the connector's functions, the installation, and the connector's own record.
    """

    name: str


class Component:
    """A document of any resource type; the attribute that holds it names it (``externalId``).

    *resource* is the path word (``asynchelpers``). Keywords are the document's top-level fields in
    Python's spelling; *wire* holds further ones exactly as they are sent. *customer_owns* lists
    dotted paths, in the platform's spelling, that the customer decides; None means the default of
    the resource: everything under a connection's type, nothing elsewhere.
    *edition* and *add_on*, declared in the same class or named, say which installations get it;
    *per_store* that they get it once for every store.
    Components are compared by identity: two exports may well look alike.
    """

    keywords: ClassVar[tuple[str, ...]] = ()
    """The fields of a class's documents, in Python's spelling."""

    def __init__(
        self,
        resource: str,
        name: str | None = None,
        *,
        customer_owns: Sequence[str] | None = None,
        wire: Mapping[str, Any] | None = None,
        edition: Edition | str | None = None,
        add_on: AddOn | str | None = None,
        per_store: bool = False,
        **fields: Any,
    ) -> None:
        self.resource = resource
        self.edition = edition
        self.add_on = add_on
        self.per_store = per_store
        self.name = name
        self.customer_owns = customer_owns
        self.wire: Mapping[str, Any] = wire or {}
        name_field = {} if name is None else {"name": name}
        self.fields: Mapping[str, Any] = MappingProxyType({**name_field, **fields})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Connection(Component):
    """How to reach and log in to one application (protocol/resources.md#connection).

    *type* names the sub-object that holds the details: ``type="http", http={...}``. Secrets are not
    declared: the customer enters them at installation.
    """

    keywords = ("name", "type", *ConnectionFields.__annotations__)

    def __init__(
        self,
        name: str | None = None,
        *,
        type: str | None = None,  # noqa: A002  the platform's word
        customer_owns: Sequence[str] | None = None,
        wire: Mapping[str, Any] | None = None,
        **fields: Unpack[ConnectionFields],
    ) -> None:
        type_field = {} if type is None else {"type": type}
        super().__init__(
            "connections", name, customer_owns=customer_owns, wire=wire, **type_field, **fields
        )


@dataclass(frozen=True)
class ScriptFunction:
    """A function of a script, as a hook, a filter, a transformation or a router names it."""

    script: "Script | Ref"
    name: str
    configuration: Mapping[str, Any] | None = None


class Script(Component):
    """JavaScript that the platform keeps and runs (protocol/resources.md#script)."""

    keywords = ("name", "content", *ScriptFields.__annotations__)

    def __init__(
        self,
        name: str | None = None,
        *,
        content: str | None = None,
        customer_owns: Sequence[str] | None = None,
        wire: Mapping[str, Any] | None = None,
        **fields: Unpack[ScriptFields],
    ) -> None:
        content_field = {} if content is None else {"content": content}
        super().__init__(
            "scripts", name, customer_owns=customer_owns, wire=wire, **content_field, **fields
        )

    def function(
        self, name: str, *, configuration: Mapping[str, Any] | None = None
    ) -> ScriptFunction:
        """Return the script's function *name*, to be used as a hook, filter or transformation."""
        return ScriptFunction(self, name, configuration)


class Export(Component):
    """Takes records out of an application, or receives them (protocol/resources.md#export)."""

    keywords = ("name", *ExportFields.__annotations__)

    def __init__(
        self,
        name: str | None = None,
        *,
        customer_owns: Sequence[str] | None = None,
        wire: Mapping[str, Any] | None = None,
        **fields: Unpack[ExportFields],
    ) -> None:
        super().__init__("exports", name, customer_owns=customer_owns, wire=wire, **fields)


class Lookup(Export):
    """An export that runs as a step of a flow, once for every record."""

    def __init__(
        self,
        name: str | None = None,
        *,
        customer_owns: Sequence[str] | None = None,
        wire: Mapping[str, Any] | None = None,
        **fields: Unpack[ExportFields],
    ) -> None:
        marked: ExportFields = {"is_lookup": True, **fields}
        super().__init__(name, customer_owns=customer_owns, wire=wire, **marked)


class Import(Component):
    """Puts records into an application (protocol/resources.md#import).

    *required_mappings* cannot be deleted by customers, *locked_mappings* not be edited; a mapping
    is named by what it generates, in a list ``"lines[*].sku"``.
    """

    keywords = ("name", *ImportFields.__annotations__)

    def __init__(
        self,
        name: str | None = None,
        *,
        required_mappings: Sequence[str] = (),
        locked_mappings: Sequence[str] = (),
        customer_owns: Sequence[str] | None = None,
        wire: Mapping[str, Any] | None = None,
        **fields: Unpack[ImportFields],
    ) -> None:
        super().__init__("imports", name, customer_owns=customer_owns, wire=wire, **fields)
        self.required_mappings = required_mappings
        self.locked_mappings = locked_mappings
