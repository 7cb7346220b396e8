"""Install, step by step, and uninstall: framework 1.0 (protocol/http-api.md#81-framework-10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.calling.functions import FunctionCall
from connector_kit.sandbox.documents.records import Record
from connector_kit.sandbox.errors import not_found, refuse
from connector_kit.sandbox.memory.states import Place
from connector_kit.sandbox.routes import access, resources
from connector_kit.sandbox.routes.call import EMPTY, Answer, Call, answer
from connector_kit.sandbox.routes.licensing import choose, has_expired, license_expired
from connector_kit.sandbox.routes.locking import update_in_progress
from connector_kit.sandbox.wire import Document

GIVEN = ("bearerToken", "_integrationId", "_connectorId", "opts")
"""Options that the platform gives; a request body cannot replace them."""


@dataclass(frozen=True)
class Installation:
    """An installed connector: the customer's integration and the publisher's listing."""

    call: Call
    integration: Record
    connector: Record

    @classmethod
    def of(cls, call: Call) -> Installation:
        """Return the installation of the path; raises `Refusal` when it is none."""
        access.owners_only(call)
        integration = access.readable(call)
        connector = call.store.find("connectors", integration.connector_id or "")
        if connector is None:
            message = f"The integration {integration.id} is not an installed connector."
            raise refuse(422, "invalid_operation", message)
        return cls(call, integration, connector)

    async def run(
        self, kind: str, function: str, options: Document | None = None, **given: str
    ) -> Any:
        """Call a function of the connector; *options* are added to what is always there (U7)."""
        platform = self.call.platform
        license_ = platform.licenses.of_installation(self.integration.id)
        opts = (license_.fields.get("opts") if license_ else None) or {}
        added = {name: value for name, value in (options or {}).items() if name not in GIVEN}
        if function == "refreshMetadata":
            opts = {**opts, **added}
        given["_integrationId"] = self.integration.id
        return await platform.functions.call(
            FunctionCall(
                connector_id=self.connector.id,
                integration_id=self.integration.id,
                account_id=self.integration.account_id,
                type=kind,
                function=function,
                options={**added, **given, "opts": opts},
            )
        )

    def now(self) -> Document:
        """The integration's document as it is now; raises `Refusal` 404 when it has gone."""
        record = self.call.store.get(
            self.integration.account_id, "integrations", self.integration.id
        )
        if record is None:
            raise not_found(f"integrations {self.integration.id}")
        return record.document

    def write(self, **fields: Any) -> None:
        """Change fields of the integration, if they change anything."""
        document = self.now()
        if any(document.get(name) != value for name, value in fields.items()):
            resources.store(self.call, "integrations", {**document, **fields})

    def check_license(self) -> None:
        """Raise `Refusal` 422 when the licence has expired."""
        if has_expired(self.call.platform, self.integration.id):
            raise license_expired(self.integration.id)


async def install(call: Call) -> Answer:
    """POST /integrations/{connectorId}/install: the path takes the connector's id (U4).

    When the installer fails the integration stays, in mode ``install``, and can be uninstalled.
    """
    access.owners_only(call)
    connector = call.store.find("connectors", call.id)
    if connector is None:
        raise not_found(f"connectors {call.id}")
    if connector.get("framework") == "twoDotZero":
        message = f"The connector {connector.id} is of framework 2.0, which is not answered yet."
        raise refuse(501, "not_implemented", message)
    asked = call.instructions()
    license_ = choose(call, connector.id, sandbox=bool(asked.get("sandbox")))
    integration = _new_integration(call, connector, asked)
    call.platform.licenses.attach(license_, integration.id)
    installation = Installation(call, integration, connector)
    function = connector.get("installerFunction")
    await installation.run("installer", function, _connectorId=connector.id)
    return answer({"_integrationId": integration.id})


async def run_installer(call: Call) -> Answer:
    """PUT /integrations/{id}/installer/{fn}: a step, ``addNewStore``, an add-on."""
    installation = Installation.of(call)
    installation.check_license()
    result = await installation.run("installer", call.params["fn"], call.instructions())
    _take_over_steps(installation, result)
    return _relayed(result)


