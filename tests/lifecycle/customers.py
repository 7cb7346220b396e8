"""Customers of the sandbox, of both frameworks: how they install, update, use and uninstall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, ClassVar

import requests

from connector_kit.lifecycle.situations import blueprint_for
from connector_kit.models import Connector, Installation, Operation, Order, RefusedCall, Release
from tests.publisher.fixtures import Platform
from workshop.customers import answer_to_step

FAR = "2099-01-01T00:00:00.000Z"

CREDENTIALS = {
    "basic": {"username": "jo", "password": "basic-credential-of-jo"},
    "token": {"token": "token-credential-of-jo"},
}
PAYOUTS = {"addonLicenses": [{"type": "addon", "licenses": [{"addOnId": "payouts"}]}]}

SECRETS = ("basic-credential-of-jo", "token-credential-of-jo")
"""What customers type in and must never be found anywhere."""


Attempt = Callable[[], bool]
"""Has a function called by the platform; returns whether it succeeded."""


@dataclass(frozen=True)
class Reply:
    """What a request brought: status and JSON (text from the state routes), errors included."""

    status: int
    body: Any

    @property
    def error(self) -> tuple[str, str]:
        """Code and message of the only error."""
        [error] = self.body["errors"]
        return error["code"], error["message"]


@dataclass
class Customer:
    """A customer's account, looked at and worked in with the customer's own token."""

    token_kind: ClassVar[str] = "one_time"
    """By what kind of token the kit reaches the account."""

    platform: Platform
    number: int
    integration_id: str = ""

    @property
    def account(self) -> Any:
        return self.platform.sandbox.accounts[self.number]

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        """Call ``/v1``; a refusal is a reply too."""
        return ask(
            method, f"{self.platform.sandbox.base_url}{path}", body, token=self.account.token
        )

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """Call ``/v1``, which must work; returns the answer's body."""
        reply = self.ask(method, path, body)
        assert reply.status < 300, reply.body
        return reply.body

    # Installing

    def start(self, connector: Connector, opts: Any = None, **options: Any) -> Reply:
        """Have the platform install; the integration is there even when the installer fails.

        *opts* are the license's.
        """
        body = {"email": self.account.email, "expires": FAR, "sandbox": False, **options}
        body |= {"opts": opts} if opts else {}
        self.platform.call("POST", f"/connectors/{connector.connector_id}/licenses", body)
        before = self.integration_ids()
        reply = self.ask("POST", f"/integrations/{connector.connector_id}/install", options)
        [self.integration_id] = self.integration_ids() - before
        return reply

    def begin(self, connector: Connector, **options: Any) -> list[dict[str, Any]]:
        """Have the installer run; returns the steps."""
        reply = self.start(connector, **options)
        assert reply.status == 200, reply.body
        steps: list[dict[str, Any]] = self.integration["install"]
        return steps

    def begin_in_pieces(self, connector: Connector) -> list[dict[str, Any]]:
        """Have the installer called until it has done everything; returns the steps."""
        reply = self.start(connector)
        while reply.status != 200:
            assert reply.error[0] == "checkpoint"
            reply = self.press("install")
        steps: list[dict[str, Any]] = self.integration["install"]
        return steps

    def install(self, connector: Connector, **options: Any) -> Customer:
        """Install completely, credentials and all."""
        for step in self.begin(connector, **options):
            self.log_in(step)
            reply = self.press(step)
            assert reply.body["success"], reply.body
        return self

    def installing(self, connector: Connector) -> Iterator[Attempt]:
        """Install, one call of the platform after the other."""
        self.integration_id = ""
        # Once the integration is there, the installer is called again for it.
        yield (
            lambda: (
                (self.press("install") if self.integration_id else self.start(connector)).status
                == 200
            )
        )
        for step in self.integration["install"]:
            yield partial(self._passes, step)

    def _passes(self, step: dict[str, Any]) -> bool:
        self.log_in(step)
        reply = self.press(step)
        return reply.status == 200 and bool(reply.body["success"])

    def log_in(self, step: dict[str, Any]) -> None:
        """Enter the credentials of the step's connection, if it has one."""
        if "_connectionId" not in step:
            return
        path = f"/connections/{step['_connectionId']}"
        connection = self.do("GET", path)
        if auth := connection["http"].get("auth"):
            kind = auth["type"]
            auth[kind] = {**auth.get(kind, {}), **CREDENTIALS[kind]}
            self.do("PUT", path, connection)

    def press(self, step: dict[str, Any] | str) -> Reply:
        """Press an install step."""
        function = step if isinstance(step, str) else step["installerFunction"]
        return self.ask("PUT", f"{self.home}/installer/{function}", {})

    # Updating

    def order(
        self,
        release: Release | None = None,
        kind: Order.Kind = Order.Kind.ROLLOUT,
        *,
        recreate_deleted: bool = False,
    ) -> Order:
        """Put on record what the next call may do: bring *release*, by default the newest."""
        installation = self.installation
        release = release or Release.objects.newest(installation.connector)
        return Order.objects.place(installation, kind, release, recreate_deleted=recreate_deleted)

    def push(self, release: Release | None = None, *, recreate_deleted: bool = False) -> Operation:
        """Have the publisher push *release*, or what is ordered; returns what is on record."""
        if release or recreate_deleted or not Order.objects.to_serve(self.installation):
            self.order(release, recreate_deleted=recreate_deleted)
        return self.push_unordered()

    def push_unordered(self) -> Operation:
        """Have the platform call the update function, whether something is ordered or not.

        A call that could not show the installation leaves no operation: one that is on no record
        stands for it.
        """
        connector, before = self.installation.connector, self.installation.operations.count()
        path = f"/connectors/{connector.connector_id}/update"
        self.platform.call("PUT", path, {"_integrationIds": [self.integration_id]})
        drained = self.platform.control("/drain", {"timeout_seconds": 30})
        assert drained["drained"]
        if self.installation.operations.count() == before:
            refused = RefusedCall.objects.order_by("last_at").last()
            return Operation(outcome="failed", code=refused.code if refused else "")
        return self.last_operation

    def lose_records(self) -> None:
        """Have all records of the installation lost; a sync of the install base lists it again."""
        connector = self.installation.connector
        self.installation.delete()
        Installation.objects.create(connector=connector, integration_id=self.integration_id)

    # License and settings

    def licensed(self, **opts: Any) -> None:
        """Have the publisher write the license's opts."""
        connector = self.installation.connector
        path = f"/connectors/{connector.connector_id}/licenses"
        [own] = [
            document
            for document in self.platform.call("GET", path)
            if document.get("_integrationId") == self.integration_id
        ]
        body = {"expires": own["expires"], "opts": opts}
        self.platform.call("PUT", f"{path}/{own['_id']}", body)

    def buy(self, connector: Connector, edition: str = "standard") -> Customer:
        """Install an edition; the license also grants the add-on Payouts, as far as 1.0 has it."""
        return self.install(connector, opts={"connectorEdition": edition, **PAYOUTS})

    def upgrade(self, edition: str) -> Reply:
        """Have the license changed to a higher edition, and take the platform's steps."""
        self.licensed(connectorEdition=edition)
        return self.use("changeEdition")

    def announce(self, edition: str) -> None:
        """Have the license changed to a higher edition."""
        self.licensed(connectorEdition=edition)

    def back(self, edition: str) -> bool:
        """Have a lower edition, in whichever way there is."""
        return self.upgrade(edition).status == 200

    def adds_payouts(self) -> bool:
        """Have the add-on Payouts, in whichever way there is."""
        return self._presses("installer/installAddOn")

    def drops_payouts(self) -> bool:
        """No longer have the add-on Payouts."""
        return self._presses("uninstaller/uninstallAddOn")

    def _presses(self, path: str) -> bool:
        reply = self.ask("PUT", f"{self.home}/{path}", {"addOnId": "payouts"})
        return reply.status == 200 and bool(reply.body["success"])

    def use(self, function: str, body: Any = None) -> Reply:
        """Call a settings function."""
        return self.ask("PUT", f"{self.home}/settings/{function}", body or {})

    # Uninstalling

    def begin_uninstall(self) -> Reply:
        return self.ask("PUT", f"{self.home}/uninstaller/preUninstallFunction", {})

    def press_remove(self, step: dict[str, Any] | str) -> Reply:
        """Press an uninstall step."""
        function = step if isinstance(step, str) else step["uninstallerFunction"]
        return self.ask("PUT", f"{self.home}/uninstaller/{function}", {})

    def end_uninstall(self) -> Reply:
        return self.ask("DELETE", f"{self.home}/install")

    def uninstalling(self) -> Iterator[Attempt]:
        """Uninstall with a single step, one call of the platform after the other."""
        yield lambda: self.begin_uninstall().status == 200
        yield lambda: self.press_remove("remove_chat").status == 200
        # A repeat may find that the platform has removed the integration.
        yield lambda: self.end_uninstall().status in {200, 404}

    def uninstall(self) -> None:
        """Uninstall completely, step by step."""
        for step in self.begin_uninstall().body:
            reply = self.press_remove(step)
            assert reply.body["success"], reply.body
        reply = self.end_uninstall()
        assert reply.status == 200, reply.body

    # Settings

    def save(self, values: Any, **more: Any) -> Reply:
        """Save settings as the platform's pages do."""
        path = f"{self.home}/settings/persistSettings"
        return self.ask("PUT", path, {"pending": values, **more})

    def shown(self) -> dict[str, Any]:
        """The values of settings that the page shows, but for those of flows."""
        page = self.integration["settings"]
        places = [page.get("general", {}), *page["sections"]]
        fields = [field for place in places for field in place.get("fields", ())]
        return {field["name"]: field.get("value") for field in fields}

    # Looking

    @property
    def home(self) -> str:
        return f"/integrations/{self.integration_id}"

    @property
    def integration(self) -> dict[str, Any]:
        return self.do("GET", self.home)

    @property
    def installation(self) -> Installation:
        return Installation.objects.get(integration_id=self.integration_id)

    @property
    def last_operation(self) -> Operation:
        return self.installation.operations.latest("pk")

    def integration_ids(self) -> set[str]:
        return {
            document["_id"]
            for resource, document in self.everything()
            if resource == "integrations"
        }

    def everything(self) -> list[tuple[str, dict[str, Any]]]:
        """Every document of the account with its resource type, whoever it belongs to.

        A component whose type keeps no external id gets it here, by its name.
        """
        found = self.platform.control(f"/accounts/{self.account.account_id}/documents")
        is_strict = self.platform.sandbox.options.strict_fields
        return [
            (resource, with_external_id(resource, document) if is_strict else document)
            for resource, documents in found.items()
            for document in documents
        ]

    def untouched(self) -> dict[str, Any]:
        """Everything that a refused call must leave as it was, to be compared with ``==``."""
        state = {document["_id"]: document for _, document in self.everything()}
        for name in ("updateInProgress", "lastModified"):
            state.get(self.integration_id, {}).pop(name, None)
        return state

    def tagged(self) -> list[tuple[str, dict[str, Any]]]:
        """The components of the installation."""
        return [
            (resource, document)
            for resource, document in self.everything()
            if document.get("_integrationId") == self.integration_id and "_connectorId" in document
        ]

    def component(self, external_id: str) -> dict[str, Any]:
        """The component's document."""
        [found] = [
            document for _, document in self.tagged() if document["externalId"] == external_id
        ]
        return found

    def change(self, external_id: str, **fields: Any) -> None:
        """Change fields of a component, as the customer may."""
        resource, document = next(
            row for row in self.tagged() if row[1]["externalId"] == external_id
        )
        path = f"/{resource}/{document['_id']}"
        if resource == "connections":  # to replace one would store the masks of its secrets
            changes = [
                {"op": "add", "path": f"/{name}", "value": value} for name, value in fields.items()
            ]
            stored = self.do("PATCH", path, changes)
        else:
            stored = self.do("PUT", path, {**document, **fields})
        assert {name: stored[name] for name in fields} == fields

    def delete(self, external_id: str) -> None:
        """Delete a component, as the customer may."""
        resource, document = next(
            row for row in self.tagged() if row[1]["externalId"] == external_id
        )
        self.do("DELETE", f"/{resource}/{document['_id']}")

    def requests(self, *, since: int = 0) -> list[tuple[str, str]]:
        """Method and path of what connectors asked of this account, in order."""
        log = self.platform.control(f"/log?limit=20000&account={self.account.account_id}")
        asked = [document for document in log if document.get("token") == "one_time"]
        return [(document["method"], document["path"].removeprefix("/v1")) for document in asked][
            since:
        ]


