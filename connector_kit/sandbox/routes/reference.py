"""Routes that the reference has and the sandbox does not answer yet: 501, and it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connector_kit.sandbox.errors import refuse
from connector_kit.sandbox.routes.call import Answer, Call

UNANSWERED = """
GET,DELETE          /connections/{id}/debug
GET                 /connections/{id}/debug/{resourceId}
POST                /connections/{id}/export
POST                /connections/{id}/export/pages
POST                /connections/{id}/import
POST                /connections/{id}/import/map
GET,POST,PUT,PATCH,DELETE  /connections/{id}/proxy
GET                 /connections/{id}/distributed
GET                 /connections/{id}/iclients
GET                 /connections/{id}/jobs
PUT                 /flows/{id}/replaceConnection
PUT                 /exports/{id}/replaceConnection
PUT                 /imports/{id}/replaceConnection
POST                /integrations/{id}/connections
PUT                 /integrations/{id}/connections/register
DELETE              /integrations/{id}/connections/{connectionId}/register

GET,PUT             /exports/{id}/distributed
POST                /exports/{id}/clone
POST                /exports/preview
POST                /integrations/{id}/exports/preview
POST                /integrations/{id}/flows/{flowId}/exports/preview
POST                /exports/{id}/invoke
GET,PUT             /imports/{id}/distributed
POST                /imports/{id}/clone
POST                /imports/{id}/map
POST                /imports/{id}/invoke
POST                /exports/{id}/settingsForm/init
POST                /imports/{id}/settingsForm/init
POST                /flows/{id}/settingsForm/init
POST                /connections/{id}/settingsForm/init
GET                 /exports/{id}/clone/preview
GET                 /imports/{id}/clone/preview
GET                 /flows/{id}/clone/preview
GET                 /integrations/{id}/clone/preview

POST                /flows/{id}/clone
POST                /flows/{id}/run
GET                 /flows/{id}/jobs/latest
GET                 /flows/{id}/lastExportDateTime
GET                 /flows/{id}/template
GET                 /flows/{id}/errors
GET                 /integrations/{id}/errors
GET                 /flows/{id}/{step}/errors
GET,PUT,DELETE      /flows/{id}/{step}/resolved
POST                /flows/{id}/{step}/retry
GET,PUT             /flows/{id}/{step}/{retryDataKey}/data
PUT                 /flows/{id}/{step}/errors/assign
PUT                 /flows/{id}/{step}/tags
GET                 /flows/{id}/{step}/errors/signedURL
GET                 /flows/{id}/{step}/resolved/signedURL
GET                 /flows/{id}/{step}/requests
GET                 /flows/{id}/{step}/requests/{key}
GET                 /tags

POST                /integrations/{id}/clone
GET                 /integrations/{id}/jobs/latest
GET                 /integrations/{id}/template
GET                 /integrations/{id}/ashares
GET                 /integrations/{id}/iclients
GET                 /tiles

POST                /connectors/{id}/install
GET,POST            /integrations/{id}/installSteps
GET                 /integrations/{id}/currentStep
POST                /integrations/{id}/initChild
POST                /integrations/{id}/changeEdition
GET,POST            /integrations/{id}/changeEditionSteps
POST                /integrations/{id}/initUninstall
GET,POST            /integrations/{id}/uninstallSteps
PUT                 /integrations/{id}/resume
POST                /integrations/{id}/settingsForm/init
POST                /integrations/{id}/flowGroupings/{groupId}/settingsForm/init

POST                /connectors/{id}/licenses/{licenseId}/upgradeRequest
POST                /connectors/{id}/licenses/{licenseId}/renewRequest
POST                /licenses/request

GET                 /templates/published
GET                 /templates/{id}/preview
POST                /integrations/template/{id}
POST                /stacks/{id}/invite
GET                 /sshares
PUT                 /sshares/{id}/disable
GET                 /shared/stacks
GET,DELETE          /scripts/{id}/logs
GET,POST            /accesstokens
GET,PUT,DELETE      /accesstokens/{id}
GET                 /accesstokens/{id}/display
POST                /accesstokens/{id}/generate

GET,POST            /jobs
GET,PUT,DELETE      /jobs/{id}
GET                 /jobs/{id}/joberrors
GET                 /jobs/{id}/jobErrors
GET                 /jobs/{id}/errorFile/signedURL
GET                 /jobs/{id}/family
POST                /jobs/family
PUT                 /jobs/{id}/cancel
GET                 /jobs/{id}/diagnostics
POST                /jobs/{id}/files/signedURL
DELETE              /jobs/{id}/files
GET                 /jobs/{id}/errors
POST                /jobs/current
POST                /flows/runs/stats
POST                /jobs/{id}/retry
POST                /jobs/{id}/retries/{retryId}/retry
PUT,POST            /jobs/{id}/retries/retry
PUT                 /jobs/{id}/joberrors/resolve
PUT                 /jobs/{id}/joberrors/{errorId}/resolve
PUT                 /jobs/{id}/resolve
PUT                 /jobs/resolve
PUT                 /jobs/retry
PUT                 /flows/jobs/resolve
PUT                 /flows/jobs/retry
PUT                 /integrations/{id}/jobs/resolve
PUT                 /integrations/{id}/jobs/retry
GET,POST            /retries
GET,PUT             /retries/{id}/data
GET                 /retries/{id}/signedURL

GET,PUT             /notifications
POST                /invite
GET,PUT             /ashares/{id}
PUT                 /ashares/{id}/disable
GET                 /audit
GET                 /recycleBinTTL
DELETE              /recycleBinTTL/{type}/{id}
POST                /recycleBinTTL/{type}/{id}/doCascadeRestore
"""
"""Method and path as in protocol/http-api.md, sections 4 to 13."""

_API_IDENTIFIER = re.compile(r"[ei][0-9a-f]{6,}")


def unanswered() -> Iterator[tuple[str, str]]:
    """Yield the method and the path of every unanswered route."""
    for line in UNANSWERED.split("\n"):
        if line:
            methods, path = line.split()
            yield from ((method, path) for method in methods.split(","))


def is_api_identifier(segments: list[str]) -> bool:
    """Whether the path is that of an export or import: ``/{apiIdentifier}``."""
    return len(segments) == 1 and _API_IDENTIFIER.fullmatch(segments[0]) is not None


def not_implemented(call: Call) -> Answer:
    """501."""
    path = "/" + "/".join(call.segments)
    raise refuse(
        501,
        "not_implemented",
        f"{call.method} {path} is in the reference, but the sandbox does not answer it yet.",
    )
