"""The table of everything that is answered under ``/v1``.

Each module of routes holds its own lines; a line that comes later replaces an equal one.
"""

from __future__ import annotations

from connector_kit.sandbox.account import access_tokens, history, notifications
from connector_kit.sandbox.account import users as sharing
from connector_kit.sandbox.apps import editions as two_editions
from connector_kit.sandbox.apps import expiry as resuming
from connector_kit.sandbox.apps import forms, one_steps, one_uninstall, saving
from connector_kit.sandbox.apps import install as installing
from connector_kit.sandbox.apps import install_steps as two_install
from connector_kit.sandbox.apps import uninstall as two_uninstall
from connector_kit.sandbox.clones import routes as cloning
from connector_kit.sandbox.connections import ping as pinging
from connector_kit.sandbox.connections import registration as registering
from connector_kit.sandbox.connections import routes as reading
from connector_kit.sandbox.connections import virtual
from connector_kit.sandbox.connectors import licenses as licensing
from connector_kit.sandbox.connectors import routes as listings
from connector_kit.sandbox.documents import relations, resources
from connector_kit.sandbox.exports import preview as previews
from connector_kit.sandbox.flows import belongings, errors
from connector_kit.sandbox.flows import request_log as requests
from connector_kit.sandbox.flows import retries as retrying
from connector_kit.sandbox.flows import routes as starting
from connector_kit.sandbox.http.call import Answer, Call, Handler, answer
from connector_kit.sandbox.http.route import Route
from connector_kit.sandbox.http.routing import Router
from connector_kit.sandbox.integrations import routes as integrations
from connector_kit.sandbox.jobs import bulk, retries
from connector_kit.sandbox.jobs import errors as job_errors
from connector_kit.sandbox.jobs import routes as jobs
from connector_kit.sandbox.pipeline import by_identifier as invoking
from connector_kit.sandbox.pipeline import distributed
from connector_kit.sandbox.scripts import routes as scripts
from connector_kit.sandbox.stacks import routes as stacks
from connector_kit.sandbox.states import routes as state
from connector_kit.sandbox.templates import routes as templates

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
)
"""Document types with the five usual routes; two are spelled in two ways. The reference names the
last four only where other documents refer to them; they are stored like any other."""

MODULES = (
    *(pinging, reading, registering, virtual, previews, invoking, distributed),
    *(starting, belongings, errors, retrying, requests),
    *(integrations, cloning, templates),
    *(installing, one_steps, one_uninstall, two_install, two_editions, two_uninstall),
    *(resuming, forms, saving),
    *(licensing, listings, stacks, scripts, access_tokens),
    *(jobs, job_errors, retries, bulk),
    *(sharing, notifications, history),
)


def token_info(call: Call) -> Answer:
    """GET /tokenInfo: the cheapest check of a token."""
    scope = "custom" if call.token.scope else "*"
    return answer({"_userId": call.user_id, "scope": scope})


def routes() -> list[Route]:
    """Return the whole table."""
    return [
        Route("GET", "/tokenInfo", token_info),
        *(route for resource in RESOURCES for route in _routes_of(resource)),
        *(route for module in MODULES for route in module.ROUTES),
        *state.ROUTES,
    ]


def router() -> Router[Handler]:
    """Return the table as something that finds the route of a request."""
    table: Router[Handler] = Router()
    for route in routes():
        table.add(route.method, route.path, route.handler)
    return table


def _routes_of(resource: str) -> list[Route]:
    one, kind = f"/{resource}/{{id}}", resource.lower()
    return [
        Route("GET", f"/{resource}", resources.read_all, query="after exclude"),
        Route("POST", f"/{resource}", resources.create, ok=201, body=kind),
        Route("GET", one, resources.read),
        Route("PUT", one, resources.replace, body=kind),
        Route("PATCH", one, resources.patch, body="patch"),
        Route("DELETE", one, resources.delete, ok=204),
        Route("GET", f"{one}/dependencies", relations.dependencies),
        *state.routes_below(one),
    ]
