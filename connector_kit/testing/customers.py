"""What customers do in their accounts: install, run flows, uninstall. Plain HTTP on purpose.

They know nothing of the kit: they speak to the platform with their own tokens, as its web pages
would (protocol/http-api.md#81-framework-10, #83-framework-20-install).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests

from connector_kit.errors import ConnectorKitError

Document = dict[str, Any]
Credential = Callable[[Document, str], str]

CREDENTIAL = "customer-secret"
"""What customers enter wherever a connection asks for something."""


class CustomerError(ConnectorKitError):
    """What a customer did has failed."""

    fields: tuple[str, ...] = ()
    """The fields that the platform asks for, or refuses."""


class RefusalError(CustomerError):
    """The platform refused what a customer did."""

    def __init__(self, method: str, url: str, answer: requests.Response) -> None:
        super().__init__(f"{method} {url}: {answer.status_code} {answer.text[:300]}")
        with suppress(orjson.JSONDecodeError, AttributeError, TypeError):
            errors = orjson.loads(answer.content).get("errors") or ()
            self.fields = tuple(error["field"] for error in errors if error.get("field"))


@dataclass
class Customer:
    """One customer's account, seen through its own token."""

    base_url: str
    token: str = field(repr=False)
    email: str = ""
    integration_id: str = ""
    credential: Credential = field(default=lambda _connection, _field: CREDENTIAL, repr=False)
    """What to enter in a field of a connection; the field is a path with dots."""
    report: Callable[[str], None] = field(default=lambda _step: None, repr=False)
    """What to do with the name of each step, before it is taken."""

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {self.token}"

    def install(self, connector_id: str, *, tag: str = "") -> None:
        """Install the connector step by step, entering credentials where a step asks for them."""
        answer = self._call(
            "POST", f"integrations/{connector_id}/install", {"sandbox": False, "tag": tag}
        )
        self.integration_id = answer["_integrationId"]
        self.finish_install()

    def finish_install(self) -> None:
        """Take the steps of the installation that are left."""
        for _ in range(1000):
            step = self._current_step()
            if step is None:
                return
            self.report(_name_of(step))
            if connection_id := step.get("_connectionId"):
                self._enter_credentials(connection_id)
            self._run(step)
        raise CustomerError(f"The installation of {self.email} did not end.")

    def uninstall(self) -> None:
        """Uninstall the connector step by step."""
        home = f"integrations/{self.integration_id}"
        steps = self._call("PUT", f"{home}/uninstaller/preUninstallFunction", {})
        for step in steps:
            self.report(_name_of(step))
            self._call("PUT", f"{home}/uninstaller/{step['uninstallerFunction']}", {})
        self._call("DELETE", f"{home}/install", {})

    def integration(self) -> Document:
        """The integration's document."""
        return dict(self._call("GET", f"integrations/{self.integration_id}"))

    def documents(self, resource: str) -> list[Document]:
        """Everything of one type in the account."""
        return list(self._pages(resource))

    def run_flow(self, flow_id: str) -> str:
        """Start a flow; returns the id of its job."""
        return str(self._call("POST", f"flows/{flow_id}/run", {})["_jobId"])

    def switch_on(self, flow: Document) -> None:
        """Enable a flow, which a new installation may have switched off."""
        document = self._call("GET", f"flows/{flow['_id']}")
        self._call("PUT", f"flows/{flow['_id']}", {**document, "disabled": False})

    def job(self, job_id: str) -> Document:
        """A flow's job, with those of its steps in ``children``."""
        return dict(self._call("GET", f"jobs/{job_id}/family"))

    def open_errors(self, flow_id: str, step_id: str) -> list[Document]:
        """What failed at a step of a flow and is not resolved."""
        return list(self._call("GET", f"flows/{flow_id}/{step_id}/errors").get("errors") or ())

    def save_setting(self, name: str, value: object) -> None:
        """Save one setting of the installation."""
        path = f"integrations/{self.integration_id}/settings/persistSettings"
        self._call("PUT", path, {"pending": {name: value}})

    def _current_step(self) -> Document | None:
        integration = self.integration()
        if integration.get("mode") != "install":
            return None
        return next(
            (document for document in integration["install"] if not document.get("completed")), None
        )

    def _enter_credentials(self, connection_id: str) -> None:
        """Enter what the connection's ping misses (protocol/README.md U25).

        The ping of a wrapper names no fields; its form has those of ``encryptedFields``.
        """
        answer = self._call("GET", f"connections/{connection_id}/ping")
        errors = answer.get("errors") or ()
        document = self._call("GET", f"connections/{connection_id}")
        missing = [error["field"] for error in errors if error.get("field")]
        if errors and not missing and document["type"] == "wrapper":
            asked = document["wrapper"].get("encryptedFields") or ()
            missing = [f"wrapper.encrypted.{field['id']}" for field in asked]
        if not missing:
            return
        additions = [
            addition(document, tuple(name.split(".")), self.credential(document, name))
            for name in missing
        ]
        self._call("PATCH", f"connections/{connection_id}", additions)

    def _run(self, step: Document) -> None:
        path = f"integrations/{self.integration_id}/installer/{step['installerFunction']}"
        answer = self._call("PUT", path, {})
        if not answer.get("success"):
            raise CustomerError(f"{step['name']}: {answer.get('message') or answer}")

    def _named(self, resource: str, external_id: str) -> Document:
        for document in self._pages(resource):
            if (
                document.get("externalId") == external_id
                and document.get("_integrationId") == self.integration_id
            ):
                return document
        raise CustomerError(f"{self.email} has no {resource} called {external_id}.")

    def _pages(self, resource: str) -> Iterator[Document]:
        url: str | None = f"{self.base_url}/{resource}"
        while url:
            answer = self._send("GET", url)
            yield from orjson.loads(answer.content)
            following = answer.links.get("next", {}).get("url")
            url = requests.compat.urljoin(url, following) if following else None

    def _call(self, method: str, path: str, body: object = None) -> Any:
        answer = self._send(method, f"{self.base_url}/{path}", body)
        return orjson.loads(answer.content) if answer.content else None

    def _send(self, method: str, url: str, body: object = None) -> requests.Response:
        while True:
            answer = self._session.request(method, url, json=body, timeout=330)
            if answer.status_code != 429:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        if not answer.ok:
            raise RefusalError(method, url, answer)
        return answer


