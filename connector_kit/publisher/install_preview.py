"""A connector's install steps, tried out in the publisher's own account before customers see them.

It does what the platform's install wizard does in both frameworks (protocol/http-api.md
#81-framework-10 and #83-framework-20-install), with the token of an account for this purpose: the
publisher's own, or another. It installs into the account's sandbox environment, and uninstalls
afterward.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import starmap

import jsonpatch

from connector_kit.blueprint.placeholders import completed, not_entered
from connector_kit.conf import kit
from connector_kit.documents import MASK, Document
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound
from connector_kit.integrator.resources.connections import Ping
from connector_kit.lifecycle import preview_client, publisher_client
from connector_kit.models import Connector
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.publisher.catalog import published_id
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.record_plans import TWO_DOT_ZERO

TAG = "install preview"
"""The tag by which a preview is told from a customer's installation."""

LIFETIME = timedelta(days=7)
"""How long the license of a preview lives, when one has to be made."""


@dataclass(frozen=True)
class Credential:
    """Something that a connection still needs: a dotted path in its document, and its state."""

    path: str
    problem: str = ""
    is_known: bool = False
    """Whether it was entered before; the platform shows a mask."""

    @property
    def label(self) -> str:
        """The last two words of the path, for people."""
        return " ".join(self.path.split(".")[-2:])


@dataclass(frozen=True)
class PreviewStep:
    """One install step, as the wizard shows it.

    *function* names the step. A step that *asks_for_connection* has a *connection_id* in framework
    1.0; in 2.0, the connection is created from what is entered.
    """

    name: str
    description: str
    function: str
    asks_for_connection: bool = False
    connection_id: str = ""
    url: str = ""
    form: Document | None = None
    is_completed: bool = False
    is_current: bool = False
    credentials: tuple[Credential, ...] = ()


@dataclass(frozen=True)
class Preview:
    """An installation that is being tried out."""

    integration_id: str
    name: str
    mode: str
    version: str
    steps: tuple[PreviewStep, ...]
    parent_id: str = ""
    """The preview whose store it is, in framework 2.0."""
    has_stores: bool = False
    """Whether stores can be added."""
    stores: tuple[Preview, ...] = ()

    @property
    def current(self) -> PreviewStep | None:
        """The next step to do; None when all are done."""
        return next((step for step in self.steps if step.is_current), None)

    @property
    def is_complete(self) -> bool:
        """Whether the installation has left the install mode."""
        return self.mode == "settings"


def previews(connector: Connector) -> list[Preview]:
    """The previews of *connector* that are there; costs one list of integrations."""
    with preview_client() as client:
        return [
            _preview(integration)
            for integration in client.integrations.list()
            if _is_ours(integration, connector)
        ]


def start_preview(connector: Connector, *, edition: str = "", by: Actor) -> str:
    """Install *connector* in the preview account; returns the integration's id.

    Makes a license for that account first, unless a free one is there. Raises `PublisherError`
    when the settings name no address for it, and `IntegratorError`.
    """
    connector_id = published_id(connector)
    with publisher_client() as publisher:
        listing = publisher.connectors.get(connector_id)
        _require_license(publisher, listing, edition)
    with preview_client() as client:
        if listing.get("framework") == TWO_DOT_ZERO:
            answer = client.connectors.install(connector_id, sandbox=True, tag=TAG)
        else:
            answer = client.integrations.install(connector_id, sandbox=True, tag=TAG)
        integration_id = str(answer.get("_integrationId") or "") or _newest(client, connector)
    record_action(by, "preview.start", f"connector/{connector.slug}", after={"id": integration_id})
    return integration_id


def look(connector: Connector, integration_id: str) -> Preview:
    """The state of the preview, with what its current step's connection still needs."""
    with _opened(connector, integration_id) as (client, integration):
        preview = _preview(integration, client)
        if not preview.has_stores:
            return preview
        stores = tuple(map(_preview, client.integrations.children(integration_id)))
        return replace(preview, stores=stores)


def add_store(connector: Connector, integration_id: str, *, by: Actor) -> str:
    """Add a store to the preview, as customers do in framework 2.0; returns the child's id.

    Makes a license for it first, unless a free one is there.
    """
    with publisher_client() as publisher:
        _require_child_license(publisher, published_id(connector), integration_id)
    with _opened(connector, integration_id) as (client, _):
        store_id = client.integrations.init_child(integration_id)
    record_action(by, "preview.store", f"connector/{connector.slug}", after={"id": store_id})
    return store_id


def connect(
    connector: Connector, integration_id: str, function: str, values: Mapping[str, str]
) -> str:
    """Write *values* (by dotted path) into the connection of a step, and do the step.

    Empty values stay as they are. Says what is wrong, if anything is. In framework 2.0, a step that
    was refused has made its connection already.
    """
    with _opened(connector, integration_id) as (client, integration):
        step = _step(integration, function)
        connection_id = str(step.get("_connectionId") or "")
        document = client.connections.get(connection_id) if connection_id else _template(step)
        entered = document
        for path, value in values.items():
            entered = _with(entered, path.split("."), value) if value else entered
        if not connection_id:
            connection = completed("connections", entered)
            client.integrations.answer_install_step(integration_id, {"connection": connection})
            return ""
        if operations := jsonpatch.make_patch(document, entered).patch:
            client.connections.patch(connection_id, operations)
    return run_step(connector, integration_id, function)


