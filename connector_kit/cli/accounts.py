"""The sandbox that one works with, and what its customers do there.

A sandbox is what CONNECTOR_KIT_BASE_URL leads to, or that of a running ``dev``. In the accounts of
integrator.io itself, customers act on their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from connector_kit.adoption.loading import load_connector
from connector_kit.blueprint.problems import did_you_mean
from connector_kit.blueprint.slug import slug_of
from connector_kit.cli.dev.home import Home
from connector_kit.cli.dev.processes import SandboxInfo
from connector_kit.errors import ConnectorKitError
from connector_kit.integrator import Client
from connector_kit.testing.customers import CUSTOMERS, Customer, Document, credentials_of

LICENSED_UNTIL = "2099-01-01T00:00:00.000Z"
REACH_SECONDS = 5.0

MARKETPLACE = (
    "In integrator.io, customers install and uninstall by themselves, from the marketplace, once "
    "they have a license ('connector-kit license create'). In accounts that you hold tokens of, "
    "use 'connector-kit embedded deploy', 'run-flow', and 'remove'."
)


class AccountsError(ConnectorKitError):
    """There is no sandbox, or no such customer, connector, or installation in it."""

    code = "no_sandbox_account"


def find_sandbox(base_url: str, root: Path) -> SandboxInfo:
    """Return the sandbox at *base_url*; without one, that of the ``dev`` that runs in *root*.

    Raises `AccountsError` with the way out where the address leads to integrator.io, or nowhere.
    """
    home = Home.of(root)
    if base_url:
        return _sandbox_at(base_url)
    if home.is_running:
        return SandboxInfo(**home.running()["sandbox"])
    raise AccountsError(
        "There is no sandbox here. Start one with 'connector-kit dev', or with 'connector-kit "
        f"sandbox' and set CONNECTOR_KIT_BASE_URL to its address. {MARKETPLACE}"
    )


def _sandbox_at(base_url: str) -> SandboxInfo:
    found = SandboxInfo(base_url.rstrip("/"), "", [])
    try:
        answer = requests.get(f"{found.control_url}/accounts", timeout=REACH_SECONDS)
    except requests.RequestException as error:
        raise AccountsError(
            f"{base_url} cannot be reached ({type(error).__name__}). Start the sandbox there, or "
            "correct CONNECTOR_KIT_BASE_URL."
        ) from error
    document = _object_in(answer)
    if not answer.ok or "accounts" not in document:
        errors = document.get("errors") or [{}]
        why = errors[0].get("message") if errors[0].get("code") == "tokens_not_shown" else None
        raise AccountsError(why or f"{base_url} is not a sandbox. {MARKETPLACE}")
    return SandboxInfo(found.base_url, document["publisher"]["token"], document["accounts"])


def _object_in(answer: requests.Response) -> Document:
    try:
        document = answer.json()
    except requests.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def find_connector(sandbox: SandboxInfo, word: str | None) -> Document:
    """Return the published connector that *word* names, by default the only one.

    *word* is a slug, a name, an id, or where its class is. Raises `AccountsError`.
    """
    with Client(sandbox.publisher_token, base_url=sandbox.base_url) as client:
        published = list(client.connectors.list())
    handles = [str(document.get("handle") or document["name"]) for document in published]
    if word is None:
        if len(published) == 1:
            return published[0]
        raise AccountsError(f"Which connector? Published in the sandbox: {_listed(handles)}.")
    slug = slug_of(load_connector(word)) if any(mark in word for mark in ".:/") else word
    for document, handle in zip(published, handles, strict=True):
        if slug in (handle, document["_id"], document["name"]):
            return document
    raise AccountsError(
        f"{slug} is not published in the sandbox. {did_you_mean(slug, handles)}Published there: "
        f"{_listed(handles)}. Publish it with 'connector-kit publish', or start 'connector-kit "
        "dev'."
    )


def framework_of(connector: Document) -> int:
    """Return the framework of a published connector: 1 or 2."""
    return 2 if connector.get("framework") == "twoDotZero" else 1


def customer_in(sandbox: SandboxInfo, email: str | None, framework: int = 1) -> Customer:
    """Return the customer with that address, by default the first; raises `AccountsError`."""
    for account in sandbox.accounts:
        if email in (None, account["email"]):
            return customers_in(sandbox, framework, [account])[0]
    known = _listed([account["email"] for account in sandbox.accounts])
    raise AccountsError(f"The sandbox has no customer {email}. It has {known}.")


def customers_in(
    sandbox: SandboxInfo, framework: int, accounts: list[dict[str, Any]] | None = None
) -> list[Customer]:
    """Return the customers of *sandbox*, who know how to log in to its applications."""
    applications = sandbox.control("applications")
    return [
        CUSTOMERS[framework](
            sandbox.base_url,
            account["token"],
            account["email"],
            credential=credentials_of(applications),
        )
        for account in (sandbox.accounts if accounts is None else accounts)
    ]


def installations_of(customer: Customer, connector_id: str | None = None) -> list[Document]:
    """Return what *customer* has installed, of all connectors or one; stores are left out."""
    return [
        document
        for document in customer.documents("integrations")
        if document.get("_connectorId")
        and connector_id in (None, document["_connectorId"])
        and not document.get("_parentId")
    ]


def install(
    sandbox: SandboxInfo,
    connector_id: str,
    customer: Customer,
    *,
    granted: Mapping[str, Any] | None = None,
    tag: str = "",
) -> bool:
    """License and install the connector for *customer*, or finish what was begun.

    Returns whether there was an installation before. A license that waits for its installation is
    used, otherwise one with the fields *granted* is created. Raises `CustomerError` with the step
    that failed.
    """
    if known := installations_of(customer, connector_id):
        customer.integration_id = known[0]["_id"]
        customer.finish_install()
        return True
    with Client(sandbox.publisher_token, base_url=sandbox.base_url) as publisher:
        licenses = publisher.connectors.licenses(connector_id)
        is_licensed = not granted and any(
            license_.get("email") == customer.email and not license_.get("_integrationId")
            for license_ in licenses.list()
        )
        if not is_licensed:
            wanted = {"email": customer.email, "expires": LICENSED_UNTIL}
            licenses.create({**wanted, **(granted or {})})
    customer.install(connector_id, tag=tag)
    return False


def choose_installation(
    customer: Customer, *, connector_id: str | None, integration_id: str | None
) -> Document:
    """Return the installation of *customer* that is meant, by default the only one.

    Raises `AccountsError` with those there are.
    """
    known = installations_of(customer, connector_id)
    chosen = [document for document in known if integration_id in (None, document["_id"])]
    if len(chosen) == 1:
        return chosen[0]
    names = _listed([f"{document['_id']} ({document['name']})" for document in known])
    if integration_id or not known:
        missing = f"no installation {integration_id}" if integration_id else "nothing installed"
        raise AccountsError(
            f"{customer.email} has {missing}. Installed there: {names}. Install with "
            "'connector-kit install'."
        )
    raise AccountsError(f"Which installation? Choose one with --installation: {names}.")


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
