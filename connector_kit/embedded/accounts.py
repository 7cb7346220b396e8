"""The accounts that the publisher deploys into: their tokens, and clients made from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from connector_kit import parsing
from connector_kit.documents import Document
from connector_kit.embedded.encryption import decrypted, encrypted, re_encrypted
from connector_kit.embedded.errors import EmbeddedError, named
from connector_kit.integrator import Client
from connector_kit.integrator.transport.secret import Secret, read_token
from connector_kit.lifecycle.lease import Lease
from connector_kit.lifecycle.platform import embedded_client
from connector_kit.models import EmbeddedAccount
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.sealed_records import forget_lost, renew_records

TRIES = 3
"""How many times to try re-encrypting a token that changes in the meantime."""


def add_account(
    name: str, token: str, *, base_url: str = "", sandbox: bool = False, by: Actor = THE_KIT
) -> EmbeddedAccount:
    """Store the account *name* with its API token, or another token for one that is known.

    The token is tried first (``GET /tokenInfo``): what it reaches is the account whose rate limit
    counts. *sandbox* is the token's environment. Raises `EmbeddedError` for a token that is
    refused, that belongs to another account than before, and for names and addresses that are none.
    """
    _require_name(name)
    secret = read_token(token)
    try:
        address = parsing.url(base_url) if base_url.strip() else ""
    except ValueError as error:
        raise EmbeddedError("invalid_base_url", f"The base URL {error}") from error
    known = EmbeddedAccount.objects.filter(name=name).first()
    owner = _owner(name, secret, address or (known.base_url if known else ""))
    if known is not None:
        _require_same(known, owner, sandbox=sandbox)
    with transaction.atomic():
        account = known or EmbeddedAccount(name=name, account_id=owner, sandbox=sandbox)
        before = None if known is None else _described(account)
        account.token, account.base_url = encrypted(secret), address or account.base_url
        account.save()
        act = "embedded_account.add" if known is None else "embedded_account.new_token"
        record_action(by, act, _subject(account), before=before, after=_described(account))
    return account


def find_account(name: str | None = None) -> EmbeddedAccount:
    """The account *name*, by default the only one; raises `EmbeddedError` ``unknown_account``."""
    accounts = EmbeddedAccount.objects.order_by("name")
    if name is not None and (known := accounts.filter(name=name).first()):
        return known
    names = list(accounts.values_list("name", flat=True)[:20])
    if name is None and len(names) == 1:
        return accounts.get()
    problem = f"There is no embedded account {name!r}" if name else "Which embedded account?"
    raise EmbeddedError(
        "unknown_account",
        f"{problem} ({', '.join(names) or 'none is stored'}). To store one, run 'connector-kit "
        "embedded account add NAME'.",
    )


def forget_account(account: EmbeddedAccount, *, by: Actor = THE_KIT) -> None:
    """Remove the account's token from here; the platform's stays until it is revoked there.

    Raises `EmbeddedError` ``account_in_use`` while something is deployed into it.
    """
    count = account.installations.active().count()
    if count:
        raise EmbeddedError(
            "account_in_use",
            f"{count} deployments are in the embedded account {account} and could no longer be "
            "updated or removed. Remove them first.",
        )
    with transaction.atomic():
        record_action(by, "embedded_account.forget", _subject(account), before=_described(account))
        if account.installations.exists():
            account.set_token("", instead_of=account.token)  # its history stays
        else:
            account.delete()


def _subject(account: EmbeddedAccount) -> str:
    return f"embedded_account/{account.name}"


def _described(account: EmbeddedAccount) -> Document:
    """The account for the record of actions: whose it is, and nothing of its token."""
    fields = ("account_id", "base_url", "sandbox")
    return {name: getattr(account, name) for name in fields}


def account_owner(account: EmbeddedAccount) -> str:
    """The token's owner, as the platform reports it now.

    Raises `EmbeddedError` ``token_refused``, or ``wrong_account`` when the owner has changed.
    """
    owner = _owner(account.name, token_of(account), account.base_url)
    _require_same(account, owner, sandbox=account.sandbox)
    return owner


def token_of(account: EmbeddedAccount) -> Secret:
    """The account's token; raises `EmbeddedError` when there is none, or it cannot be read."""
    if not account.token:
        raise EmbeddedError(
            "no_token",
            f"The token of the embedded account {account} was deleted. Store one with "
            f"'connector-kit embedded account add {account}'.",
        )
    return decrypted(account.token, whose=account)