def ask(method: str, url: str, body: Any, *, token: str) -> Reply:
    """Send one request; whatever the answer's status."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = _browser().request(method, url, json=body, headers=headers, timeout=30)
    is_text = answer.headers["Content-Type"].startswith("text/plain")
    body = answer.text if is_text else answer.json() if answer.content else None
    return Reply(answer.status_code, body)


@cache
def _browser() -> requests.Session:
    """A session for all requests; to look for proxies each time takes longer than a request."""
    session = requests.Session()
    session.trust_env = False
    return session


def with_external_id(resource: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return *document* with an external id, if only its name says which component it is."""
    if "externalId" in document or resource not in {"exports", "scripts"}:
        return document
    identity = document.get("_integrationId")
    installation = Installation.objects.filter(integration_id=identity).first()
    blueprints = [release.blueprint() for release in Release.objects.all()]
    if installation:
        of_connector = installation.connector.releases.all()
        blueprints += [blueprint_for(installation, release) for release in of_connector]
    names = {
        (component.resource, component.document["name"]): component.external_id
        for blueprint in blueprints
        for component in blueprint.components
    }
    name = names.get((resource, document.get("name", "")))
    return {**document, "externalId": name} if name else document


INSTALLED = ("connectorEdition", "addOns")
"""What the settings of framework 2.0 also hold: what is installed."""


