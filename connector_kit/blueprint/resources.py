"""What the kit knows of the platform's resource types: one row each.

A row says what declarations, plans, adoption and redaction need to know. A new type is a row here
and, for authors to declare it by, a class in `components` with its fields in `fields`; until it has
a class, ``Component("agents", ...)`` declares one. References and secrets are those of the
platform's schemas (schemas/platform.json), as tests/blueprint/platform-facts.json keeps them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connector_kit.blueprint.components import (
    AiAgent,
    Api,
    AsyncHelper,
    Component,
    Connection,
    EdiProfile,
    Export,
    FileDefinition,
    Guardrail,
    IClient,
    Import,
    Lookup,
    LookupCache,
    McpServer,
    Script,
    Tool,
)
from connector_kit.blueprint.flows import Flow
from connector_kit.documents.walking import Path, field_of

INTEGRATION = "@integration"
"""The name of the installation itself, and of the component that describes it."""

CONNECTOR = "@connector"
"""The name of the connector's record in the marketplace."""

STACK = "@stack"
"""The name of the stack that runs the connector's Python functions."""

_AFTER_SCRIPTS = 2


@dataclass(frozen=True)
class ResourceType:
    """One of the platform's kinds of documents.

    *path* is its word in addresses, *noun* what people call one. *ids* are the fields, in documents
    of any type, that hold the id of one, or a list of ids; the first is the usual one. Where a
    field's name leaves open what it refers to, the fields around it come first.
    """

    path: str
    noun: str
    ids: tuple[str, ...]
    declared_as: type[Component] | None = None
    """The class for authors."""
    variants: tuple[type[Component], ...] = ()
    """Classes for documents of the type that have certain fields (`Component.marks`)."""
    rank: int = _AFTER_SCRIPTS
    """Components of a lower rank are created first, as far as references allow."""
    is_rare: bool = False
    """Whether few connectors have any, and some accounts refuse to list them: an uninstall looks
    only for those that it knows of."""
    is_component: bool = False
    """Whether an adopted integration keeps them; others belong to an account or a publisher."""
    is_shared: bool = False
    """Whether an id means the same in every account: the platform's descriptions of applications,
    and what a publisher shares with the install base (protocol/platform-2026.md#15, P12)."""
    context: str = ""
    """The name by which components refer to the one that every installation has."""
    secrets: frozenset[str] = frozenset()
    """Dotted paths of values that the platform accepts and never shows."""

    @property
    def has_names(self) -> bool:
        """Whether a symbolic document holds a name where one of these is referred to."""
        return bool(self.context) or not self.is_shared


def _rare(
    path: str,
    noun: str,
    field: str,
    declared_as: type[Component],
    rank: int = _AFTER_SCRIPTS,
    secrets: frozenset[str] = frozenset(),
) -> ResourceType:
    return ResourceType(
        path,
        noun,
        (field,),
        declared_as=declared_as,
        rank=rank,
        is_rare=True,
        is_component=True,
        secrets=secrets,
    )


def _under(place: str, names: str) -> list[str]:
    return [f"{place}.{name}" for name in names.split()]


_OAUTH = (
    "clientSecret password pkceCodeVerifier"
    " oauth1.accessToken oauth1.consumerPrivateKey oauth1.consumerSecret oauth1.tokenSecret"
)
_CERTIFICATE = "ca cert key passphrase"

_CONNECTION_SECRETS = frozenset(
    [
        *_under("as2", "encrypted.userPrivateKey"),
        *_under("as2.partnerStationInfo.auth", "basic.password token.refreshToken token.token"),
        *_under("dynamodb", "aws.secretAccessKey"),
        *_under("ftp", "authKey password pgpDecryptKey pgpEncryptKey pgpPassphrase"),
        *_under("http", "encrypted"),
        *_under("http.auth", "basic.password token.refreshToken token.token"),
        *_under("http.auth.jwt", "privateKey secret token"),
        *_under("http.auth.oauth", _OAUTH),
        *_under("http.clientCertificates", "key passphrase pfx"),
        *_under("jdbc", "password wallet"),
        *_under("mcp.http", "encrypted auth.token.refreshToken auth.token.token"),
        *_under("mcp.http.auth.oauth", _OAUTH),
        *_under("mongodb", "password"),
        *_under("netsuite", "password tokenId tokenSecret"),
        *_under("pgp", "passphrase privateKey"),
        *_under("rdbms", "key passphrase password"),
        *_under("rdbms", "bigquery.privateKey redshift.aws.secretAccessKey"),
        *_under("rdbms.ssl", _CERTIFICATE),
        *_under("rest", "basicAuth.password bearerToken refreshToken"),
        *_under("rest.oauth", _OAUTH),
        *_under("s3", "secretAccessKey"),
        *_under("salesforce", "bearerToken refreshToken"),
        *_under("ssl", _CERTIFICATE),
        *_under("wrapper", "encrypted"),
    ]
)

_ICLIENT_SECRETS = frozenset(
    [
        *_under("amazonmws", "secretKey"),
        *_under("azureserviceprincipal", "clientSecret"),
        *_under("ebay", "certId"),
        *_under("jwt", "privateKey secret"),
        *_under("netsuite", "consumerKey consumerSecret"),
        *_under("oauth2", "auth.queryParameters clientSecret encrypted password"),
        *_under("salesforce", "clientSecret privateKey"),
    ]
)

