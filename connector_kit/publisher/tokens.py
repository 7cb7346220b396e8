"""Tokens for the REST API: created, shown once, verified by their digest, revoked.

A token reads ``ck_<key>_<secret>``. The key finds the row, the secret authenticates; 32 random
bytes need no slow hash. A token permits what both its scopes and its owner's current role permit.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from connector_kit.models import ApiToken
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.roles import Scopes, parse_scopes, scopes_of

PREFIX = "ck"
LONGEST_DAYS = 366
USE_IS_NOTED_EVERY = timedelta(minutes=1)
"""Noting each use would make a write of every read."""


@dataclass(frozen=True)
class NewToken:
    """A token and the text that it is used by, which is not kept anywhere."""

    row: ApiToken
    text: str = field(repr=False)


@transaction.atomic
def create_token(owner: str, name: str, scopes: list[str], *, days: int, by: Actor) -> NewToken:
    """Make a token called *name* for the user *owner*, good for *days*.

    Raises `PublisherError` for an unknown user or scope, for scopes that the owner's role does not
    open, and for a lifetime that is not between a day and a year.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise PublisherError(f"days is {days}; use 1 to {LONGEST_DAYS}.")
    user = get_user_model().objects.filter(username=owner, is_active=True).first()
    if user is None:
        raise PublisherError(
            f"There is no active user {owner!r}. Run 'connector-kit staff add {owner} --role …'."
        )
    granted = _granted(user, scopes)
    key, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        owner=user,
        name=name[:100],
        key=key,
        digest=_digest(secret),
        scopes=sorted(granted),
        expires_at=timezone.now() + timedelta(days=days),
    )
    row.refresh_from_db()
    record_action(by, "token.create", f"token/{key}", after=_described(row))
    return NewToken(row, f"{PREFIX}_{key}_{secret}")


def find_token(text: str, *, now: datetime) -> ApiToken | None:
    """The token with this *text*, unless it has ended or its owner may no longer act."""
    prefix, _, rest = text.partition("_")
    key, _, secret = rest.partition("_")
    if prefix != PREFIX or not secret or "\0" in key:
        return None
    row = (
        ApiToken.objects.filter(key=key, revoked_at=None, expires_at__gt=now)
        .select_related("owner")
        .prefetch_related("owner__groups")
        .first()
    )
    if row is None or not secrets.compare_digest(_digest(secret), row.digest):
        return None
    return row if row.owner.is_active else None


def note_use(row: ApiToken, *, now: datetime) -> None:
    """Store that *row* is used, at most once a minute."""
    if row.last_used_at is None or now - row.last_used_at >= USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)


def scopes_of_token(row: ApiToken) -> Scopes:
    """What *row* opens now: its own scopes, as far as its owner's role goes."""
    return frozenset(row.scopes) & scopes_of(row.owner)


@transaction.atomic
def revoke_token(key: str, *, by: Actor) -> ApiToken:
    """End the token with that *key* for good; raises `PublisherError` when there is none."""
    row = ApiToken.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise PublisherError(f"There is no token {key!r}. See 'connector-kit token list --all'.")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record_action(by, "token.revoke", f"token/{key}", before=_described(row))
    return row


def list_tokens(*, with_ended: bool = False) -> QuerySet[ApiToken]:
    """The usable tokens, newest first; *with_ended* includes those that can no longer be used."""
    good = Q() if with_ended else Q(revoked_at=None, expires_at__gt=timezone.now())
    return ApiToken.objects.filter(good).select_related("owner").order_by("-created_at", "-pk")


def _granted(user: User, words: list[str]) -> Scopes:
    try:
        scopes = parse_scopes(words)
    except ValueError as error:
        raise PublisherError(str(error)) from error
    if not scopes:
        raise PublisherError("A token needs at least one scope.")
    allowed = scopes_of(user)
    if beyond := sorted(scopes - allowed):
        raise PublisherError(
            f"{user.get_username()}'s role does not include {', '.join(beyond)}. It includes: "
            f"{', '.join(sorted(allowed)) or 'nothing'}."
        )
    return scopes


def _described(row: ApiToken) -> dict[str, object]:
    return {
        "name": row.name,
        "owner": row.owner.get_username(),
        "scopes": row.scopes,
        "expires_at": row.expires_at.isoformat(),
    }


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
