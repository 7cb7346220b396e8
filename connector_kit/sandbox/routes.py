"""The table of everything that is answered under ``/v1``.

Each module of routes holds its own lines; a line that comes later replaces an equal one.
"""

from __future__ import annotations

from connector_kit.sandbox.account import access_tokens, history, notifications, users
from connector_kit.sandbox.apps import editions, expiry, install, install_steps, settings, uninstall
from connector_kit.sandbox.caches import routes as caches
from connector_kit.sandbox.clones import routes as clones
from connector_kit.sandbox.connections import ping, registration, virtual
from connector_kit.sandbox.connections import routes as connections
from connector_kit.sandbox.connectors import licenses
from connector_kit.sandbox.connectors import routes as connectors
from connector_kit.sandbox.documents import integrity, resources
from connector_kit.sandbox.exports import invocation as export_invocation
from connector_kit.sandbox.exports import preview
from connector_kit.sandbox.flows import errors as flow_errors
from connector_kit.sandbox.flows import request_log
from connector_kit.sandbox.flows import retries as flow_retries
from connector_kit.sandbox.flows import routes as flows
from connector_kit.sandbox.http.call import Answer, Call, Handler, answer
from connector_kit.sandbox.http.routing import Route, Router
from connector_kit.sandbox.imports import invocation as import_invocation
from connector_kit.sandbox.integrations import routes as integrations
from connector_kit.sandbox.jobs import bulk as bulk_retries
from connector_kit.sandbox.jobs import errors as job_errors
from connector_kit.sandbox.jobs import retries as job_retries
from connector_kit.sandbox.jobs import routes as jobs
from connector_kit.sandbox.pipeline import distributed
from connector_kit.sandbox.scripts import routes as scripts
from connector_kit.sandbox.stacks import routes as stacks
from connector_kit.sandbox.states import routes as states
from connector_kit.sandbox.templates import routes as templates
from connector_kit.sandbox.unsimulated import PROCESSORS, SESSIONS, not_simulated
from connector_kit.sandbox.unsimulated import RESOURCES as KINDS

RESOURCES = (
    "connections",
    "exports",
    "imports",
    "flows",
    "integrations",
    "scripts",
    "stacks",
    "connectors",
    "iclients",
    "iClients",
    "templates",
    "template",
    "asynchelpers",
    "agents",
    "apis",
    "filedefinitions",
    "lookupcaches",
    "tools",
    "mcpservers",
    "ediprofiles",
)
"""Document types with the five usual routes; two are spelled in two ways. Of agents the
reference has only the id, where connections name one; they are stored like any other."""

MODULES = (
    *(connections, registration, ping, virtual),
    *(preview, export_invocation, import_invocation, distributed, clones),
    *(flows, flow_errors, flow_retries, request_log),
    integrations,
    *(install, install_steps, settings, editions, uninstall, expiry),
    *(connectors, licenses),
    *(templates, stacks, scripts, access_tokens),
    *(jobs, job_errors, job_retries, bulk_retries),
    *(states, caches),
    *(notifications, users, history),
)
"""In the order of protocol/http-api.md."""


def token_info(call: Call) -> Answer:
    """GET /tokenInfo: the cheapest check of a token."""
    scope = "custom" if call.token.scope else "*"
    return answer({"_userId": call.user_id, "scope": scope})


def refuse_resource(call: Call) -> Answer:
    """Any method of a resource type that is not simulated."""
    raise not_simulated(KINDS, "/" + "/".join(call.segments))


def refuse_session(call: Call) -> Answer:
    """What MCP clients and browsers ask of an MCP server."""
    raise not_simulated(SESSIONS, "/" + "/".join(call.segments))


def refuse_processor(call: Call) -> Answer:
    """POST /processors/{name}, /apis/{id}/request."""
    raise not_simulated(PROCESSORS, "/" + "/".join(call.segments))


NOT_SIMULATED = ("environments", "httpconnectors")

REFUSED = (
    *(
        Route(method, path, refuse_resource, unless=(KINDS,))
        for type_ in NOT_SIMULATED
        for method, path in (
            ("GET", f"/{type_}"),
            ("POST", f"/{type_}"),
            ("GET", f"/{type_}/{{id}}"),
            ("PUT", f"/{type_}/{{id}}"),
            ("DELETE", f"/{type_}/{{id}}"),
        )
    ),
    Route("POST", "/mcpservers/{id}/preview", refuse_session, unless=(SESSIONS,)),
    Route("GET", "/mcpservers/{id}/logs", refuse_session, unless=(SESSIONS,)),
    Route("POST", "/tags", refuse_resource, unless=(KINDS,)),
    Route("GET", "/tags/{id}", refuse_resource, unless=(KINDS,)),
    Route("GET", "/integrations/{id}/revisions", refuse_resource, unless=(KINDS,)),
    Route("POST", "/integrations/{id}/revisions", refuse_resource, unless=(KINDS,)),
    Route("POST", "/processors/{name}", refuse_processor, unless=(PROCESSORS,)),
    Route("POST", "/apis/{id}/request", refuse_processor, unless=(PROCESSORS,)),
)
"""What public clients call (protocol/platform-2026.md#1) and the sandbox does not simulate: 501,
which says so. "There is no route" would read as a mistake of the caller."""


def routes() -> list[Route]:
    """Return the whole table."""
    table = [Route("GET", "/tokenInfo", token_info)]
    for resource in RESOURCES:
        one, kind = f"/{resource}/{{id}}", resource.lower()
        table += [
            Route("GET", f"/{resource}", resources.read_all, query="after exclude"),
            Route("POST", f"/{resource}", resources.create, ok=201, body=kind),
            Route("GET", one, resources.read),
            Route("PUT", one, resources.replace, body=kind),
            Route("PATCH", one, resources.patch, body="patch"),
            Route("DELETE", one, resources.delete, ok=204),
            Route("GET", f"{one}/dependencies", integrity.dependencies),
            *states.routes_below(one),
        ]
    for module in MODULES:
        table += module.ROUTES
    return [*table, *REFUSED]


def router() -> Router[Handler]:
    """Return the table as something that finds the route of a request."""
    table: Router[Handler] = Router()
    for route in routes():
        table.add(route.method, route.path, route.handler)
    return table
