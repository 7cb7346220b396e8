"""The publisher's side: connectors, their licenses, their install base, pushed updates.

protocol/http-api.md#9-connectors-and-licences
"""

from __future__ import annotations

from connector_kit.sandbox.connectors.license_rules import has_expired, license_expired
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import EMPTY, GONE, Answer, Call, answer
from connector_kit.sandbox.http.errors import Refusal, error, invalid, missing, refuse
from connector_kit.sandbox.http.paging import page
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document

SHOWN = (
    *("_id", "name", "description", "imageURL", "websiteURL", "contactEmail", "helpURL", "handle"),
    *("published", "managed", "applications", "framework", "trialEnabled", "trialPeriod"),
    "lastModified",
)
"""Fields of a connector that all accounts see."""


def delete_connector(call: Call) -> Answer:
    """DELETE /connectors/{id}: only while it is not installed anywhere."""
    connector = access.writable(call)
    if call.store.installations(connector.id):
        message = f"The connector {connector.id} is installed; it cannot be deleted."
        raise refuse(422, "resource_in_use", message)
    for license_ in call.platform.licenses.of_connector(connector.id):
        call.platform.licenses.delete(license_)
    writing.remove(call, connector)
    return GONE


def read_published(call: Call) -> Answer:
    """GET /published: what the marketplace shows of the published connectors."""
    access.owners_only(call)
    found = [record for record in call.store.on_the_market("connectors") if record.get("published")]
    shown, headers = page(call, found)
    entries = answer([_listing(record.document) for record in shown])
    return Answer(200, entries.body, headers=headers)


def install_base(call: Call) -> Answer:
    """GET /connectors/{id}/installBase: all installations, as the owner sees them (U28)."""
    connector = access.readable(call)
    shown, headers = page(call, call.store.installations(connector.id))
    entries = answer([_entry(call, record) for record in shown])
    return Answer(200, entries.body, headers=headers)


def push_update(call: Call) -> Answer:
    """PUT /connectors/{id}/update: 200 at once, the update functions run later (U15)."""
    connector = access.writable(call)
    identities = _pushed_ids(call.document())
    problems = [_push_problem(call, connector, identity) for identity in identities]
    if errors := [problem for problem in problems if problem]:
        raise Refusal(422, errors)
    for identity in identities:
        _mark_updating(call, identity)
    call.platform.pushes.push(identities)
    return EMPTY


def _listing(document: Document) -> Document:
    """Leaves out what only the publisher may see."""
    shown = {name: document[name] for name in SHOWN if name in document}
    own = document.get("twoDotZero")
    if isinstance(own, dict):
        shown["twoDotZero"] = {
            name: own[name] for name in ("editions", "isParentChild") if name in own
        }
    return shown


def _entry(call: Call, installation: Record) -> Document:
    document = installation.document
    entry = {
        "_integrationId": installation.id,
        "name": document.get("name"),
        "email": call.store.accounts[installation.account_id].email,
        "version": document.get("version"),
        "updateInProgress": bool(document.get("updateInProgress")),
        "sandbox": bool(document.get("sandbox")),
    }
    optional = {name: document[name] for name in ("tag", "_parentId") if document.get(name)}
    return {**entry, **optional}


def _pushed_ids(body: Document) -> list[str]:
    identities = body.get("_integrationIds")
    if not identities:
        raise missing("_integrationIds")
    if not isinstance(identities, list) or not all(
        isinstance(identity, str) for identity in identities
    ):
        raise invalid("_integrationIds", "must be an array of integration ids")
    return list(dict.fromkeys(identities))


def _push_problem(call: Call, connector: Record, identity: str) -> Document | None:
    installation = call.store.find("integrations", identity)
    if installation is None or installation.connector_id != connector.id:
        message = f"{identity} is not in the install base of this connector."
        return error("invalid_ref", message, "_integrationIds")
    if installation.get("_parentId"):
        message = f"{identity} is a child; push its parent."
        return error("invalid_ref", message, "_integrationIds")
    if has_expired(call.platform, identity):
        return license_expired(identity).errors[0]
    return None


def _mark_updating(call: Call, identity: str) -> None:
    if installation := call.store.find("integrations", identity):
        document = {**installation.document, "updateInProgress": True}
        call.store.put(Record.of(installation.account_id, "integrations", document))


ROUTES = (
    Route("DELETE", "/connectors/{id}", delete_connector, ok=204),
    Route("GET", "/published", read_published, query="after"),
    Route("GET", "/connectors/{id}/installBase", install_base, query="after"),
    Route("PUT", "/connectors/{id}/update", push_update, body="push"),
)
