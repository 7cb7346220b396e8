"""Shapes on the wire that the kit reads itself (protocol/resources.md); documents stay dicts."""

from typing import Any, NotRequired, TypedDict

from connector_kit.integrator.errors import ErrorEntry


class TokenInfo(TypedDict):
    """Whose token it is (protocol/http-api.md#1-base-authentication-headers)."""

    _userId: str
    scope: str


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


class Step(TypedDict):
    """One entry of ``integration.install``, framework 1.0 (protocol/resources.md#integration)."""

    name: str
    completed: NotRequired[bool]
    installerFunction: NotRequired[str]
    uninstallerFunction: NotRequired[str]
    installURL: NotRequired[str]
    _connectionId: NotRequired[str]


class StepAnswer(TypedDict):
    """What a step function says (protocol/http-api.md#81-framework-10)."""

    success: bool
    stepsToUpdate: NotRequired[list[Step]]
    resBody: NotRequired[Any]
    message: NotRequired[str]


class PingBody(TypedDict):
    """What a ping answers (protocol/README.md U25)."""

    code: NotRequired[int]
    errors: NotRequired[list[ErrorEntry]]