@contextmanager
def account_client(
    account: EmbeddedAccount, *, seconds: float | None = None, lease: Lease | None = None
) -> Iterator[Client]:
    """The client for *account*, which says whose token it is when that is refused."""
    with (
        named(account),
        embedded_client(
            token_of(account),
            base_url=account.base_url,
            account=account.account_id,
            seconds=seconds,
            lease=lease,
        ) as client,
    ):
        yield client


@dataclass(frozen=True)
class Rotation:
    """The result of encrypting all tokens and secret settings with the first key."""

    renewed: tuple[str, ...]
    unreadable: tuple[str, ...]
    """Accounts whose token no key can decrypt: they are unchanged."""
    records: int = 0
    """How many records with customers' secrets were re-encrypted."""
    lost: tuple[str, ...] = ()
    """Installations with such records that no key can decrypt."""

    def to_json(self) -> Document:
        """Return the names and counts as JSON."""
        return {
            "renewed": list(self.renewed),
            "unreadable": list(self.unreadable),
            "records": self.records,
            "lost": list(self.lost),
        }


def rotate_keys(*, by: Actor = THE_KIT, forgets_lost: bool = False) -> Rotation:
    """Encrypt all tokens and secret settings with the first key, so the other keys can be removed.

    Settings that were saved in plain text, before they were secret, are encrypted too. With
    *forgets_lost*, records that no key can decrypt are deleted, and later rebuilt from the account.
    """
    renewed, unreadable = [], []
    for account in EmbeddedAccount.objects.exclude(token="").order_by("name").iterator():
        try:
            _rotate(account)
            renewed.append(account.name)
        except EmbeddedError:
            unreadable.append(account.name)
    done = renew_records()
    if forgets_lost:
        forget_lost(done.lost)
    rotation = Rotation(tuple(renewed), tuple(unreadable), done.records, done.lost)
    record_action(
        by, "embedded_account.rotate_keys", "embedded_account/*", after=rotation.to_json()
    )
    return rotation


def _rotate(account: EmbeddedAccount) -> None:
    for _ in range(TRIES):
        before = account.token
        if account.set_token(re_encrypted(before, whose=account), instead_of=before):
            return
        account.refresh_from_db()


def _owner(name: str, token: Secret, base_url: str) -> str:
    with (
        named(name),
        embedded_client(token, base_url=base_url, account=None) as client,
    ):
        return str(client.token_info().get("_userId") or "")


def _require_same(account: EmbeddedAccount, owner: str, *, sandbox: bool) -> None:
    if owner != account.account_id:
        raise EmbeddedError(
            "wrong_account",
            f"The token belongs to {owner}, but the embedded account {account} is "
            f"{account.account_id}: it could not reach what is deployed there. Use a token of the "
            "same account, or store this one under another name.",
        )
    if sandbox != account.sandbox:
        raise EmbeddedError(
            "wrong_environment",
            f"The embedded account {account} is "
            f"{'a sandbox' if account.sandbox else 'production'}, and a token is for one "
            "environment. Store the other one under another name.",
        )


def _require_name(name: str) -> None:
    try:
        validate_slug(name)
    except ValidationError:
        name_at_most = "letters, digits, hyphens and underscores, at most 50"
        raise EmbeddedError(
            "invalid_name", f"{name!r} is not a valid account name. Use {name_at_most}."
        ) from None
    if len(name) > 50:
        raise EmbeddedError("invalid_name", "The name of an account has at most 50 characters.")
