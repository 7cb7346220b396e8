"""The components that an author declares, and how they refer to each other.

A component is what was written, nothing more: whether it makes sense is decided when the whole
connector is examined, so that all mistakes come to light together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Unpack

from connector_kit.blueprint.fields import (
    ApiFields,
    AsyncHelperFields,
    ConnectionFields,
    EdiProfileFields,
    ExportFields,
    FileDefinitionFields,
    IClientFields,
    ImportFields,
    LookupCacheFields,
    McpServerFields,
    ScriptFields,
    ToolFields,
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

    marks: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """The fields, and their values, by which documents of a class differ from others of the type:
    those that a declaration leaves out."""

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
        self.fields: Mapping[str, Any] = MappingProxyType({**name_field, **self.marks, **fields})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Connection(Component):
    """How to reach and log in to one application (protocol/resources.md#connection).

    *type* names the sub-object that holds the details: ``type="http", http={...}``. Secrets are not
    declared: the customer enters them at installation.
    """

    keywords = ("name", *ConnectionFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[ConnectionFields]) -> None:
        super().__init__("connections", name, **fields)


@dataclass(frozen=True)
class ScriptFunction:
    """A function of a script, as a hook, a filter, a transformation or a router names it."""

    script: "Script | Ref"
    name: str
    configuration: Mapping[str, Any] | None = None


class Script(Component):
    """JavaScript that the platform keeps and runs (protocol/resources.md#script)."""

    keywords = ("name", *ScriptFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[ScriptFields]) -> None:
        super().__init__("scripts", name, **fields)

    def function(
        self, name: str, *, configuration: Mapping[str, Any] | None = None
    ) -> ScriptFunction:
        """Return the script's function *name*, to be used as a hook, filter or transformation."""
        return ScriptFunction(self, name, configuration)


class LookupCache(Component):
    """Texts by key, for the lookups of exports and imports (protocol/platform-2026.md#10).

    *data* is what a new cache starts with. From then on its rows are the customer's: later versions
    add the keys that they are the first to have, unless the cache has them, and change no row.
    """

    keywords = ("name", *LookupCacheFields.__annotations__)

    def __init__(
        self,
        name: str | None = None,
        *,
        data: Mapping[str, str] | None = None,
        **fields: Unpack[LookupCacheFields],
    ) -> None:
        super().__init__("lookupcaches", name, **fields)
        self.data: Mapping[str, str] = {} if data is None else data


class Export(Component):
    """Takes records out of an application, or receives them (protocol/resources.md#export)."""

    keywords = ("name", *ExportFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[ExportFields]) -> None:
        super().__init__("exports", name, **fields)


class Lookup(Export):
    """An export that runs as a step of a flow, once for every record."""

    marks = MappingProxyType({"is_lookup": True})


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
        **fields: Unpack[ImportFields],
    ) -> None:
        super().__init__("imports", name, **fields)
        self.required_mappings = required_mappings
        self.locked_mappings = locked_mappings


class Tool(Component):
    """Steps behind one name, for agents, MCP servers, APIs, and flows.

    Every branch of *routers* leads to the next router or to ``"outputRouter"``
    (protocol/platform-2026.md#9).
    """

    keywords = ("name", *ToolFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[ToolFields]) -> None:
        super().__init__("tools", name, **fields)


class Api(Component):
    """An address that answers requests, by a script or by routers (protocol/platform-2026.md#9).

    With *type* ``"script"``, *script* is a script's function; with ``"builder"``, *builder* has the
    request, the routers, and the responses.
    """

    keywords = ("name", *ApiFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[ApiFields]) -> None:
        super().__init__("apis", name, **fields)


class McpServer(Component):
    """Tools and APIs under one address, for AI clients (protocol/platform-2026.md#9).

    Entries of *tools* and *apis* refer to components: ``{"_toolId": tool, "name": "get_order"}``.
    It and its entries are disabled unless ``"disabled": False`` says otherwise.
    """

    keywords = ("name", *McpServerFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[McpServerFields]) -> None:
        super().__init__("mcpservers", name, **fields)


class AsyncHelper(Component):
    """How to wait for an application that answers later (protocol/resources.md)."""

    keywords = ("name", *AsyncHelperFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[AsyncHelperFields]) -> None:
        super().__init__("asynchelpers", name, **fields)


class FileDefinition(Component):
    """The layout of an EDI or fixed-width file (protocol/platform-2026.md#10)."""

    keywords = ("name", *FileDefinitionFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[FileDefinitionFields]) -> None:
        super().__init__("filedefinitions", name, **fields)


class EdiProfile(Component):
    """How to exchange EDI documents with one partner (protocol/platform-2026.md#10)."""

    keywords = ("name", *EdiProfileFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[EdiProfileFields]) -> None:
        super().__init__("ediprofiles", name, **fields)


class IClient(Component):
    """An OAuth application or key pair that connections log in with (protocol/platform-2026.md#5).

    Secrets are not declared: the customer enters them. To share an iClient of your own account
    with every customer, name it in the connector's `iclients` instead.
    """

    keywords = ("name", *IClientFields.__annotations__)

    def __init__(self, name: str | None = None, **fields: Unpack[IClientFields]) -> None:
        super().__init__("iclients", name, **fields)


class AiAgent(Import):
    """A step that asks a model (protocol/platform-2026.md#7): *ai_agent* says which, and how.

    Its tools refer to components: ``{"type": "tool", "tool": {"_toolId": tool}}``. Without a
    *connection* it uses the platform's own account with the provider.
    """

    marks = MappingProxyType({"adaptor_type": "AiAgentImport"})


class Guardrail(Import):
    """A step that stops what a model or a person must not see (protocol/platform-2026.md#7)."""

    marks = MappingProxyType({"adaptor_type": "GuardrailImport"})
