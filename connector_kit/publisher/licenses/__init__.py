"""Licenses: the publisher's actions, what happens over time, and a web shop's events."""

from connector_kit.publisher.licenses.errors import (
    EventConflict,
    LicenseError,
    LicenseExists,
    LicenseGone,
    NotOffered,
    UnknownLicense,
)
from connector_kit.publisher.licenses.provisioning import Receipt, process, receive
from connector_kit.publisher.licenses.reconcile import ReconcileResult, reconcile
from connector_kit.publisher.licenses.reminders import Reminding, license_reminded
from connector_kit.publisher.licenses.search import (
    LicenseFilter,
    LicensePage,
    find_license,
    license_json,
    list_licenses,
    lost_licenses,
    refused_subscriptions,
)
from connector_kit.publisher.licenses.services import (
    LicenseRequest,
    change_edition,
    child,
    convert,
    create,
    delete,
    expire,
    extend,
    reactivate,
    renew,
    restore,
    set_add_ons,
    trial,
)
from connector_kit.publisher.licenses.ticks import tick

__all__ = [
    "EventConflict",
    "LicenseError",
    "LicenseExists",
    "LicenseFilter",
    "LicenseGone",
    "LicensePage",
    "LicenseRequest",
    "NotOffered",
    "Receipt",
    "ReconcileResult",
    "Reminding",
    "UnknownLicense",
    "change_edition",
    "child",
    "convert",
    "create",
    "delete",
    "expire",
    "extend",
    "find_license",
    "license_json",
    "license_reminded",
    "list_licenses",
    "lost_licenses",
    "process",
    "reactivate",
    "receive",
    "reconcile",
    "refused_subscriptions",
    "renew",
    "restore",
    "set_add_ons",
    "tick",
    "trial",
]
