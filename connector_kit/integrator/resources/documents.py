"""Shapes on the wire that the kit reads itself (protocol/resources.md).

Documents stay dicts: fields that are not named here are kept, too.
"""

from typing import Any, NotRequired, TypedDict

from connector_kit.integrator.errors import ErrorEntry


class TokenInfo(TypedDict):
    """Whose token it is (protocol/http-api.md#1-base-authentication-headers)."""

    _userId: str
    scope: str


class Dependency(TypedDict):
    """A document that uses another one (protocol/http-api.md#4-connections)."""

    id: str
    name: NotRequired[str]


class InstallBaseEntry(TypedDict):
    """One installation of a connector, as its owner sees it (protocol/README.md U28)."""

    _integrationId: str
    name: NotRequired[str]
    email: NotRequired[str]
    version: NotRequired[str]
    updateInProgress: NotRequired[bool]
    sandbox: NotRequired[bool]
    tag: NotRequired[str]
    _parentId: NotRequired[str]


class License(TypedDict):
    """What entitles one user to one installation (protocol/resources.md#license)."""

    _id: NotRequired[str]
    email: NotRequired[str]
    expires: NotRequired[str]
    opts: NotRequired[dict[str, Any]]
    sandbox: NotRequired[bool]
    _integrationId: NotRequired[str]


class Tile(TypedDict):
    """An integration as the platform's start page shows it (protocol/http-api.md#7)."""

    _integrationId: str
    name: NotRequired[str]
    _connectorId: NotRequired[str]
    tag: NotRequired[str]
    numFlows: NotRequired[int]
    numError: NotRequired[int]
    offlineConnections: NotRequired[list[str]]
    sandbox: NotRequired[bool]


class Step(TypedDict):
    """One entry of ``integration.install``, framework 1.0 (protocol/resources.md#integration)."""

    name: str
    completed: NotRequired[bool]
    installerFunction: NotRequired[str]
    uninstallerFunction: NotRequired[str]
    installURL: NotRequired[str]
    _connectionId: NotRequired[str]


class StepAnswer(TypedDict):
    """The answer of a step function (protocol/http-api.md#81-framework-10)."""

    success: bool
    stepsToUpdate: NotRequired[list[Step]]
    resBody: NotRequired[Any]
    message: NotRequired[str]


class WizardStep(TypedDict):
    """One step of framework 2.0: installing, changing the edition, uninstalling.

    `type` is ``connection``, ``form``, ``url``, ``hidden``, ``stack`` and others; an unknown one is
    a step that is simply run (protocol/resources.md#integration, U32).
    """

    name: str
    type: NotRequired[str]
    completed: NotRequired[bool]
    function: NotRequired[str]
    form: NotRequired[dict[str, Any]]
    initFormFunction: NotRequired[str]
    url: NotRequired[str]
    getUrlFunction: NotRequired[str]
    sourceConnection: NotRequired[dict[str, Any]]
    _connectionId: NotRequired[str]
    _scriptId: NotRequired[str]


class PersistAnswer(TypedDict):
    """The answer of ``persistSettings`` (protocol/settings-forms.md#31-persistsettings)."""

    success: NotRequired[bool]
    pending: NotRequired[dict[str, Any]]
    settings: NotRequired[Any]
    _flowId: NotRequired[str]


class PingBody(TypedDict):
    """What a ping answers (protocol/README.md U25)."""

    code: NotRequired[int]
    errors: NotRequired[list[ErrorEntry]]


class ExportPage(TypedDict):
    """Records of a virtual or an invoked export (protocol/http-api.md#41).

    `dataURIs` has one entry per record, None where there is no link; `pagedExportState` leads to
    the next page and is signed: it goes back as it came.
    """

    data: list[Any]
    dataURIs: NotRequired[list[str | None]]
    pagedExportState: NotRequired[dict[str, Any]]


class PreviewStage(TypedDict):
    """What one stage of a previewed export had (protocol/http-api.md#5-exports-and-imports)."""

    name: str
    data: NotRequired[Any]
    errors: NotRequired[Any]


