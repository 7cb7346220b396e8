"""Accounts whose token the publisher has, for integrations that end users never see."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from connector_kit.models import columns


class EmbeddedAccount(models.Model):
    """An account of integrator.io into which the publisher deploys, with that account's token."""

    name = columns.SlugField(unique=True, help_text="short name used on the command line")
    token = columns.TextField(help_text="the API token, encrypted")
    base_url = columns.CharField(
        max_length=300, blank=True, default="", help_text="of its API; empty: as in the settings"
    )
    account_id = columns.CharField(
        max_length=64, help_text="whose token it is: the account whose rate limit counts"
    )
    sandbox = models.BooleanField(
        default=False, help_text="the token's environment, in which everything is made"
    )
    stack_id = columns.CharField(
        max_length=24, blank=True, default="", help_text="_id of the stack record in this account"
    )
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name

    def set_token(self, encrypted: str, *, instead_of: str) -> bool:
        """Store another token, unless one was stored meanwhile; returns whether it was stored."""
        same = EmbeddedAccount.objects.filter(pk=self.pk, token=instead_of)
        return bool(same.update(token=encrypted))
