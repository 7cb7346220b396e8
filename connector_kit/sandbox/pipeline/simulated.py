"""Which fields of exports, imports, and flows change a run here, and which are refused.

Each field of protocol/schemas-2026.json is in one of three classes. *Simulated* ones do what the
platform's page says. *Without influence* are those that change no run: names, forms, what only the
web pages or a request to a listener read. All others are *refused*, with 501, where a document sets
them and the run would need them: nothing is passed over in silence. Abstract flows, and parts of
applications that the sandbox does not reach (``netsuite``, ``ftp``, …), are refused *elsewhere*.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.unsimulated import FIELDS, not_simulated


@dataclass(frozen=True)
class Classes:
    """The fields of one kind of object, as texts of names."""

    simulated: str = ""
    without_influence: str = ""
    refused: str = ""
    elsewhere: str = ""


CLASSES = {
    "exports": Classes(
        simulated="_connectionId adaptorType type pageSize dataURITemplate traceKeyTemplate "
        "oneToMany pathToMany delta test once simple rest http wrapper filter inputFilter "
        "transform hooks settings mockOutput _integrationId _connectorId skipRetries "
        "sampleData lookups",
        without_influence="name description isLookup webhook distributed settingsForm preSave "
        "externalId sampleHeaders asynchronous sandbox _postParseListenerId",
        refused="groupByFields parsers mappings _ediProfileId file",
        elsewhere="filesystem salesforce as2 dynamodb ftp jdbc mongodb netsuite rdbms s3",
    ),
    "exports.http": Classes(
        simulated="method relativeURI headers requestMediaType body once paging response",
        without_influence="formType isRest _httpConnectorVersionId _httpConnectorResourceId "
        "_httpConnectorEndpointId",
        refused="type successMediaType errorMediaType _asyncHelperId sendAuthForFileDownloads",
    ),
    "exports.http.paging": Classes(
        simulated="method page skip token path pathLocation pathAfterFirstRequest relativeURI "
        "body linkHeaderRelation resourcePath lastPageStatusCode lastPagePath lastPageValues "
        "maxPagePath maxCountPath",
    ),
    "exports.http.response": Classes(
        simulated="resourcePath successPath successValues errorPath failPath failValues",
        without_influence="resourceIdPath",
        refused="allowArrayforSuccessPath twoDArray blobFormat",
    ),
    "exports.rest": Classes(
        simulated="relativeURI method postBody resourcePath headers pagingMethod nextPagePath "
        "linkHeaderRelation nextPageRelativeURI pagingPostBody maxPagePath maxCountPath "
        "successPath successValues lastPageStatusCode lastPagePath lastPageValue once",
        without_influence="_httpConnectorVersionId _httpConnectorResourceId "
        "_httpConnectorEndpointId http allowUndefinedResource",
        refused="pageArgument skipArgument blobFormat",
    ),
    "imports": Classes(
        simulated="_connectionId _integrationId _connectorId adaptorType http rest wrapper "
        "ignoreExisting ignoreMissing idLockTemplate dataURITemplate oneToMany pathToMany "
        "filter traceKeyTemplate hooks responseTransform mapping mappings lookups settings "
        "skipRetries transform",
        without_influence="externalId name description unencrypted sampleData distributed "
        "maxAttempts assistant assistantMetadata useTechAdaptorForm distributedAdaptorData "
        "mockResponse sampleResponseData modelMetadata settingsForm preSave sandbox",
        refused="blobKeyPath blob deleteAfterImport parsers _ediProfileId file",
        elsewhere="as2 dynamodb ftp jdbc mongodb netsuite netsuite_da rdbms s3 salesforce "
        "filesystem aiAgent guardrail",
    ),
    "imports.http": Classes(
        simulated="sendPostMappedData requestMediaType batchSize requestType relativeURI "
        "method body existingExtract existingLookupName ignoreExtract ignoreLookupName "
        "headers response lookups",
        without_influence="isRest formType _httpConnectorEndpointIds _httpConnectorVersionId "
        "_httpConnectorResourceId _httpConnectorEndpointId",
        refused="strictHandlebarEvaluation type blobFormat successMediaType errorMediaType "
        "ignoreEmptyNodes endPointBodyLimit _asyncHelperId",
    ),
    "imports.http.response": Classes(
        simulated="resourcePath resourceIdPath successPath successValues failPath failValues "
        "errorPath",
        refused="allowArrayforSuccessPath hasHeader",
    ),
    "imports.rest": Classes(
        simulated="relativeURI method requestType body headers responseIdPath successPath "
        "successValues ignoreLookupName ignoreExtract lookups",
        without_influence="_httpConnectorVersionId _httpConnectorResourceId "
        "_httpConnectorEndpointId _httpConnectorEndpointIds",
        refused="blobFormat",
    ),
    "flows": Classes(
        simulated="_integrationId schedule timezone disabled skipRetries pageGenerators "
        "pageProcessors routers _runNextFlowIds _runNextExportIds settings _connectorId "
        "autoResolveMatchingTraceKeys _exportId _importId",
        without_influence="name description runPageGeneratorsInParallel overridesHelper "
        "hidden _flowGroupingId externalId logging settingsForm sandbox",
        refused="_keepDeltaBehindFlowId _keepDeltaBehindExportId",
        elsewhere="isAbstract _abstractFlowId overrides",
    ),
    "flows.page-generator": Classes(
        simulated="_exportId skipRetries",
        without_influence="setupInProgress __startDateHelper",
        refused="schedule _keepDeltaBehindFlowId _keepDeltaBehindExportId",
    ),
    "flows.page-processor": Classes(
        simulated="type _exportId _importId proceedOnFailure responseMapping hooks",
        without_influence="setupInProgress",
    ),
    "flows.router": Classes(
        simulated="id routeRecordsTo routeRecordsUsing script branches nextRouterId",
        without_influence="name",
    ),
    "flows.branch": Classes(
        simulated="inputFilter pageProcessors nextRouterId name",
        without_influence="description",
    ),
}

HARMLESS = {
    "successMediaType": ("json", "plaintext"),
    "errorMediaType": ("json", "plaintext"),
    "type": ("records",),
}
"""Values of refused fields that ask for nothing but what is done anyway."""
_REFUSED = {place: tuple(classes.refused.split()) for place, classes in CLASSES.items()}


def check_fields(place: str, document: Document) -> None:
    """Raise `Refusal` 501 for a field that *document*, an object of *place*, must not set."""
    for name in _REFUSED[place]:
        value = document.get(name)
        if value in (None, False, "", [], {}) or value in HARMLESS.get(name, ()):
            continue
        if not isinstance(value, dict) or any(_has_value(inner) for inner in value.values()):
            raise not_simulated(FIELDS, f"{place}.{name}")


def check_request(resource: str, details: Document, kind: str) -> None:
    """The same for what an export or import asks an application: its ``http`` or ``rest``."""
    check_fields(f"{resource}.{kind}", details)
    response = details.get("response")
    if kind == "http" and isinstance(response, dict):
        check_fields(f"{resource}.http.response", response)


def _has_value(value: object) -> bool:
    return value not in (None, False, "", [], {})