@dataclass
class FlatCustomer(Customer):
    """A customer of a connector of framework 2.0, whose platform copies a source integration."""

    def install(self, connector_id: str, *, tag: str = "") -> None:
        """Install step by step; credentials are entered once a step has made its connection."""
        sent = {"newTemplateInstaller": True, "sandbox": False, "tag": tag}
        answer = self._call("POST", f"connectors/{connector_id}/install", sent)
        self.integration_id = answer["_integrationId"]
        self.finish_install()

    def finish_install(self) -> None:
        """Take the steps of the installation that are left."""
        while step := self._current_step():
            self.report(_name_of(step))
            connection_id = step.get("_connectionId")
            if connection_id:
                self._enter_credentials(connection_id)
            try:
                self._run(step)
            except CustomerError:
                following = self._current_step() or {}
                if connection_id or not following.get("_connectionId"):
                    raise

    def uninstall(self) -> None:
        """Uninstall step by step; the platform answers with the steps that are left."""
        self._call("POST", f"integrations/{self.integration_id}/initUninstall")
        path = f"integrations/{self.integration_id}/uninstallSteps"
        while steps := self._call("POST", path, {}):
            self.report(_name_of(steps[0]))

    def save_setting(self, name: str, value: object) -> None:
        """Save one setting, as the form does: with all others."""
        document = self.integration()
        settings = {**document["settings"], name: value}
        path = f"integrations/{self.integration_id}"
        self._call("PUT", path, {**document, "settings": settings})

    def _current_step(self) -> Document | None:
        steps = self.integration()["installSteps"]
        return next((step for step in steps if not step.get("completed")), None)

    def _run(self, step: Document) -> None:
        """Take a step; enter the credentials that the platform asks for, one after the other."""
        path = f"integrations/{self.integration_id}/installSteps"
        body = answer_to_step(step)
        entered: dict[str, object] = {}
        while True:
            try:
                self._call("POST", path, body)
            except CustomerError as error:
                if not error.fields or any(entered.get(name) == {} for name in error.fields):
                    raise
                for name in error.fields:  # what is no text is an object, with more to enter
                    entered[name] = (
                        {} if name in entered else self.credential(body["connection"], name)
                    )
                    body = replaced(body, ("connection", *name.split(".")), entered[name])
            else:
                return


def _name_of(step: Document) -> str:
    names = ("name", "installerFunction", "uninstallerFunction", "function", "type")
    return next((str(step[name]) for name in names if step.get(name)), "step")


def answer_to_step(step: Document) -> Document:
    """What a customer sends for a step of 2.0: the connection made before, or a new one."""
    if step.get("_connectionId"):
        return {"_connectionId": step["_connectionId"]}
    template = step.get("sourceConnection")
    if template is None:
        return {}
    return {"connection": {name: value for name, value in template.items() if name != "_id"}}


CUSTOMERS: dict[int, type[Customer]] = {1: Customer, 2: FlatCustomer}
"""Customers by the framework of the connector that they install."""


def license_of_edition(listing: Document, edition: str) -> Document:
    """Return the fields of a license for *edition*: a word in 1.0, an id of the listing's in 2.0.

    *edition* is what the license calls it in 1.0, and what customers see in 2.0. Raises
    `CustomerError` for one that the listing of framework 2.0 does not have.
    """
    if listing.get("framework") != "twoDotZero":
        return {"opts": {"connectorEdition": edition}}
    known = {
        str(offered.get("displayName")): offered["_id"]
        for offered in (listing.get("twoDotZero") or {}).get("editions") or ()
    }
    for name, identity in known.items():
        if _letters(name) == _letters(edition):
            return {"_editionId": identity}
    names = ", ".join(known) or "none"
    raise CustomerError(f"The listing has no edition {edition!r}. It has {names}.")


def _letters(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def credentials_of(applications: Iterable[Document]) -> Credential:
    """Return what to enter in a field of a connection: of an application, what logs in to it."""
    known = {urlsplit(item["base_uri"]).hostname: item["credentials"] for item in applications}

    def credential(connection: Document, name: str) -> str:
        http: Any = connection.get("http") or connection.get("rest") or {}
        host = urlsplit(str(http.get("baseURI") or "")).hostname
        words: Mapping[str, str] = known.get(host, {})
        return words.get(name.rpartition(".")[2], CREDENTIAL)

    return credential


def addition(document: Document, path: tuple[str, ...], value: object) -> Document:
    """Return the operation of a JSON Patch that writes *value* at *path*, parents included."""
    head, *rest = path
    if rest and isinstance(inner := document.get(head), dict):
        operation = addition(inner, tuple(rest), value)
        return {**operation, "path": f"/{head}{operation['path']}"}
    for name in reversed(rest):
        value = {name: value}
    return {"op": "add", "path": f"/{head}", "value": value}


def replaced(document: Document, path: tuple[str, ...], value: object) -> Document:
    """*document* with *value* at *path*, the rest untouched."""
    head, *rest = path
    inner = replaced(document.get(head) or {}, tuple(rest), value) if rest else value
    return {**document, head: inner}