def run_step(
    connector: Connector, integration_id: str, function: str, form: Document | None = None
) -> str:
    """Do the step that *function* names, with the values of its *form*; says what is wrong, if so.

    Waits for the connector's own code, up to five minutes.
    """
    with _opened(connector, integration_id) as (client, integration):
        if _is_two_dot_zero(integration):
            connection_id = _step(integration, function).get("_connectionId")
            chosen = {"_connectionId": connection_id} if connection_id else form
            client.integrations.answer_install_step(integration_id, chosen)
            return ""
        body = {"formVal": form} if form else None
        answer = client.integrations.installer_step(integration_id, function, body)
    if answer.get("success"):
        return ""
    reason = answer.get("message") or answer.get("resBody") or "The step failed without a reason."
    return str(reason)


def end_preview(connector: Connector, integration_id: str, *, by: Actor) -> str:
    """Uninstall the preview, step by step; its license is free again afterwards.

    Returns the id of its parent, if it is a store; else an empty text.
    """
    with _opened(connector, integration_id) as (client, integration):
        if _is_two_dot_zero(integration):
            _uninstall_copy(client, integration_id)
        else:
            steps = client.integrations.pre_uninstall(integration_id)
            for step in steps if isinstance(steps, list) else ():
                client.integrations.uninstaller_step(integration_id, step["uninstallerFunction"])
            client.integrations.uninstall(integration_id)
    record_action(by, "preview.end", f"connector/{connector.slug}", before={"id": integration_id})
    return str(integration.get("_parentId") or "")


@contextmanager
def _opened(connector: Connector, integration_id: str) -> Iterator[tuple[Client, Document]]:
    with preview_client() as client:
        try:
            integration = client.integrations.get(integration_id)
        except NotFound as error:
            raise PublisherError("This preview no longer exists. Start another one.") from error
        parent_id = integration.get("_parentId")
        tagged = client.integrations.get(str(parent_id)) if parent_id else integration
        if not _is_ours(tagged, connector):
            raise PublisherError(
                f"The integration {integration_id} is not a preview of {connector.slug}. It was "
                "not changed."
            )
        yield client, integration


def _is_ours(integration: Document, connector: Connector) -> bool:
    is_tagged = integration.get("tag") == TAG
    return is_tagged and integration.get("_connectorId") == connector.connector_id


def _uninstall_copy(client: Client, integration_id: str) -> None:
    """Take the steps of framework 2.0 to their end (protocol/http-api.md#84)."""
    client.integrations.begin_uninstall(integration_id)
    steps = client.integrations.uninstall_steps(integration_id).steps
    for _ in range(len(steps) + 1):  # the last answer removes the integration
        if client.integrations.answer_uninstall_step(integration_id).done:
            return
    raise PublisherError(
        f"The uninstall steps of {integration_id} do not end. Uninstall it in integrator.io."
    )


def _require_license(publisher: Client, listing: Document, edition: str) -> None:
    """Make a license of *edition* for the preview account, unless a free one is there."""
    email = kit().preview_email
    if not email:
        raise PublisherError(
            "CONNECTOR_KIT_PREVIEW_EMAIL is not set, but a license needs an address. Set it to "
            "the address of the account of CONNECTOR_KIT_PREVIEW_TOKEN or, without that, of your "
            "own account."
        )
    licenses = publisher.connectors.licenses(listing["_id"])
    now = datetime.now(UTC)
    granted = _license_fields(listing, edition)
    for license_ in licenses.list():
        if license_.get("user", {}).get("email") != email or not license_.get("sandbox"):
            continue
        if license_.get("_integrationId") or str(license_.get("expires") or "") < now.isoformat():
            continue
        if any((license_.get(name) or {}) != value for name, value in granted.items()):
            licenses.update(license_["_id"], {**license_, **granted})
        return
    expires = (now + LIFETIME).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    licenses.create({"email": email, "expires": expires, "sandbox": True, **granted})


def _require_child_license(publisher: Client, connector_id: str, integration_id: str) -> None:
    """Make a license for a store of the preview, unless a free one is there."""
    licenses = publisher.connectors.licenses(connector_id)
    known = list(licenses.list())
    parent = next((item for item in known if item.get("_integrationId") == integration_id), None)
    if parent is None:
        raise PublisherError("The preview has no license, so no store can be added. Start another.")
    children = (item for item in known if item.get("_parentId") == parent["_id"])
    if all(item.get("_integrationId") for item in children):
        licenses.create({"_parentId": parent["_id"], "type": "integrationAppChild"})


