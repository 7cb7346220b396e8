"""Licenses over HTTP, and what they allow (protocol/http-api.md#9-connectors-and-licences)."""

from __future__ import annotations

from connector_kit.sandbox.apps.frameworks import is_two_dot_zero
from connector_kit.sandbox.connectors.license_rules import (
    check_editions,
    child_fields,
    license_fields,
)
from connector_kit.sandbox.connectors.license_store import APP, CHILD, CONNECTOR, License
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.store import Account
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import EMPTY, GONE, Answer, Call, answer
from connector_kit.sandbox.http.errors import invalid, missing, not_found, refuse
from connector_kit.sandbox.http.paging import page
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, render


def read_all(call: Call) -> Answer:
    """GET /connectors/{id}/licenses."""
    connector = access.readable(call)
    return _answer_page(call, call.platform.licenses.of_connector(connector.id))


def read(call: Call) -> Answer:
    """GET /connectors/{id}/licenses/{licenseId}."""
    return _answer_license(call, _license(call))


def create(call: Call) -> Answer:
    """POST /connectors/{id}/licenses: for the email address of someone with an account."""
    connector, sent = access.writable(call), call.document()
    parent = _parent(call, connector, sent)
    if parent:
        account, type_ = call.store.accounts[parent.account_id], CHILD
    else:
        account = _account(call, sent)
        type_ = APP if is_two_dot_zero(connector.document) else CONNECTOR
    sandbox = sent.get("sandbox")
    if sandbox is not None and not isinstance(sandbox, bool):
        raise invalid("sandbox", "must be true or false")
    license_ = License(
        id=call.store.ids.next(),
        connector_id=connector.id,
        account_id=account.id,
        created=call.platform.clock.stamp(),
        sandbox=parent.sandbox if parent else bool(sandbox),
        type=type_,
        fields=child_fields(sent) if parent else license_fields(connector.document, sent),
        parent_id=parent.id if parent else None,
    )
    call.platform.licenses.add(license_)
    call.store.changes += 1
    return answer(call.platform.licenses.describe(license_, account, call.now), 201)


def replace(call: Call) -> Answer:
    """PUT /connectors/{id}/licenses/{licenseId}: needs no e-mail address."""
    license_, sent = _license(call), call.document()
    connector = access.writable(call).document
    if license_.parent_id:
        fields = child_fields(sent)
    else:
        fields = license_fields(connector, sent)
        check_editions(connector, license_, fields)
    call.platform.licenses.rewrite(license_, fields)
    call.store.changes += 1
    return _answer_license(call, license_)


def delete(call: Call) -> Answer:
    """DELETE /connectors/{id}/licenses/{licenseId}: only while no installation uses it."""
    license_ = _license(call)
    if license_.integration_id:
        message = f"The license is used by the installation {license_.integration_id}."
        raise refuse(422, "resource_in_use", message)
    for child in call.platform.licenses.children(license_):
        call.platform.licenses.delete(child)
    call.platform.licenses.delete(license_)
    call.store.changes += 1
    return GONE


def read_own(call: Call) -> Answer:
    """GET /licenses: the licenses a user holds."""
    access.owners_only(call)
    return _answer_page(call, call.platform.licenses.of_account(call.account_id))


def request_change(call: Call) -> Answer:
    """POST …/licenses/{licenseId}/upgradeRequest, …/renewRequest: mails the connector's contact."""
    access.owners_only(call)
    connector = call.store.find("connectors", call.id)
    license_ = call.platform.licenses.get(call.params["licenseId"])
    is_own = license_ is not None and license_.account_id == call.account_id
    if connector is None or license_ is None or license_.connector_id != call.id or not is_own:
        raise not_found(f"license {call.params['licenseId']} of yours")
    _mail(call, connector, call.segments[-1], {"_licenseId": license_.id, **call.instructions()})
    return EMPTY


def request_contact(call: Call) -> Answer:
    """POST /licenses/request: asks the publisher of a connector to get in touch."""
    access.owners_only(call)
    sent = call.document()
    connector = call.store.find("connectors", str(sent.get("_connectorId")))
    if connector is None:
        raise missing("_connectorId")
    _mail(call, connector, "request", sent)
    return EMPTY


def _mail(call: Call, connector: Record, subject: str, about: Document) -> None:
    owner = call.store.accounts[connector.account_id]
    to = str(connector.get("contactEmail") or owner.email)
    call.platform.mails.send(to, subject, {**about, "from": call.account.email})


def _account(call: Call, sent: Document) -> Account:
    email = sent.get("email")
    if not email:
        raise missing("email")
    account = call.store.account_of(str(email))
    if account is None:
        message = f"{email} has no account; the user has to create one first."
        raise refuse(422, "invalid_user", message, "email")
    return account


def _parent(call: Call, connector: Record, sent: Document) -> License | None:
    """Return the parent of a child's license, None when it is not for a child."""
    identity = sent.get("_parentId")
    if identity is None:
        return None
    parent = call.platform.licenses.get(str(identity))
    if parent is None or parent.connector_id != connector.id or parent.parent_id:
        message = f"{identity!r} is no license of this connector that may have children."
        raise refuse(422, "invalid_ref", message, "_parentId")
    return parent


def _license(call: Call) -> License:
    connector = access.readable(call)
    license_ = call.platform.licenses.get(call.params["licenseId"])
    if license_ is None or license_.connector_id != connector.id:
        raise not_found(f"license {call.params['licenseId']} of this connector")
    return license_


def _answer_license(call: Call, license_: License) -> Answer:
    account = call.store.accounts[license_.account_id]
    return answer(call.platform.licenses.describe(license_, account, call.now))


def _answer_page(call: Call, licenses: list[License]) -> Answer:
    on_page, headers = page(call, licenses)
    accounts, describe = call.store.accounts, call.platform.licenses.describe
    entries = [describe(item, accounts[item.account_id], call.now) for item in on_page]
    return Answer(200, render(entries), headers=headers)


ROUTES = (
    Route("GET", "/connectors/{id}/licenses", read_all, query="after"),
    Route("POST", "/connectors/{id}/licenses", create, ok=201, body="license"),
    Route("GET", "/connectors/{id}/licenses/{licenseId}", read),
    Route("PUT", "/connectors/{id}/licenses/{licenseId}", replace, body="license"),
    Route("DELETE", "/connectors/{id}/licenses/{licenseId}", delete, ok=204),
    Route("POST", "/connectors/{id}/licenses/{licenseId}/upgradeRequest", request_change),
    Route("POST", "/connectors/{id}/licenses/{licenseId}/renewRequest", request_change),
    Route("GET", "/licenses", read_own, query="after"),
    Route("POST", "/licenses/request", request_contact, body="license_request"),
)
