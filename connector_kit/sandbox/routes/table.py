"""The table of everything that is answered under ``/v1``."""

from __future__ import annotations

from connector_kit.sandbox.routes import (
    connections,
    installations,
    licensing,
    listings,
    relations,
    resources,
    stacks,
    state,
)
from connector_kit.sandbox.routes.call import Answer, Call, Handler, answer
from connector_kit.sandbox.routes.reference import not_implemented, unanswered
from connector_kit.sandbox.routes.routing import Router

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
    "asynchelpers",
    "agents",
    "apis",
    "filedefinitions",
)
"""Document types with the five usual routes. The reference names the last four only where other
documents refer to them; they are stored like any other."""

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/connections/{id}/ping", connections.ping_stored),
    ("POST", "/connections/{id}/ping", connections.ping_stored),
    ("POST", "/connections/{id}/test", connections.ping_stored),
    ("POST", "/connections/ping", connections.ping_unsaved),
    ("GET", "/flows/{id}/descendants", relations.descendants),
    ("GET", "/integrations/{id}/flows", relations.members),
    ("GET", "/integrations/{id}/exports", relations.members),
    ("GET", "/integrations/{id}/imports", relations.members),
    ("GET", "/integrations/{id}/connections", relations.members),
    ("GET", "/stacks/{id}/systemToken", stacks.show_system_token),
    ("DELETE", "/stacks/{id}/systemToken", stacks.renew_system_token),
    ("DELETE", "/connectors/{id}", listings.delete_connector),
    ("GET", "/connectors/{id}/installBase", listings.install_base),
    ("PUT", "/connectors/{id}/update", listings.push_update),
    ("GET", "/connectors/{id}/licenses", licensing.read_all),
    ("POST", "/connectors/{id}/licenses", licensing.create),
    ("GET", "/connectors/{id}/licenses/{licenseId}", licensing.read),
    ("PUT", "/connectors/{id}/licenses/{licenseId}", licensing.replace),
    ("DELETE", "/connectors/{id}/licenses/{licenseId}", licensing.delete),
    ("GET", "/licenses", licensing.read_own),
    ("GET", "/published", listings.published),
    ("POST", "/integrations/{id}/install", installations.install),
    ("DELETE", "/integrations/{id}/install", installations.uninstall),
    ("PUT", "/integrations/{id}/installer/{fn}", installations.run_installer),
    ("PUT", "/integrations/{id}/settings/{fn}", installations.run_setting),
    ("PUT", "/integrations/{id}/utilities/{fn}", installations.run_utility),
    (
        "PUT",
        "/integrations/{id}/uninstaller/preUninstallFunction",
        installations.pre_uninstall,
    ),
    ("PUT", "/integrations/{id}/uninstaller/{fn}", installations.run_uninstaller),
    ("GET", "/state", state.keys),
    ("DELETE", "/state", state.clear),
    ("GET", "/state/{key}", state.read),
    ("PUT", "/state/{key}", state.write),
    ("DELETE", "/state/{key}", state.delete),
)


def token_info(call: Call) -> Answer:
    """GET /tokenInfo: the cheapest check of a token."""
    account = call.store.accounts[call.account_id]
    return answer({"_userId": account.user_id, "scope": "*"})


def router() -> Router[Handler]:
    """Return the whole table; what is not answered yet answers that."""
    table: Router[Handler] = Router()
    for method, path in unanswered():
        table.add(method, path, not_implemented)
    table.add("GET", "/tokenInfo", token_info)
    for resource in RESOURCES:
        _add_resource(table, resource)
    for method, path, handler in ROUTES:
        table.add(method, path, handler)
    return table


def _add_resource(table: Router[Handler], resource: str) -> None:
    table.add("GET", f"/{resource}", resources.read_all)
    table.add("POST", f"/{resource}", resources.create)
    table.add("GET", f"/{resource}/{{id}}", resources.read)
    table.add("PUT", f"/{resource}/{{id}}", resources.replace)
    table.add("PATCH", f"/{resource}/{{id}}", resources.patch)
    table.add("DELETE", f"/{resource}/{{id}}", resources.delete)
    table.add("GET", f"/{resource}/{{id}}/dependencies", relations.dependencies)
    table.add("GET", f"/{resource}/{{id}}/state", state.keys)
    table.add("DELETE", f"/{resource}/{{id}}/state", state.clear)
    table.add("GET", f"/{resource}/{{id}}/state/{{key}}", state.read)
    table.add("PUT", f"/{resource}/{{id}}/state/{{key}}", state.write)
    table.add("DELETE", f"/{resource}/{{id}}/state/{{key}}", state.delete)
