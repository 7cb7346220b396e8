"""What entitles one user to one installation (protocol/resources.md#license)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connector_kit.sandbox.memory.store import Account
from connector_kit.sandbox.wire import Document, instant


@dataclass
class License:
    """A licence of *connector_id* for *account_id*; free while it has no *integration_id*."""

    id: str
    connector_id: str
    account_id: str
    created: str
    sandbox: bool
    fields: Document = field(default_factory=dict)
    integration_id: str | None = None

    def has_expired(self, now: float) -> bool:
        """Whether its last day has passed."""
        until = self.fields.get("expires") or self.fields.get("trialEndDate")
        return until is not None and instant(until) <= now

    def answer(self, account: Account) -> Document:
        """Return the licence as its owner reads it; the user's id and name once installed."""
        user = {"email": account.email}
        if self.integration_id:
            user |= {"_id": account.user_id, "name": account.name}
        document: Document = {
            "_id": self.id,
            "type": "connector",
            "created": self.created,
            "sandbox": self.sandbox,
            **self.fields,
            "user": user,
            "_connectorId": self.connector_id,
        }
        if self.integration_id:
            document["_integrationId"] = self.integration_id
        return document


class Licenses:
    """All licences, in the order they were made."""

    def __init__(self) -> None:
        self._all: dict[str, License] = {}
        self._by_connector: dict[str, dict[str, License]] = {}
        self._by_integration: dict[str, License] = {}

    def add(self, license_: License) -> None:
        """Remember a licence."""
        self._all[license_.id] = license_
        self._by_connector.setdefault(license_.connector_id, {})[license_.id] = license_
        if license_.integration_id:
            self._by_integration[license_.integration_id] = license_

    def delete(self, license_: License) -> None:
        """Remove a licence."""
        self.free(license_)
        del self._all[license_.id]
        del self._by_connector[license_.connector_id][license_.id]

    def get(self, identity: str) -> License | None:
        """Return the licence with this id."""
        return self._all.get(identity)

    def of_connector(self, connector_id: str) -> list[License]:
        """Return the licences of one connector."""
        return [*self._by_connector.get(connector_id, {}).values()]

    def of_account(self, account_id: str) -> list[License]:
        """Return the licences of one user."""
        return [each for each in self._all.values() if each.account_id == account_id]

    def of_installation(self, integration_id: str) -> License | None:
        """Return the licence an installation uses."""
        return self._by_integration.get(integration_id)

    def candidates(self, connector_id: str, account_id: str, *, sandbox: bool) -> list[License]:
        """Return an account's free licences of one environment, the oldest first (U5)."""
        return [
            each
            for each in self.of_connector(connector_id)
            if each.account_id == account_id
            and each.sandbox == sandbox
            and each.integration_id is None
        ]

    def attach(self, license_: License, integration_id: str) -> None:
        """Use a licence for an installation."""
        license_.integration_id = integration_id
        self._by_integration[integration_id] = license_

    def free(self, license_: License) -> None:
        """Make a licence usable again: its installation is gone."""
        if license_.integration_id:
            self._by_integration.pop(license_.integration_id, None)
        license_.integration_id = None

    def __iter__(self) -> Iterator[License]:
        return iter([*self._all.values()])