async def run_setting(call: Call) -> Answer:
    """PUT /integrations/{id}/settings/{fn}."""
    installation, function = Installation.of(call), call.params["fn"]
    installation.check_license()
    document = installation.now()
    if function == "persistSettings" and document.get("updateInProgress"):
        raise update_in_progress()
    options = call.instructions()
    if function == "getMappingMetadata":
        options["version"] = document.get("version")
    return _relayed(await installation.run("setting", function, options))


async def run_utility(call: Call) -> Answer:
    """PUT /integrations/{id}/utilities/{fn}."""
    installation = Installation.of(call)
    installation.check_license()
    return _relayed(await installation.run("utility", call.params["fn"], call.instructions()))


async def pre_uninstall(call: Call) -> Answer:
    """PUT /integrations/{id}/uninstaller/preUninstallFunction: the steps (U17).

    Turns ``mode`` to ``uninstall``, unless it is about one store of several.
    """
    installation, options = Installation.of(call), call.instructions()
    function = installation.connector.get("preUninstallFunction")
    if function:
        result = await installation.run("uninstaller", function, options)
    else:
        result = _steps_backwards(installation.now())
    if not options.get("storeId"):
        installation.write(mode="uninstall")
    return _relayed(result)


async def run_uninstaller(call: Call) -> Answer:
    """PUT /integrations/{id}/uninstaller/{fn}: a step."""
    installation = Installation.of(call)
    return _relayed(await installation.run("uninstaller", call.params["fn"], call.instructions()))


async def uninstall(call: Call) -> Answer:
    """DELETE /integrations/{id}/install: the connector's uninstaller, then what it left (U17)."""
    installation = Installation.of(call)
    if installation.now().get("mode") != "uninstall":
        raise refuse(
            422,
            "invalid_operation",
            "The integration is not being uninstalled; start with PUT "
            "/integrations/{id}/uninstaller/preUninstallFunction.",
        )
    await installation.run("uninstaller", installation.connector.get("uninstallerFunction"))
    installation.now()
    _remove(call, installation.integration)
    return EMPTY


def _new_integration(call: Call, connector: Record, asked: Document) -> Record:
    document = {
        "_id": call.store.ids.next(),
        "name": connector.get("name"),
        "_connectorId": connector.id,
        "mode": "install",
        "install": [],
        "updateInProgress": False,
        "sandbox": bool(asked.get("sandbox")),
    }
    tag = {"tag": asked["tag"]} if asked.get("tag") else {}
    return resources.store(call, "integrations", {**document, **tag})


def _take_over_steps(installation: Installation, result: Any) -> None:
    """Merge ``stepsToUpdate`` into the integration's steps, as the user's browser shows them."""
    if not isinstance(result, dict) or not result.get("success"):
        return
    updates = result.get("stepsToUpdate")
    steps = installation.now().get("install")
    if isinstance(updates, list) and isinstance(steps, list):
        installation.write(install=[_updated(step, updates) for step in steps])


def _updated(step: Any, updates: list[Any]) -> Any:
    for update in updates:
        if not (isinstance(step, dict) and isinstance(update, dict)):
            continue
        for name in ("installerFunction", "name"):
            if update.get(name) and update.get(name) == step.get(name):
                return {**step, **update}
    return step


def _steps_backwards(document: Document) -> list[Document]:
    steps = document.get("install") or []
    return [
        {**step, "completed": False} for step in reversed(steps) if step.get("uninstallerFunction")
    ]


def _remove(call: Call, integration: Record) -> None:
    leftovers = [
        each
        for each in call.store.of_account(integration.account_id)
        if each.integration_id == integration.id and each.connector_id == integration.connector_id
    ]
    for record in (*leftovers, integration):
        call.store.delete(record)
        call.platform.states.clear(Place(record.account_id, record.resource, record.id))
    license_ = call.platform.licenses.of_installation(integration.id)
    if license_:
        call.platform.licenses.free(license_)


def _relayed(result: Any) -> Answer:
    """A function's result as it is; none is an empty body (U12)."""
    return EMPTY if result is None else answer(result)