class FlatCustomer(Customer):
    """A customer of a connector of framework 2.0."""

    def start(self, connector: Connector, opts: Any = None, **options: Any) -> Reply:
        """Have the platform make the integration; it calls no function for that.

        *options* with a name that licenses have are the license's.
        """
        path = f"/connectors/{connector.connector_id}"
        granted = {"email": self.account.email, "expires": FAR, "opts": opts or {}}
        granted |= {name: options.pop(name) for name in [*options] if name.startswith("_")}
        granted |= {"sandbox": options.get("sandbox", False)}
        self.platform.call("POST", f"{path}/licenses", granted)
        before = self.integration_ids()
        reply = self.ask("POST", f"{path}/install", {"newTemplateInstaller": True, **options})
        [self.integration_id] = self.integration_ids() - before
        return reply

    def install(self, connector: Connector, **options: Any) -> Customer:
        reply = self.start(connector, **options)
        assert reply.status == 200, reply.body
        while step := self.open_step():
            reply = self.take(step)
            assert reply.status < 300, reply.body
        return self

    def open_step(self) -> dict[str, Any] | None:
        """The step that is next, if there is one left."""
        steps = self.integration["installSteps"]
        return next((step for step in steps if not step["completed"]), None)

    def take(self, step: dict[str, Any]) -> Reply:
        """Take an install step, with a connection of the customer's own credentials if it asks."""
        return self.ask("POST", f"{self.home}/installSteps", _entered(step))

    def installing(self, connector: Connector) -> Iterator[Attempt]:
        yield lambda: self.start(connector).status == 200
        while self.open_step():
            yield lambda: self.take(self.open_step() or {}).status < 300

    def buy(self, connector: Connector, edition: str = "standard") -> Customer:
        return self.install(connector, _editionId=self._edition(connector, edition))

    def announce(self, edition: str) -> None:
        connector = self.installation.connector
        path = f"/connectors/{connector.connector_id}/licenses"
        [own] = [
            document
            for document in self.platform.call("GET", path)
            if document.get("_integrationId") == self.integration_id
        ]
        wanted = self._edition(connector, edition)
        body = {"expires": own["expires"], "opts": own.get("opts"), "_changeEditionId": wanted}
        if own.get("_editionId") != wanted:
            self.platform.call("PUT", f"{path}/{own['_id']}", body)

    def upgrade(self, edition: str) -> Reply:
        self.announce(edition)
        self.ask("POST", f"{self.home}/changeEdition", {})
        return self.ask("POST", f"{self.home}/changeEditionSteps", {})

    def back(self, edition: str) -> bool:
        """There is no other way in 2.0 than to begin again, with another license."""
        connector = self.installation.connector
        self.uninstall()
        path = f"/connectors/{connector.connector_id}/licenses"
        for license_ in self.platform.call("GET", path):
            if not license_.get("_integrationId"):
                self.platform.call("DELETE", f"{path}/{license_['_id']}")
        self.buy(connector, edition)
        return True

    def adds_payouts(self) -> bool:
        self.licensed(**PAYOUTS)
        return self.push().outcome in {"done", "current"}

    def drops_payouts(self) -> bool:
        self.licensed()
        return self.push().outcome in {"done", "current"}

    def save(self, values: Any, **more: Any) -> Reply:
        """Save the whole form."""
        document = self.integration
        settings = {**document["settings"], **values}
        return self.ask("PUT", self.home, {**document, "settings": settings, **more})

    def shown(self) -> dict[str, Any]:
        values: dict[str, Any] = self.integration["settings"]
        return {name: value for name, value in values.items() if name not in INSTALLED}

    def _edition(self, connector: Connector, word: str) -> str:
        """The id that the platform gave an edition."""
        listing = self.platform.call("GET", f"/connectors/{connector.connector_id}")
        editions = listing["twoDotZero"]["editions"]
        return next(
            str(edition["_id"]) for edition in editions if edition["displayName"].lower() == word
        )

    def begin_uninstall(self) -> Reply:
        return self.ask("POST", f"{self.home}/initUninstall")

    def end_uninstall(self) -> Reply:
        return self.ask("POST", f"{self.home}/uninstallSteps", {})

    def uninstalling(self) -> Iterator[Attempt]:
        yield lambda: self.begin_uninstall().status < 300
        yield lambda: self.end_uninstall().status in {200, 204, 404}

    def uninstall(self) -> None:
        assert self.begin_uninstall().status < 300
        assert self.end_uninstall().status < 300


def _entered(step: dict[str, Any]) -> dict[str, Any]:
    """What the customer sends for a step: the connection chosen before, or a new one."""
    body = answer_to_step(step)
    http = body.get("connection", {}).get("http", {})
    if auth := http.get("auth"):
        kind = auth["type"]
        http["auth"] = {**auth, kind: {**auth.get(kind, {}), **CREDENTIALS[kind]}}
    return body
