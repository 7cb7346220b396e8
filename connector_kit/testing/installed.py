"""A declared connector, installed for real: fixture `installation` (docs/testing.md).

Publishing, installing, settings, updates, and uninstalling pass through the sandbox over HTTP and
through the kit's own server, in the test's process and database.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_kit.blueprint import Connector
from connector_kit.documents import Document
from connector_kit.errors import ConnectorKitError
from connector_kit.models import Installation as Row
from connector_kit.models import Release, Rollout
from connector_kit.publisher import find_connector, find_release, publish, sync_install_base
from connector_kit.rollouts import RolloutOptions, Status, roll_back, start_rollout
from connector_kit.rollouts.watching import inline, is_success, watch
from connector_kit.sandbox import Sandbox
from connector_kit.testing.accounts import Client
from connector_kit.testing.customers import (
    CUSTOMERS,
    Customer,
    credentials_of,
    license_of_edition,
)

FAR = "2099-01-01T00:00:00.000Z"
LONGEST = 60.0
"""Seconds that a flow, or an update, may take."""

Target = type[Connector] | str
"""A class, or ``package.module:Class``."""


class NotReached(ConnectorKitError):
    """An installation, an update, or a flow did not get where the test wants it."""

    code = "not_reached"


@dataclass(frozen=True)
class Run:
    """A run of a flow that has ended: its job, as the platform has it."""

    job: Document
    """The job of the flow, with the jobs of its steps under ``children``."""
    errors: tuple[Document, ...]
    """What failed: records with ``code``, ``message``, and the step that they failed at."""

    @property
    def records(self) -> int:
        """How many records the last step accepted."""
        return int(self.job["children"][-1].get("numSuccess") or 0)

    @property
    def ignored(self) -> int:
        """How many records steps left out."""
        return int(self.job.get("numIgnore") or 0)


class InstalledConnector:
    """A connector, installed in the account of a customer of the sandbox.

    Wherever a component is named, it is by its attribute in the class.
    """

    def __init__(self, sandbox: Sandbox, connector: Target, *, customer: int = 0) -> None:
        """Publish *connector*, for the customer of that number to install."""
        self.sandbox = sandbox
        self._account = sandbox.accounts[customer]
        self._publisher = Client(sandbox.base_url, sandbox.publisher_token)
        self._as_customer = Client(sandbox.base_url, self._account.token)
        self._control = Client(sandbox.control_url, sandbox.publisher_token)
        self._customer: Customer
        self._rollout: Rollout | None = None
        self._release = self.publish(connector)

    def install(self, edition: str | None = None, **opts: Any) -> None:
        """Grant a license for *edition* (its attribute in the class), and install.

        *opts* are further options of the license, in the platform's spelling. Enters the
        credentials of the sandbox's applications. Raises `CustomerError` for what is refused.
        """
        connector_id = str(self._release.connector.connector_id)
        license_: Document = {"email": self._account.email, "expires": FAR}
        if edition:
            listing = self._publisher.call("GET", f"connectors/{connector_id}")
            license_ |= license_of_edition(listing, self._word_of(edition, listing))
        if opts:
            license_["opts"] = {**license_.get("opts", {}), **opts}
        self._publisher.call("POST", f"connectors/{connector_id}/licenses", license_)
        self._customer = CUSTOMERS[self._release.blueprint().framework](
            self.sandbox.base_url,
            self._account.token,
            self._account.email,
            credential=credentials_of(self.sandbox.introduction["applications"]),
        )
        self._customer.install(connector_id)

    def _word_of(self, edition: str, listing: Document) -> str:
        """What the listing calls the edition of that attribute."""
        offered = {each.name: each.display_name for each in self._release.blueprint().editions}
        return offered.get(edition, edition) if listing.get("twoDotZero") else edition

    @property
    def integration_id(self) -> str:
        """The id of the installed integration."""
        return self._customer.integration_id

    @property
    def integration(self) -> Document:
        """The integration's document as it is now."""
        return self._customer.integration()

    @property
    def version(self) -> str:
        """The version that the customer has."""
        return str(Row.objects.get(integration_id=self.integration_id).version)

    # Looking

    def components(self) -> Mapping[str, Document]:
        """Return the documents of all components in the account, by name."""
        ids = Row.objects.get(integration_id=self.integration_id).components
        found = {row.resource_id: row.external_id for row in ids.all()}
        return {
            found[document["_id"]]: document
            for document in self._everything()
            if document["_id"] in found
        }

    def component(self, name: str) -> Document:
        """Return the document of one component; raises KeyError if the account lacks it."""
        return self.components()[name]

    def edit(self, name: str, **fields: Any) -> Document:
        """Change *fields* of a component, as the customer would; returns the document."""
        path = self._path(name)
        if path.startswith("connections/"):  # to replace one would store the masks of its secrets
            patch = [{"op": "add", "path": f"/{key}", "value": fields[key]} for key in fields]
            self._as_customer.call("PATCH", path, patch)
        else:
            self._as_customer.call("PUT", path, {**self._as_customer.call("GET", path), **fields})
        return dict(self._as_customer.call("GET", path))

    def application(self, name: str) -> dict[str, list[Document]]:
        """Return what ``shop``, ``erp``, or ``chat`` holds, by collection."""
        return dict(self._control.call("GET", f"applications/{name}"))

    # Using

    def run(self, flow: str) -> Run:
        """Run a flow to its end, switching it on if it is off, as the customer would.

        Raises `NotReached` when it does not start or end.
        """
        document = self._as_customer.call("GET", self._path(flow))
        flow_id = document["_id"]
        if document.get("disabled"):
            self._customer.switch_on(document)
        job_id = self._customer.run_flow(flow_id)
        self._drain()
        job = self._customer.job(job_id)
        steps = [child.get("_exportId") or child.get("_importId") for child in job["children"]]
        errors = [
            error for step in steps if step for error in self._customer.open_errors(flow_id, step)
        ]
        return Run(job, tuple(errors))

    def save(self, **settings: Any) -> None:
        """Save settings, by the names of their fields, as the customer would."""
        for name, value in settings.items():
            self._customer.save_setting(name, value)

    def pass_time(self, seconds: float) -> None:
        """Let time pass in the sandbox: schedules come due, licenses and tokens expire."""
        self._control.call("POST", "clock", {"advance_seconds": seconds})
        self._drain()

    # Releases

    def publish(self, connector: Target) -> Release:
        """Publish a version, without an installation having it yet; returns the release."""
        if isinstance(connector, type):
            connector = f"{connector.__module__}:{connector.__qualname__}"
        result = publish(connector)
        return find_release(find_connector(result.slug), result.version)

    def update(self, connector: Target) -> Status:
        """Publish the version that *connector* declares, and roll it out.

        Returns the rollout's status. Raises `NotReached` when it does not complete.
        """
        release = self.publish(connector)
        if release.connector != self._release.connector:
            raise NotReached(
                f"This is another connector: {release.connector.slug}, not "
                f"{self._release.connector.slug}. Give the class of the new version the same name."
            )
        sync_install_base(release.connector)
        options = RolloutOptions(waves=("rest",), window=1)
        self._rollout = start_rollout(release.connector, release=release, options=options)
        return self._follow(self._rollout)

    def roll_back(self) -> Status:
        """Return to the version that the last `update` came from."""
        if self._rollout is None:
            raise NotReached("There was no update that could be rolled back.")
        return self._follow(roll_back(self._rollout.pk))

    def uninstall(self) -> None:
        """Uninstall, step by step."""
        self._customer.uninstall()

    def left_behind(self) -> list[Document]:
        """Return the documents with the connector's tag that the account still holds."""
        return [
            document
            for document in self._everything()
            if document.get("_connectorId") == self._release.connector.connector_id
        ]

    def close(self) -> None:
        """Let go of connections."""
        for client in (self._publisher, self._as_customer, self._control):
            client.close()

    def _follow(self, rollout: Rollout) -> Status:
        def drive(rollout_id: int) -> bool:
            """Take a tick, then wait until the platform has called what the tick pushed."""
            is_moving = inline(rollout_id)
            self._drain()
            return is_moving

        until = time.monotonic() + LONGEST
        for status in watch(rollout.pk, every=0.02, drive=drive):
            if time.monotonic() > until:
                raise NotReached(f"The rollout did not end within {LONGEST:.0f} seconds: {status}")
        if not is_success(status):
            raise NotReached(f"The rollout ended otherwise: {status}")
        return status

    def _path(self, name: str) -> str:
        components = Row.objects.get(integration_id=self.integration_id).components
        if found := components.filter(external_id=name).first():
            return f"{found.resource}/{found.resource_id}"
        names = ", ".join(sorted(components.values_list("external_id", flat=True)))
        raise NotReached(f"The installation has no component {name!r}. It has {names}.")

    def _everything(self) -> list[Document]:
        held = self._control.call("GET", f"accounts/{self._account.account_id}/documents")
        return [document for documents in held.values() for document in documents]

    def _drain(self) -> None:
        """Wait until the sandbox has nothing to do."""
        if not self._control.call("POST", "drain", {"timeout_seconds": LONGEST})["drained"]:
            raise NotReached(f"Flows still run after {LONGEST:.0f} seconds.")
