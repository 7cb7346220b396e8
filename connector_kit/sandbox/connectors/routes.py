"""The publisher's side: connectors, their licenses, their install base, pushed updates.

protocol/http-api.md#9-connectors-and-licences
"""

from __future__ import annotations

from connector_kit.sandbox.connectors.license_rules import has_expired, license_expired
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import EMPTY, GONE, Answer, Call
from connector_kit.sandbox.http.errors import Refusal, error, invalid, missing, refuse
from connector_kit.sandbox.http.paging import page
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, render

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
    connectors = call.store.on_the_market("connectors")
    on_page, headers = page(call, [item for item in connectors if item.get("published")])
    listings = []
    for connector in on_page:
        document = connector.document
        listing = {name: document[name] for name in SHOWN if name in document}
        framework = document.get("twoDotZero")
        if isinstance(framework, dict):
            # The rest of it is for the publisher only.
            listing["twoDotZero"] = {
                name: framework[name] for name in ("editions", "isParentChild") if name in framework
            }
        listings.append(listing)
    return Answer(200, render(listings), headers=headers)


def install_base(call: Call) -> Answer:
    """GET /connectors/{id}/installBase: all installations, as the owner sees them (U28)."""
    connector = access.readable(call)
    on_page, headers = page(call, call.store.installations(connector.id))
    entries = []
    for installation in on_page:
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
        entries.append(entry | optional)
    return Answer(200, render(entries), headers=headers)


def push_update(call: Call) -> Answer:
    """PUT /connectors/{id}/update: 200 at once, the update functions run later (U15)."""
    connector = access.writable(call)
    field = "_integrationIds"
    identities = call.document().get(field)
    if not identities:
        raise missing(field)
    if not isinstance(identities, list) or not all(isinstance(item, str) for item in identities):
        raise invalid(field, "must be an array of integration ids")
    errors: list[Document] = []
    installations: list[Record] = []
    for identity in dict.fromkeys(identities):
        installation = call.store.find("integrations", identity)
        if installation is None or installation.connector_id != connector.id:
            message = f"{identity} is not in the install base of this connector."
            errors.append(error("invalid_ref", message, field))
        elif installation.get("_parentId"):
            errors.append(error("invalid_ref", f"{identity} is a child; push its parent.", field))
        elif has_expired(call.platform, identity):
            errors += license_expired(identity).errors
        else:
            installations.append(installation)
    if errors:
        raise Refusal(422, errors)
    for installation in installations:
        document = {**installation.document, "updateInProgress": True}
        call.store.put(Record.of(installation.account_id, "integrations", document))
    call.platform.pushes.push(installation.id for installation in installations)
    return EMPTY


ROUTES = (
    Route("DELETE", "/connectors/{id}", delete_connector, ok=204),
    Route("GET", "/published", read_published, query="after"),
    Route("GET", "/connectors/{id}/installBase", install_base, query="after"),
    Route("PUT", "/connectors/{id}/update", push_update, body="push"),
)