def _license_fields(listing: Document, edition: str) -> Document:
    """The fields of a license for *edition*: a word in 1.0, an id of the listing's in 2.0."""
    if listing.get("framework") != TWO_DOT_ZERO:
        return {"opts": {"connectorEdition": edition} if edition else {}}
    known = {
        str(item.get("displayName")): item["_id"]
        for item in (listing.get(TWO_DOT_ZERO) or {}).get("editions") or ()
    }
    if not known:
        return {}
    wanted = edition or next(iter(known))
    for name, identity in known.items():
        if name.lower() == wanted.lower():
            return {"_editionId": identity}
    raise PublisherError(
        f"The listing has no edition {edition!r}. It has {', '.join(known)}. Choose one of them."
    )


def _newest(client: Client, connector: Connector) -> str:
    """Find the new installation: the platform need not name it (protocol/README.md U4)."""
    made = [
        integration
        for integration in client.integrations.list()
        if _is_ours(integration, connector)
    ]
    if not made:
        raise PublisherError(
            "The platform reported the connector as installed, but the account has no such "
            "integration. Check the account, then try again."
        )
    return str(max(made, key=lambda document: str(document.get("createdAt") or ""))["_id"])


def _preview(integration: Document, client: Client | None = None) -> Preview:
    steps = _steps(integration)
    is_installing = integration.get("mode") == "install"
    undone = [index for index, step in enumerate(steps) if not step.get("completed")]
    current = undone[0] if undone and is_installing else None
    preview_steps = []
    for index, step in enumerate(steps):
        if step.get("type") == "hidden":
            continue
        is_current, connection_id = index == current, str(step.get("_connectionId") or "")
        template = _template(step)
        credentials: tuple[Credential, ...] = ()
        if client is not None and is_current and connection_id:
            credentials = tuple(_credentials(client, connection_id))
        elif client is not None and is_current and template:
            template = completed("connections", template)
            ping = client.connections.ping_unsaved(template)
            credentials = tuple(starmap(Credential, _problems(template, ping).items()))
        preview_steps.append(
            PreviewStep(
                name=str(step.get("name") or "Step"),
                description=str(step.get("description") or ""),
                function=_key(step),
                asks_for_connection=bool(connection_id or template),
                connection_id=connection_id,
                url=str(step.get("installURL") or step.get("url") or ""),
                form=step.get("form") or None,
                is_completed=bool(step.get("completed")),
                is_current=is_current,
                credentials=credentials,
            )
        )
    return Preview(
        integration_id=str(integration["_id"]),
        name=str(integration.get("name") or ""),
        mode=str(integration.get("mode") or ""),
        version=str(integration.get("version") or ""),
        steps=tuple(preview_steps),
        parent_id=str(integration.get("_parentId") or ""),
        has_stores=bool(integration.get("initChild")),
    )


def _steps(integration: Document) -> list[Document]:
    name = "installSteps" if _is_two_dot_zero(integration) else "install"
    return [item for item in integration.get(name) or () if isinstance(item, dict)]


def _is_two_dot_zero(integration: Document) -> bool:
    """Whether it is of framework 2.0 (protocol/resources.md#integration)."""
    return bool(integration.get("installSteps"))


def _key(step: Document) -> str:
    """What a step is known by: in framework 2.0 not every step has a function."""
    return str(step.get("installerFunction") or step.get("name") or "Step")


def _step(integration: Document, key: str) -> Document:
    for step in _steps(integration):
        if _key(step) == key and not step.get("completed"):
            return step
    raise PublisherError(f"The preview has no open step {key!r}. Reload the page.")


def _template(step: Document) -> Document:
    """What a new connection for *step* starts from; {} for other steps, and in framework 1.0."""
    template = step.get("sourceConnection")
    fields = template if isinstance(template, dict) else {}
    return {name: value for name, value in fields.items() if name != "_id"}


def _credentials(client: Client, connection_id: str) -> Iterator[Credential]:
    """What has to be entered or the ping refuses (protocol/README.md U25), and what is masked."""
    document = client.connections.get(connection_id)
    missing = _problems(document, client.connections.ping(connection_id))
    for path, problem in missing.items():
        yield Credential(path, problem)
    for path in _masked(document):
        if path not in missing:
            yield Credential(path, is_known=True)


def _problems(document: Document, ping: Ping) -> dict[str, str]:
    """What has to be entered into a connection, by path, and why."""
    missing = dict.fromkeys(not_entered(document), "Not entered yet.")
    return missing | {
        error["field"]: error["message"] for error in ping.errors if error.get("field")
    }


def _masked(document: object, path: str = "") -> Iterator[str]:
    if document == MASK:
        yield path
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _masked(value, f"{path}.{key}" if path else str(key))


def _with(document: Document, path: list[str], value: str) -> Document:
    """*document* with *value* at *path*; the objects on the way are made where they lack."""
    head, *rest = path
    inner = document.get(head)
    inside = inner if isinstance(inner, dict) else {}
    return {**document, head: _with(inside, rest, value) if rest else value}
