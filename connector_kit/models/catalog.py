"""What is published: connectors, their immutable releases, the documents these declare."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models.functions import Now

from connector_kit import storable
from connector_kit.blueprint import Blueprint, CompiledComponent, Offer
from connector_kit.blueprint.settings import Schema
from connector_kit.blueprint.wizard import CompiledStep
from connector_kit.documents import canonical
from connector_kit.documents.redaction import declare_secret
from connector_kit.models import columns
from connector_kit.models.sealing import opened_text, sealed_text


class Connector(models.Model):
    """A SmartConnector of this publisher and its records on the platform."""

    slug = columns.SlugField(
        max_length=storable.SLUG, unique=True, help_text="short name used on the command line"
    )
    name = columns.CharField(max_length=storable.CONNECTOR_NAME)
    class_path = columns.TextField(help_text="where the declaration is: package.module:Class")
    connector_id = columns.CharField(
        max_length=24, unique=True, null=True, help_text="_id of the marketplace record"
    )
    stack_id = columns.CharField(
        max_length=24, blank=True, default="", help_text="_id of the stack record"
    )
    default_release = models.ForeignKey(
        "Release",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="what new installations get; moves when a rollout to everybody completes",
    )
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.slug


class DocumentQuerySet(models.QuerySet["Document"]):
    """Stores and reads symbolic documents by digest."""

    def remember(
        self, components: Iterable[CompiledComponent], *, has_secrets: bool = False
    ) -> None:
        """Store each of *components* once; those already stored are left alone.

        Those that may contain a customer's secrets are stored encrypted.
        """
        self.bulk_create(
            [
                Document(
                    digest=component.digest,
                    body=sealed_text(_written(component)) if has_secrets else _written(component),
                )
                for component in components
            ],
            ignore_conflicts=True,
        )

    def components(self, digests: Iterable[str]) -> dict[str, CompiledComponent]:
        """The compiled components with those *digests*, as far as they are stored.

        Each is read once per process: the document behind a digest never changes.
        """
        wanted = set(digests)
        found = {digest: _READ[digest] for digest in wanted if digest in _READ}
        if unread := wanted - found.keys():
            read = {
                document.digest: document.component() for document in self.filter(pk__in=unread)
            }
            if len(_READ) > READ_AT_MOST:
                _READ.clear()
            _READ.update(read)
            found |= read
        return found


def _written(component: CompiledComponent) -> str:
    """The component as text that every store keeps; half a character is written as its escape."""
    text = canonical(component.to_json()).decode("utf-8", "surrogatepass")
    return text.encode("utf-8", "backslashreplace").decode()


READ_AT_MOST = 10_000
"""Components that a process keeps in memory; releases share those that did not change."""

_READ: dict[str, CompiledComponent] = {}


class Document(models.Model):
    """One symbolic component document, stored once under its digest.

    That of an installation with secret settings is encrypted (`connector_kit.models.sealing`).
    """

    digest = columns.CharField(max_length=64, primary_key=True)
    body = columns.TextField(help_text="canonical JSON of the compiled component")

    objects = DocumentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.digest[:12]

    def component(self) -> CompiledComponent:
        """The compiled component that the body holds; raises `KeyLost`."""
        return CompiledComponent.from_json(json.loads(opened_text(self.body)))


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Finds and records releases."""

    def newest(self, connector: Connector | int) -> Release | None:
        """The release of *connector* (or the one with that key) published last, or None."""
        return self._latest_first(connector).first()

    def default(self, connector: Connector | int) -> Release | None:
        """The release that new installations of *connector* get; None before the first publication.

        A published version is not the default yet: it becomes the default when a rollout to all
        installations completes, or when staff make it so.
        """
        key = connector.pk if isinstance(connector, Connector) else connector
        chosen = self.filter(pk__in=Connector.objects.filter(pk=key).values("default_release"))
        return chosen.first() or self.newest(key)

    def is_newest(self, release: Release) -> bool:
        """Whether *release* is the one of its connector that was published last."""
        newest = self._latest_first(release.connector_id).values_list("pk", flat=True).first()
        return newest == release.pk

    def _latest_first(self, connector: Connector | int) -> ReleaseQuerySet:
        return self.filter(connector=connector).order_by("-published_at", "-pk")

    def record(self, connector: Connector, blueprint: Blueprint) -> Release:
        """Store *blueprint* as a release of *connector*, with all its documents.

        The first one is what new installations get.
        """
        declare_secret(blueprint.schema.secrets)
        Document.objects.remember((*blueprint.components, blueprint.integration))
        release = self.create(
            connector=connector,
            version=blueprint.version,
            digest=blueprint.digest,
            manifest=manifest_of(blueprint),
        )
        Connector.objects.filter(pk=connector.pk, default_release=None).update(
            default_release=release
        )
        return release


class Release(models.Model):
    """One version of a connector. Immutable: a version keeps its digest forever."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="releases")
    version = columns.CharField(max_length=storable.VERSION)
    digest = columns.CharField(max_length=64)
    manifest = columns.JSONField(
        help_text="the blueprint with each component replaced by its digest"
    )
    published_at = models.DateTimeField(db_default=Now())

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "version"], name="one_release_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.connector.slug} {self.version}"

    def blueprint(self) -> Blueprint:
        """What this release declares; kept in memory, since releases never change."""
        return _blueprint(self.pk, self.digest)


def manifest_of(blueprint: Blueprint) -> dict[str, Any]:
    """The *blueprint* as it is stored: each component replaced by its digest."""
    return {
        **blueprint.to_json(),
        "components": [component.digest for component in blueprint.components],
        "integration": blueprint.integration.digest,
    }


@lru_cache(maxsize=16)
def _blueprint(release_id: int, digest: str) -> Blueprint:
    """Read a release's blueprint; *digest* is part of the key in case ids are reused."""
    return blueprint_in(Release.objects.get(pk=release_id, digest=digest).manifest)


def blueprint_in(manifest: dict[str, Any]) -> Blueprint:
    """What a stored *manifest* declares."""
    compiled = Document.objects.components([*manifest["components"], manifest["integration"]])
    schema = Schema.from_json(manifest)
    declare_secret(schema.secrets)
    return Blueprint(
        name=manifest["name"],
        version=manifest["version"],
        description=manifest["description"],
        applications=tuple(manifest["applications"]),
        components=tuple(compiled[component] for component in manifest["components"]),
        integration=compiled[manifest["integration"]],
        offer=Offer.from_json(manifest),
        schema=schema,
        steps=tuple(map(CompiledStep.from_json, manifest.get("steps", ()))),
    )
