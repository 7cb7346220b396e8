"""Licences over HTTP, and what they allow (protocol/http-api.md#9-connectors-and-licences)."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.records import Record
from connector_kit.sandbox.errors import Refusal, invalid, missing, not_found, refuse
from connector_kit.sandbox.memory.licenses import License
from connector_kit.sandbox.platform import Platform
from connector_kit.sandbox.routes import access
from connector_kit.sandbox.routes.call import GONE, Answer, Call, answer
from connector_kit.sandbox.routes.paging import page
from connector_kit.sandbox.wire import Document, instant, iso

WRITABLE = ("expires", "trialEndDate", "opts", "_editionId", "_changeEditionId")
"""What the owner may change later on; e-mail address and environment are chosen on create."""


def read_all(call: Call) -> Answer:
    """GET /connectors/{id}/licenses."""
    connector = access.readable(call)
    found = call.platform.licenses.of_connector(connector.id)
    return _answer_page(call, found)


def read(call: Call) -> Answer:
    """GET /connectors/{id}/licenses/{licenseId}."""
    return _shown(call, _license(call))


def create(call: Call) -> Answer:
    """POST /connectors/{id}/licenses: for the e-mail address of somebody with an account."""
    connector, sent = access.writable(call), call.document()
    email = sent.get("email")
    if not email:
        raise missing("email")
    account = call.store.account_of(str(email))
    if account is None:
        message = f"{email} has no account; the user has to create one first."
        raise refuse(422, "invalid_user", message, "email")
    license_ = License(
        id=call.store.ids.next(),
        connector_id=connector.id,
        account_id=account.id,
        created=call.platform.clock.stamp(),
        sandbox=bool(sent.get("sandbox")),
        fields=_fields(connector, sent),
    )
    call.platform.licenses.add(license_)
    call.store.changes += 1
    return answer(license_.answer(account), 201)


def replace(call: Call) -> Answer:
    """PUT /connectors/{id}/licenses/{licenseId}: needs no e-mail address."""
    license_ = _license(call)
    license_.fields = _fields(access.writable(call), call.document())
    call.store.changes += 1
    return _shown(call, license_)


def delete(call: Call) -> Answer:
    """DELETE /connectors/{id}/licenses/{licenseId}: only while no installation uses it."""
    license_ = _license(call)
    if license_.integration_id:
        message = f"The licence is used by the installation {license_.integration_id}."
        raise refuse(422, "resource_in_use", message)
    call.platform.licenses.delete(license_)
    call.store.changes += 1
    return GONE


def read_own(call: Call) -> Answer:
    """GET /licenses: the licences a user holds."""
    access.owners_only(call)
    return _answer_page(call, call.platform.licenses.of_account(call.account_id))


def choose(call: Call, connector_id: str, *, sandbox: bool) -> License:
    """Return the licence that an installation takes: the oldest free one that is valid (U5)."""
    free = call.platform.licenses.candidates(connector_id, call.account_id, sandbox=sandbox)
    now = call.platform.clock.now()
    valid = next((each for each in free if not each.has_expired(now)), None)
    if valid:
        return valid
    if free:
        raise license_expired()
    raise refuse(
        422,
        "subscription_required",
        f"There is no free {'sandbox' if sandbox else 'production'} licence of this connector for "
        "the account; its publisher creates one (POST /connectors/{id}/licenses).",
    )


def has_expired(platform: Platform, integration_id: str) -> bool:
    """Whether the licence of an installation has expired."""
    license_ = platform.licenses.of_installation(integration_id)
    return license_ is not None and license_.has_expired(platform.clock.now())


def license_expired(integration_id: str | None = None) -> Refusal:
    """422: a licence whose date has passed switches the integration off (U21)."""
    whose = f"of the installation {integration_id} " if integration_id else ""
    return refuse(
        422, "license_expired", f"The licence {whose}has expired; its publisher can renew it."
    )


def _fields(connector: Record, sent: Document) -> Document:
    has_trial = bool(sent.get("trialEndDate") and connector.get("trialEnabled"))
    if not sent.get("expires") and not has_trial:
        raise missing("expires")
    fields = {name: sent[name] for name in WRITABLE if sent.get(name) is not None}
    if fields.get("expires"):
        fields.pop("trialEndDate", None)
    dates = {name: _date(name, fields[name]) for name in WRITABLE[:2] if name in fields}
    return {**fields, **dates}


def _date(name: str, value: Any) -> str:
    try:
        return iso(instant(value))
    except (ValueError, OverflowError) as error:
        raise invalid(name, f"must be an ISO 8601 date, not {value!r}") from error


def _license(call: Call) -> License:
    connector = access.readable(call)
    license_ = call.platform.licenses.get(call.params["licenseId"])
    if license_ is None or license_.connector_id != connector.id:
        raise not_found(f"licence {call.params['licenseId']} of this connector")
    return license_


def _shown(call: Call, license_: License) -> Answer:
    return answer(license_.answer(call.store.accounts[license_.account_id]))


def _answer_page(call: Call, found: list[License]) -> Answer:
    shown, headers = page(call, found)
    accounts = call.store.accounts
    body = answer([each.answer(accounts[each.account_id]) for each in shown]).body
    return Answer(200, body, headers=headers)
