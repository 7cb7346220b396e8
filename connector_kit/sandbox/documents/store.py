"""Everything the platform remembers: accounts and their documents, in memory."""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from connector_kit.sandbox.documents.record import Record

MARKET = ("connectors", "templates", "ashares", "sshares", "accesstokens")
"""Types of documents that accounts other than their owner look up."""


@dataclass(frozen=True, slots=True)
class Account:
    """An owner's workspace; production and sandbox documents live in it side by side."""

    id: str
    user_id: str
    email: str
    name: str
    token: str = field(repr=False)


@dataclass
class Ids:
    """Makes ids of 24 hexadecimal characters that grow, so that lists can be paged by them."""

    prefix: str = field(default_factory=lambda: f"{int(time.time()):08x}{secrets.token_hex(5)}")
    last: int = 0

    def next(self) -> str:
        """Return an id that was never given out."""
        self.last += 1
        return f"{self.prefix}{self.last:06x}"


class Store:
    """Accounts and records, found by account and resource, or by id alone."""

    def __init__(self) -> None:
        self.ids = Ids()
        self.accounts: dict[str, Account] = {}
        self.changes = 0
        self._by_email: dict[str, Account] = {}
        self._records: dict[str, Record] = {}
        self._lists: dict[str, dict[str, dict[str, Record]]] = defaultdict(dict)
        self._market: dict[str, dict[str, None]] = {name: {} for name in MARKET}
        self._users: dict[str, set[str]] = defaultdict(set)
        self._installations: dict[str, dict[str, None]] = defaultdict(dict)

    # Accounts

    def add_account(self, account: Account) -> None:
        """Remember *account*."""
        self.accounts[account.id] = account
        self._by_email[account.email] = account
        self.changes += 1

    def account_of(self, email: str) -> Account | None:
        """Return the account of the user with this e-mail address."""
        return self._by_email.get(email.lower())

    # Documents

    def put(self, record: Record) -> None:
        """Store *record* in place of what has its id."""
        self._forget(self._records.get(record.id))
        self._records[record.id] = record
        self._lists[record.account_id].setdefault(record.resource, {})[record.id] = record
        for target in record.uses:
            self._users[target].add(record.id)
        if record.resource == "integrations" and record.connector_id:
            self._installations[record.connector_id].setdefault(record.id)
        if record.resource in self._market:
            self._market[record.resource].setdefault(record.id)
        self.changes += 1

    def delete(self, record: Record) -> None:
        """Remove *record*."""
        self._forget(self._records.pop(record.id))
        del self._lists[record.account_id][record.resource][record.id]
        self._market.get(record.resource, {}).pop(record.id, None)
        if record.resource == "integrations" and record.connector_id:
            self._installations[record.connector_id].pop(record.id, None)
        self.changes += 1

    def get(self, account_id: str, resource: str, identity: str) -> Record | None:
        """Return the document of this account, or None."""
        return self._lists.get(account_id, {}).get(resource, {}).get(identity)

    def find(self, resource: str, identity: str) -> Record | None:
        """Return the document with this id, in any account."""
        record = self._records.get(identity)
        return record if record and record.resource == resource else None

    def documents(self, account_id: str, resource: str) -> list[Record]:
        """Return the account's documents of one type, the oldest first."""
        return [*self._lists.get(account_id, {}).get(resource, {}).values()]

    def of_account(self, account_id: str) -> Iterator[Record]:
        """Yield all documents of an account."""
        for records in [*self._lists.get(account_id, {}).values()]:
            yield from [*records.values()]

    def members(self, integration: Record) -> list[Record]:
        """Return the documents of an integration, whatever their tags, oldest first."""
        return [
            record
            for record in self.of_account(integration.account_id)
            if record.integration_id == integration.id
        ]

    def on_the_market(self, resource: str) -> list[Record]:
        """Return the documents of all accounts, of a type in `MARKET`, oldest first."""
        return [self._records[identity] for identity in self._market[resource]]

    def users_of(self, identity: str) -> list[Record]:
        """Return the documents that stop this one from being deleted."""
        return [self._records[user_id] for user_id in sorted(self._users.get(identity, ()))]

    def installations(self, connector_id: str) -> list[Record]:
        """Return the integrations that are installations of a connector, the oldest first."""
        return [self._records[identity] for identity in self._installations.get(connector_id, ())]

    def records(self) -> list[Record]:
        """Return every document there is."""
        return [*self._records.values()]

    def _forget(self, record: Record | None) -> None:
        if record:
            for target in record.uses:
                self._users[target].discard(record.id)
