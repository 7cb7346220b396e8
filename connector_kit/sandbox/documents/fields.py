"""Which fields a document has, what kind of value each holds, and its type's name.

Only kinds that the platform itself must read are listed; everything else is stored as it is
(protocol/resources.md). Null means that a field is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from connector_kit.sandbox.http.errors import invalid_entry
from connector_kit.sandbox.http.wire import Document

_SHARED = """
    name:text description:text externalId:text sandbox:flag
    _connectorId:id _integrationId:id _templateId:id _sourceId:id
    settings:object settingsForm:object
"""
_FIELDS = {
    "connections": """
        type:text offline:flag assistant:text queues:list debugDate:date
        _borrowConcurrencyFromConnectionId:id _agentId:id pgp:object ssl:object
        http:object rest:object netsuite:object salesforce:object ftp:object s3:object
        rdbms:object mongodb:object dynamodb:object jdbc:object as2:object van:object
        filesystem:object mcp:object wrapper:object
    """,
    "exports": """
        adaptorType:text _connectionId:id type:text asynchronous:flag apiIdentifier:text
        pageSize:whole isLookup:flag oneToMany:flag pathToMany:text delta:object once:object
        test:object transform:object filter:object inputFilter:object hooks:object
        traceKeyTemplate:text dataURITemplate:text mockOutput:object skipRetries:flag
        webhook:object distributed:object http:object rest:object netsuite:object
        salesforce:object ftp:object s3:object file:object rdbms:object wrapper:object
    """,
    "imports": """
        adaptorType:text _connectionId:id apiIdentifier:text distributed:flag
        ignoreExisting:flag ignoreMissing:flag maxAttempts:whole oneToMany:flag pathToMany:text
        idLockTemplate:text traceKeyTemplate:text dataURITemplate:text skipRetries:flag
        blobKeyPath:text filter:object transform:object responseTransform:object
        mapping:object mappings:list lookups:list hooks:object http:object rest:object
        netsuite_da:object file:object ftp:object s3:object rdbms:object wrapper:object
    """,
    "flows": """
        disabled:flag schedule:text timezone:text _exportId:id _importId:id
        pageGenerators:list pageProcessors:list routers:list _runNextFlowIds:ids
        skipRetries:flag autoResolveMatchingTraceKeys:flag runPageGeneratorsInParallel:flag
        _flowGroupingId:id
    """,
    "integrations": """
        readme:text tag:text mode:text version:text updateInProgress:flag install:list
        installSteps:list uninstallSteps:list changeEditionSteps:list preSave:object
        initChild:object childDisplayName:text _parentId:id flowGroupings:list
        _registeredConnectionIds:ids
    """,
    "lookupcaches": "includeDataInTemplatesAndCloning:flag size:whole sizeInMB:text",
    "scripts": "content:text debugUntil:date",
    "stacks": "type:text server:object lambda:object",
    "iclients": """
        provider:text oauth2:object netsuite:object salesforce:object amazonmws:object
        ebay:object published:flag
    """,
    "connectors": """
        imageURL:text websiteURL:text contactEmail:text helpURL:text handle:text published:flag
        managed:flag applications:list _stackId:id installerFunction:text
        uninstallerFunction:text updateFunction:text preUninstallFunction:text
        externalInstallerFunction:text _iClientIdMap:list _sharedImportIds:ids
        _sharedExportIds:ids oAuthServerFlow:object framework:text twoDotZero:object
        trialEnabled:flag trialPeriod:whole _trialLicenseId:id
    """,
    "templates": """
        imageURL:text websiteURL:text contactEmail:text published:flag applications:list
    """,
    "accesstokens": """
        fullAccess:flag _connectionIds:ids _exportIds:ids _importIds:ids _apiIds:ids
        autoPurgeAt:date
    """,
    "jobs": """
        type:text status:text _flowId:id _exportId:id _importId:id _flowJobId:id
        _parentJobId:id _retryOfJobId:id _bulkJobId:id numSuccess:whole numError:whole
        numIgnore:whole numExport:whole numResolved:whole oIndex:whole retriable:flag
        startedAt:date endedAt:date files:list
    """,
}
_WORDS = {
    "text": "a text",
    "id": "an id, as a text",
    "date": "a date",
    "ids": "an array of ids",
    "flag": "true or false",
    "whole": "a number",
    "object": "an object",
    "list": "an array",
}
MODELS = {
    "connections": "Connection",
    "exports": "Export",
    "imports": "Import",
    "flows": "Flow",
    "integrations": "Integration",
    "scripts": "Script",
    "stacks": "Stack",
    "asynchelpers": "AsyncHelper",
    "filedefinitions": "FileDefinition",
    "lookupcaches": "LookupCache",
    "tools": "Tool",
    "mcpservers": "McpServer",
    "ediprofiles": "EdiProfile",
    "connectors": "Connector",
    "templates": "Template",
    "iclients": "IClient",
    "agents": "Agent",
    "apis": "Api",
    "accesstokens": "AccessToken",
}


@cache
def kinds(resource: str) -> dict[str, str]:
    """Return the kind of each known field of a document of this type."""
    fields = _SHARED + _FIELDS.get(resource, "")
    return dict(field.split(":") for field in fields.split())


def wrong_kinds(resource: str, document: Document) -> Iterator[Document]:
    """Yield an entry for each field of *document* that holds the wrong kind of value."""
    known = kinds(resource)
    for name, value in document.items():
        kind = known.get(name)
        if kind and value is not None and not _HOLDS[kind](value):
            yield invalid_entry(name, f"must be {_WORDS[kind]}")


def model_of(resource: str) -> str:
    """Return the name of a type of documents: ``Export`` of ``exports``."""
    return MODELS.get(resource, resource)


_HOLDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "id": lambda value: isinstance(value, str),
    "date": lambda value: isinstance(value, (str, int, float)) and not isinstance(value, bool),
    "ids": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "flag": lambda value: isinstance(value, bool),
    "whole": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
}
