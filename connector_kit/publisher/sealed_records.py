"""Records that hold customers' secrets: encrypted with the first key, or forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from connector_kit.blueprint.settings import Schema
from connector_kit.documents.redaction import declare_secret
from connector_kit.models import Document, Installation, Operation, Release, SettingsChange
from connector_kit.models.sealing import (
    KeyLost,
    holds_sealed,
    opened_text,
    sealed_text,
    secrets_in,
)

COLUMNS: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Installation, ("settings", "retired_settings")),
    (SettingsChange, ("values",)),
    (Operation, ("situation",)),
)
"""Where settings are kept; besides, the documents into which they are written."""


@dataclass
class Renewed:
    """The result: how many records were encrypted again, and which *lost* ones are unreadable."""

    records: int = 0
    lost: tuple[str, ...] = ()
    """Integration ids of installations with records that no key reads: they are as they were."""


def renew_records() -> Renewed:
    """Encrypt every stored secret with the first key, including those still in plain text."""
    for manifest in Release.objects.values_list("manifest", flat=True).iterator():
        declare_secret(Schema.from_json(manifest).secrets)
    done, lost = Renewed(), set[str]()
    for model, names in COLUMNS:
        rows = model._default_manager.values_list("pk", *names)  # noqa: SLF001
        for key, *values in rows.iterator():
            if not (secrets_in(values) or holds_sealed(values)):
                continue
            if unreadable := _renew(model, key, names):
                lost.add(unreadable)
            else:
                done.records += 1
    for digest in list(_made().values_list("pk", flat=True)):
        body = Document.objects.values_list("body", flat=True).get(pk=digest)
        text = _opened(body)
        if text is not None:
            Document.objects.filter(pk=digest, body=body).update(body=sealed_text(text))
            done.records += 1
        else:
            held = Installation.objects.filter(components__applied=digest)
            lost |= set(held.values_list("integration_id", flat=True))
    done.lost = tuple(sorted(lost))
    return done


@transaction.atomic
def forget_lost(integration_ids: tuple[str, ...]) -> None:
    """Forget the stored settings and documents of these installations.

    As after a loss of records, the next operation rebuilds them from the customer's account, whose
    settings page has the saved values.
    """
    for row in Installation.objects.filter(integration_id__in=integration_ids).select_for_update():
        row.components.all().delete()
        row.settings_changes.all().delete()
        row.operations.exclude(situation={}).update(situation={})
        row.note(release=None, settings={}, retired_settings={})
    unused = _made().filter(components=None)
    Document.objects.filter(
        pk__in=[document.pk for document in unused if _opened(document.body) is None]
    ).delete()


def _opened(body: str) -> str | None:
    """The text of a document's *body*; None when no key reads it."""
    try:
        return opened_text(body)
    except KeyLost:
        return None


@transaction.atomic
def _renew(model: type[models.Model], key: int, names: tuple[str, ...]) -> str:
    """Encrypt a row's columns again; returns the id of its installation when no key reads them."""
    row = model._default_manager.select_for_update().get(pk=key)  # noqa: SLF001
    if holds_sealed([getattr(row, name) for name in names]):
        installation: Any = getattr(row, "installation", row)
        return str(installation.integration_id)
    row.save(update_fields=names)
    return ""


def _made() -> models.QuerySet[Document]:
    """The documents that were made for an installation: no release has them."""
    published = {
        digest
        for manifest in Release.objects.values_list("manifest", flat=True).iterator()
        for digest in (*manifest["components"], manifest["integration"])
    }
    return Document.objects.exclude(pk__in=published)
