"""The fields that the vendor's published schemas have, and a sandbox with `strict_fields` keeps.

protocol/platform-2026.md and schemas-2026.json; types without a published schema keep all fields.
Connections, imports, flows, lookup caches and file definitions have an ``externalId``; exports,
scripts and the others have none (section 15, P2).
"""

from __future__ import annotations

from connector_kit.sandbox.documents import shaping
from connector_kit.sandbox.http.wire import Document

_PUBLISHED = {
    "connections": """
        name type externalId assistant _agentId _borrowConcurrencyFromConnectionId debugDate
        settingsForm settings pgp ssl netsuite salesforce ftp s3 http rdbms mongodb as2
        filesystem dynamodb jdbc van mcp wrapper rest autoRecoverRateLimitErrors
        _connectorId _integrationId sandbox
    """,
    "exports": """
        name description _connectionId adaptorType type pageSize dataURITemplate
        traceKeyTemplate oneToMany pathToMany isLookup groupByFields delta test once webhook
        distributed filesystem simple rest http file salesforce as2 dynamodb ftp jdbc
        mongodb netsuite rdbms s3 wrapper parsers filter inputFilter mappings transform
        hooks settingsForm settings mockOutput _ediProfileId _postParseListenerId preSave
        _integrationId _connectorId skipRetries sampleData sampleHeaders asynchronous
        lookups sandbox
    """,
    "imports": """
        _connectionId _integrationId _connectorId adaptorType externalId as2 dynamodb http
        ftp jdbc mongodb netsuite netsuite_da rdbms s3 wrapper salesforce file filesystem
        aiAgent guardrail name description unencrypted sampleData distributed maxAttempts
        ignoreExisting ignoreMissing idLockTemplate dataURITemplate oneToMany pathToMany
        blobKeyPath blob assistant deleteAfterImport assistantMetadata useTechAdaptorForm
        distributedAdaptorData filter traceKeyTemplate mockResponse _ediProfileId parsers
        hooks sampleResponseData responseTransform modelMetadata mapping mappings lookups
        settingsForm preSave settings skipRetries transform sandbox
    """,
    "flows": """
        name description _integrationId schedule timezone disabled skipRetries
        pageGenerators pageProcessors routers _runNextFlowIds _runNextExportIds settings
        _connectorId runPageGeneratorsInParallel autoResolveMatchingTraceKeys isAbstract
        _abstractFlowId overrides overridesHelper hidden _flowGroupingId
        _keepDeltaBehindFlowId _keepDeltaBehindExportId externalId logging settingsForm
        _exportId _importId sandbox
    """,
    "scripts": """
        name description content sandbox postResponseHookToProcessOnChildRecord
    """,
    "iclients": """
        name provider published enableJWT enableIClientReferences formType _httpConnectorId
        _httpConnectorApiId settings settingsForm oauth2 netsuite salesforce ebay amazonmws
        azureserviceprincipal awsIam jwt sandbox
    """,
    "tools": """
        name description _integrationId input output routers aiDescription sandbox
    """,
    "apis": """
        name description type version disabled script builder shipworks _integrationId
        sandbox
    """,
    "mcpservers": """
        name relativeURI description disabled tools apis sandbox
    """,
    "lookupcaches": """
        name description includeDataInTemplatesAndCloning externalId _integrationId sandbox
    """,
    "filedefinitions": """
        name description version format documentType globalId rules fixed delimited strict
        skipEmptyEndColDelimiter skipIntermittentEmptyLines escapeReleaseChar
        skipEDIValidation skipEDIProfileValidation externalId
    """,
    "ediprofiles": """
        name description fileType tpInterchangeId myInterchangeId controlNumber isa01 isa02
        isa03 isa04 tpIdQualifier myIdQualifier isa11 isa12 isa14 isa15 isa16 tpGroupId
        myGroupId gs07 gs08 unb010_0001 unb010_0002 versionNumber releaseNumber
        controllingAgency
    """,
    "tradingpartnerconnectors": """
        name published helpURL supportedBy
    """,
}

_SERVERS = frozenset({"_id", "createdAt", "lastModified", *shaping.ALWAYS_KEPT})
"""Fields of every document, whatever its schema says: they are the server's own."""


def published(resource: str) -> frozenset[str] | None:
    """Return the fields of a document of this type, None without a published schema."""
    fields = _PUBLISHED.get(resource)
    return None if fields is None else frozenset(fields.split())


def only_published(resource: str, document: Document) -> Document:
    """Return *document* without what the platform would drop in silence.

    A connector's documents keep their tag (P3, protocol/resources.md#fields-most-documents-share).
    """
    fields = published(resource)
    if fields is None:
        return document
    own = {*shaping.KEPT.get(resource, ()), *shaping.BY_PATCH_ONLY.get(resource, ())}
    tag = {"_integrationId"} if document.get("_connectorId") else set()
    kept = fields | _SERVERS | own | tag
    return {name: value for name, value in document.items() if name in kept}
