"""What entitles one user to one installation (protocol/resources.md#license).

The license of a child has no dates of its own: it lives and expires with its parent's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connector_kit.sandbox.documents.store import Account
from connector_kit.sandbox.http.wire import Document, instant

NEVER = float("inf")
CONNECTOR, APP, CHILD = "connector", "integrationApp", "integrationAppChild"
"""Types: of a 1.0 connector, of a 2.0 one, of a child of the latter."""


@dataclass
class License:
    """A license of *connector_id* for *account_id*; free while it has no *integration_id*.

    *switched_off* are the flows that were disabled when it expired, None while it is in force.
    """

    id: str
    connector_id: str
    account_id: str
    created: str
    sandbox: bool
    fields: Document = field(default_factory=dict)
    integration_id: str | None = None
    type: str = CONNECTOR
    parent_id: str | None = None
    switched_off: list[str] | None = None

    @property
    def until(self) -> float:
        """When it expires, in seconds since the epoch."""
        date = self.fields.get("expires") or self.fields.get("trialEndDate")
        return instant(date) if date else NEVER

    def has_expired(self, now: float) -> bool:
        """Whether its last day has passed."""
        return self.until <= now

    def answer(self, account: Account) -> Document:
        """Return the license as its owner reads it; the user's id and name once installed."""
        user = {"email": account.email}
        if self.integration_id:
            user |= {"_id": account.user_id, "name": account.name}
        document: Document = {
            "_id": self.id,
            "type": self.type,
            "created": self.created,
            "sandbox": self.sandbox,
            **self.fields,
            "user": user,
            "_connectorId": self.connector_id,
        }
        if self.parent_id:
            document["_parentId"] = self.parent_id
        if self.integration_id:
            document["_integrationId"] = self.integration_id
        return document


class Licenses:
    """All licenses, in the order they were made."""

    def __init__(self) -> None:
        self._all: dict[str, License] = {}
        self._by_connector: dict[str, dict[str, License]] = {}
        self._by_account: dict[str, dict[str, License]] = {}
        self._by_integration: dict[str, License] = {}
        self.due = NEVER
        """Before this moment no license in use expires."""

    def add(self, license_: License) -> None:
        """Remember a license."""
        self._all[license_.id] = license_
        self._by_connector.setdefault(license_.connector_id, {})[license_.id] = license_
        self._by_account.setdefault(license_.account_id, {})[license_.id] = license_
        if license_.integration_id:
            self.attach(license_, license_.integration_id)

    def rewrite(self, license_: License, fields: Document) -> None:
        """Replace what its owner wrote."""
        license_.fields = fields
        self.due = min(self.due, license_.until)

    def delete(self, license_: License) -> None:
        """Remove a license."""
        self.free(license_)
        del self._all[license_.id]
        del self._by_connector[license_.connector_id][license_.id]
        del self._by_account[license_.account_id][license_.id]

    def get(self, identity: str) -> License | None:
        """Return the license with this id."""
        return self._all.get(identity)

    def of_connector(self, connector_id: str) -> list[License]:
        """Return the licenses of one connector."""
        return [*self._by_connector.get(connector_id, {}).values()]

    def of_account(self, account_id: str) -> list[License]:
        """Return the licenses of one user."""
        return [*self._by_account.get(account_id, {}).values()]

    def of_installation(self, integration_id: str) -> License | None:
        """Return the license an installation uses."""
        return self._by_integration.get(integration_id)

    def candidates(self, connector_id: str, account_id: str, *, sandbox: bool) -> list[License]:
        """Return an account's free licenses of one environment, the oldest first (U5)."""
        return [
            item
            for item in self.of_account(account_id)
            if item.connector_id == connector_id
            and item.sandbox == sandbox
            and item.integration_id is None
            and item.parent_id is None
        ]

    def children(self, license_: License) -> list[License]:
        """Return the licenses of an installation's children, the oldest first."""
        licenses = self.of_account(license_.account_id)
        return [child for child in licenses if child.parent_id == license_.id]

    def governing(self, license_: License) -> License:
        """Return the license whose dates count: of a child's its parent's."""
        return self._all.get(license_.parent_id or "", license_)

    def lapsed(self, now: float) -> list[License]:
        """Return what has expired in use and was not switched off yet; looks ahead for `due`."""
        in_use = [
            (self.governing(license_).until, license_)
            for license_ in self._by_integration.values()
            if license_.switched_off is None
        ]
        self.due = min((until for until, _ in in_use if until > now), default=NEVER)
        return [license_ for until, license_ in in_use if until <= now]

    def has_expired(self, license_: License, now: float) -> bool:
        """Whether a license has expired, a child's with its parent's."""
        return self.governing(license_).has_expired(now)

    def is_resumable(self, license_: License, now: float) -> bool:
        """Whether it was renewed after it had switched its installation off (U21)."""
        return license_.switched_off is not None and not self.has_expired(license_, now)

    def describe(self, license_: License, account: Account, now: float) -> Document:
        """Return a license of *account* as its owner reads it."""
        document = license_.answer(account)
        if self.is_resumable(license_, now):
            document["resumable"] = True
        return document

    def attach(self, license_: License, integration_id: str) -> None:
        """Use a license for an installation."""
        license_.integration_id = integration_id
        self._by_integration[integration_id] = license_
        self.due = min(self.due, self.governing(license_).until)

    def free(self, license_: License) -> None:
        """Make a license usable again: its installation is gone."""
        if license_.integration_id:
            self._by_integration.pop(license_.integration_id, None)
        license_.integration_id = license_.switched_off = None

    def __iter__(self) -> Iterator[License]:
        return iter([*self._all.values()])