class Preview(TypedDict):
    """An export tried out: its records, and what every stage on the way to them had."""

    data: NotRequired[list[Any]]
    dataURIs: NotRequired[list[str | None]]
    stages: NotRequired[list[PreviewStage]]


class ImportResult(TypedDict):
    """The result of one record (protocol/http-api.md#42, protocol/extension.md#51).

    `statusCode` 200 is success, 422 an error of the data, 401 (2.0: 403) an offline connection;
    `ignored` was filtered or skipped; `_json` is the application's whole answer.
    """

    statusCode: int
    id: NotRequired[str]
    errors: NotRequired[list[ErrorEntry]]
    ignored: NotRequired[bool]
    _json: NotRequired[Any]
    dataURI: NotRequired[str]


class Job(TypedDict):
    """One execution of a flow, or of an export or import in it (protocol/resources.md#job).

    `status` is spelled ``canceled`` or ``cancelled`` (U26); `jobs.status_of` reads both. Dates are
    ISO 8601 in UTC. A completed job may have errors.
    """

    _id: str
    type: NotRequired[str]
    status: NotRequired[str]
    _integrationId: NotRequired[str]
    _flowId: NotRequired[str]
    _exportId: NotRequired[str]
    _importId: NotRequired[str]
    _flowJobId: NotRequired[str]
    _parentJobId: NotRequired[str]
    _retryOfJobId: NotRequired[str]
    _bulkJobId: NotRequired[str]
    numSuccess: NotRequired[int]
    numError: NotRequired[int]
    numIgnore: NotRequired[int]
    numExport: NotRequired[int]
    numResolved: NotRequired[int]
    numOpenError: NotRequired[int]
    percentComplete: NotRequired[float]
    retriable: NotRequired[bool]
    createdAt: NotRequired[str]
    startedAt: NotRequired[str]
    endedAt: NotRequired[str]
    children: NotRequired[list[dict[str, Any]]]


class JobError(TypedDict):
    """A failed record in the classic error management (protocol/resources.md#job-error-classic)."""

    code: NotRequired[str]
    message: NotRequired[str]
    source: NotRequired[str]
    createdAt: NotRequired[str]
    _retryId: NotRequired[str]
    _jobId: NotRequired[str]


class ErrorRecord(TypedDict):
    """A failed record in today's error management (protocol/resources.md#job-error-classic).

    `retryDataKey`, `traceKey` and `reqAndResKey` are keys of different things: of the data to
    retry, of the record, of the logged request.
    """

    errorId: str
    code: NotRequired[str]
    message: NotRequired[str]
    source: NotRequired[str]
    classification: NotRequired[str]
    occurredAt: NotRequired[str]
    resolvedAt: NotRequired[str]
    traceKey: NotRequired[str]
    retryDataKey: NotRequired[str]
    reqAndResKey: NotRequired[str]


class RetryData(TypedDict):
    """A failed record as it will be retried (protocol/http-api.md#61-errors-of-a-flow)."""

    data: Any
    stage: NotRequired[str]
    traceKey: NotRequired[str]


class ErrorCount(TypedDict):
    """How many open errors a step, or a flow, has (protocol/http-api.md#61-errors-of-a-flow)."""

    _expOrImpId: NotRequired[str]
    _flowId: NotRequired[str]
    numError: NotRequired[int]
    lastErrorAt: NotRequired[str]


class Clone(TypedDict):
    """A document that cloning made (protocol/http-api.md#51-clone); `model` as in ``Export``."""

    _id: str
    model: NotRequired[str]
    name: NotRequired[str]


class Subscription(TypedDict):
    """Who is told of the errors of what (protocol/resources.md#notification)."""

    _id: NotRequired[str]
    _integrationId: NotRequired[str]
    _flowId: NotRequired[str]
    _connectionId: NotRequired[str]
    subscribedByUser: NotRequired[dict[str, Any]]


class Change(TypedDict):
    """An entry of the account's change log (protocol/http-api.md#13)."""

    resourceType: NotRequired[str]
    _resourceId: NotRequired[str]
    _byUserId: NotRequired[str]
    source: NotRequired[str]
    action: NotRequired[str]