_ROWS = (
    ResourceType(
        "connections",
        "connection",
        (
            *("_connectionId", "_borrowConcurrencyFromConnectionId", "_mcpConnectionId"),
            "_registeredConnectionIds",
            *_under("overrides.connections", "_id _abstractId"),
            "overridesHelper.connections._abstractId",
        ),
        declared_as=Connection,
        rank=0,
        is_component=True,
        secrets=_CONNECTION_SECRETS,
    ),
    ResourceType(
        "scripts",
        "script",
        ("_scriptId",),
        declared_as=Script,
        rank=1,
        is_component=True,
    ),
    _rare("lookupcaches", "lookup cache", "_lookupCacheId", LookupCache),
    _rare("asynchelpers", "async helper", "_asyncHelperId", AsyncHelper),
    _rare("filedefinitions", "file definition", "_fileDefinitionId", FileDefinition),
    _rare("ediprofiles", "EDI profile", "_ediProfileId", EdiProfile),
    ResourceType(
        "exports",
        "export",
        (
            *("_exportId", "_keepDeltaBehindExportId", "_postParseListenerId"),
            *_under("overrides.exports", "_id _abstractId"),
            "overridesHelper.exports._abstractId",
        ),
        declared_as=Export,
        variants=(Lookup,),
        rank=3,
        is_component=True,
        secrets=frozenset(
            ["distributed.bearerToken", *_under("webhook", "key password token")],
        ),
    ),
    ResourceType(
        "imports",
        "import",
        ("_importId", "overrides.imports._abstractId", "overridesHelper.imports._abstractId"),
        declared_as=Import,
        variants=(AiAgent, Guardrail),
        rank=3,
        is_component=True,
    ),
    ResourceType(
        "flows",
        "flow",
        ("_flowId", "_abstractFlowId", "_keepDeltaBehindFlowId", "_runNextFlowIds"),
        declared_as=Flow,
        rank=4,
        is_component=True,
    ),
    ResourceType("agents", "agent", ("_agentId",)),
    _rare("tools", "tool", "_toolId", Tool, rank=4),
    _rare("apis", "API", "_apiId", Api, rank=4, secrets=frozenset(["shipworks.password"])),
    _rare("mcpservers", "MCP server", "_mcpServerId", McpServer, rank=5),
    ResourceType("connectors", "connector", ("_connectorId",), context=CONNECTOR),
    ResourceType(
        "httpconnectors",
        "HTTP connector",
        (
            *("_httpConnectorId", "_httpConnectorApiId", "_httpConnectorVersionId"),
            *("_httpConnectorResourceId", "_httpConnectorEndpointId", "_httpConnectorEndpointIds"),
        ),
        is_shared=True,
    ),
    ResourceType(
        "iclients",
        "iClient",
        ("_iClientId", "_iClientIds"),
        declared_as=IClient,
        rank=0,
        is_rare=True,
        is_shared=True,
        secrets=_ICLIENT_SECRETS,
    ),
    ResourceType(
        "integrations", "integration", ("_integrationId", "_parentId"), context=INTEGRATION
    ),
    ResourceType("stacks", "stack", ("_stackId",), is_shared=True, context=STACK),
    ResourceType(
        "tradingpartnerconnectors",
        "trading partner connector",
        ("_tpConnectorId",),
        is_shared=True,
    ),
)

TYPES: Mapping[str, ResourceType] = {row.path: row for row in _ROWS}
"""Every type that the kit knows, by path word. Other types can be declared, too."""

DECLARED = tuple(row.path for row in sorted(_ROWS, key=lambda row: row.rank) if row.declared_as)
"""The types that authors have classes for, in the order in which they use each other."""

COMMON = tuple(path for path in DECLARED if not TYPES[path].is_rare)
"""Those of them of which nearly every installation has documents."""

CONTEXTS = frozenset(row.context for row in _ROWS if row.context)

_BY_FIELDS = {tuple(fields.split(".")): row for row in _ROWS for fields in row.ids}
_LENGTHS = sorted({len(fields) for fields in _BY_FIELDS}, reverse=True)
_REFERENCE = re.compile(r"_\w+Ids?")

AUTHORS_OWN = frozenset({"configuration", "mapping", "mappings", "settings"})
"""Parts in which keys are the author's, whatever they look like."""

_OF_PARTS = frozenset({"_abstractId", "_conditionIds"})
"""Ids of parts of the same document, wherever the table does not say otherwise."""


def resource_type(path: str) -> ResourceType:
    """Return what is known of the type *path*: almost nothing if it has no row."""
    return TYPES.get(path) or ResourceType(path, path.removesuffix("s"), ())


def referred_type(path: Path) -> ResourceType | None:
    """Return the type whose ids the field at *path* holds, None when that is not known."""
    if not field_of(path).startswith("_") or AUTHORS_OWN.intersection(path):
        return None
    fields = tuple(part for part in path if isinstance(part, str))
    ends = (_BY_FIELDS.get(fields[-length:]) for length in _LENGTHS)
    return next((row for row in ends if row), None)


def names_reference(path: Path) -> bool:
    """Tell whether the field at *path* holds an id, or a list of them."""
    if referred_type(path):
        return True
    field = field_of(path)
    return _REFERENCE.fullmatch(field) is not None and field not in _OF_PARTS
