"""What a license may say, and what it allows (protocol/http-api.md#9-connectors-and-licences)."""

from __future__ import annotations

from connector_kit.sandbox.apps.frameworks import edition
from connector_kit.sandbox.connectors.license_store import License
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.errors import Refusal, invalid, missing, refuse
from connector_kit.sandbox.http.wire import Document, instant, iso
from connector_kit.sandbox.platform import Platform

DATES = ("expires", "trialEndDate")
EDITIONS = ("_editionId", "_changeEditionId")
WRITABLE = (*DATES, "opts", *EDITIONS)
"""What may change later; email address and environment are chosen on create."""


def license_fields(connector: Document, sent: Document) -> Document:
    """Return the fields of a license; raises `Refusal` 422."""
    has_trial = bool(sent.get("trialEndDate") and connector.get("trialEnabled"))
    if not sent.get("expires") and not has_trial:
        raise missing("expires")
    fields = {name: sent[name] for name in WRITABLE if sent.get(name) is not None}
    if fields.get("expires"):
        fields.pop("trialEndDate", None)
    for name in EDITIONS:
        edition_id = fields.get(name)
        if edition_id is not None and edition(connector, edition_id) is None:
            raise refuse(422, "invalid_ref", f"The connector has no edition {edition_id!r}.", name)
    _check_opts(fields)
    for name in [name for name in DATES if name in fields]:
        try:
            fields[name] = iso(instant(fields[name]))
        except (ValueError, OverflowError) as error:
            raise invalid(name, f"must be an ISO 8601 date, not {fields[name]!r}") from error
    return fields


def child_fields(sent: Document) -> Document:
    """Return the fields of a child's license: its ``opts`` only."""
    fields = {"opts": sent["opts"]} if sent.get("opts") is not None else {}
    _check_opts(fields)
    return fields


def check_editions(connector: Document, license_: License, fields: Document) -> None:
    """Raise `Refusal` 422 for a change of editions that is not one upwards.

    The edition is fixed once the license is installed: *fields* keep it, and may only name the one
    to change to.
    """
    current = license_.fields.get("_editionId")
    if license_.integration_id:
        if fields.setdefault("_editionId", current) != current:
            raise invalid("_editionId", "is fixed once installed; set _changeEditionId")
        if current is None:
            del fields["_editionId"]
    new = edition(connector, fields.get("_changeEditionId"))
    old = edition(connector, fields.get("_editionId"))
    if new and old and _order(new) <= _order(old):
        raise invalid("_changeEditionId", "must name an edition of higher order")


def choose_license(call: Call, connector_id: str, *, sandbox: bool) -> License:
    """Return the license that an installation takes: the oldest free one that is valid (U5)."""
    free = call.platform.licenses.candidates(connector_id, call.account_id, sandbox=sandbox)
    now = call.platform.clock.now()
    valid = next((license_ for license_ in free if not license_.has_expired(now)), None)
    if valid:
        return valid
    if free:
        raise license_expired()
    raise refuse(
        422,
        "subscription_required",
        f"There is no free {'sandbox' if sandbox else 'production'} license of this connector for "
        "the account; its publisher creates one (POST /connectors/{id}/licenses).",
    )


def has_expired(platform: Platform, integration_id: str) -> bool:
    """Whether the license of an installation has expired."""
    license_, now = platform.licenses.of_installation(integration_id), platform.clock.now()
    return license_ is not None and platform.licenses.has_expired(license_, now)


def license_expired(integration_id: str | None = None) -> Refusal:
    """422: a license whose date has passed switches the integration off (U21)."""
    whose = f"of the installation {integration_id} " if integration_id else ""
    return refuse(
        422, "license_expired", f"The license {whose}has expired; its publisher can renew it."
    )


def _check_opts(fields: Document) -> None:
    if "opts" in fields and not isinstance(fields["opts"], dict):
        raise invalid("opts", "must be an object")


def _order(edition_: Document) -> float:
    order = edition_.get("order")
    return order if isinstance(order, (int, float)) else 0
