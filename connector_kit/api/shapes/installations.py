"""Installations and their history."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from connector_kit.api.shapes.plain import Shown, counts, objects
from connector_kit.models import Change, Component, Installation, Operation

OUTCOMES = [*Operation.Outcome.values, "running"]


class InstallationShape(serializers.ModelSerializer[Installation]):
    """An installation as the install base lists it.

    *version* is what the platform says, *release* what was applied in full, *target* what is
    ordered but not applied yet. *last_update* is null if there was none. *needs* are connections
    that its customer has yet to log in to, each with what waits for it. *parent_id* is the
    installation that a store of framework 2.0 belongs to.
    """

    connector = serializers.CharField(source="connector.slug", read_only=True)
    parent_id = serializers.CharField(source="parent.integration_id", allow_null=True, default=None)
    environment = serializers.SerializerMethodField()
    release = serializers.CharField(source="release.version", allow_null=True, default=None)
    target = serializers.CharField(source="target_version", allow_null=True, default=None)
    edition = serializers.SerializerMethodField()
    last_update = serializers.SerializerMethodField()
    needs = objects()

    class Meta:
        model = Installation
        fields: tuple[str, ...] = (
            *("integration_id", "connector", "parent_id", "name", "email", "environment", "tag"),
            "mode",
            *("version", "release", "target", "edition", "update_in_progress", "last_update"),
            *("needs", "is_drifted", "drift_checked_at", "seen_at", "vanished_at"),
        )
        read_only_fields: tuple[str, ...] = fields

    def get_environment(self, row: Installation) -> str:
        """Return ``sandbox`` or ``production``."""
        return "sandbox" if row.sandbox else "production"

    def get_edition(self, row: Installation) -> str | None:
        """Return the edition that the license names."""
        edition = row.opts.get("connectorEdition")
        return edition if isinstance(edition, str) else None

    def get_last_update(self, row: Any) -> dict[str, Any] | None:
        """Return outcome (``running`` while there is none), code and start of the newest update."""
        if row.last_update_at is None:
            return None
        return {
            "outcome": row.last_update_outcome or "running",
            "code": row.last_update_code,
            "started_at": row.last_update_at,
        }


class CountsShape(Shown):
    """The number of installations, by what they have in common."""

    total = serializers.IntegerField()
    versions = counts()
    modes = counts()
    environments = counts()
    editions = counts()


class ComponentShape(serializers.ModelSerializer[Component]):
    """A component in the customer's account; *applied* is the digest of what was written last."""

    applied = serializers.CharField(source="applied_id", allow_null=True)

    class Meta:
        model = Component
        fields = ("external_id", "resource", "resource_id", "applied", "updated_at")


class OperationShape(serializers.ModelSerializer[Operation]):
    """An install, update, dry run or uninstall."""

    release = serializers.CharField(source="release.version", allow_null=True, default=None)

    class Meta:
        model = Operation
        fields: tuple[str, ...] = (
            *("id", "kind", "function", "release", "from_version", "started_at", "finished_at"),
            *("outcome", "code", "message", "summary", "requests", "request_id"),
        )


class OperationDetailShape(OperationShape):
    """An operation with, for a dry run, the whole plan."""

    class Meta(OperationShape.Meta):
        fields = (*OperationShape.Meta.fields, "plan")


class ChangeShape(serializers.ModelSerializer[Change]):
    """One write to the account; *fields* holds path, before, after and who prevailed."""

    operation = serializers.IntegerField(source="operation_id")

    class Meta:
        model = Change
        fields = (
            *("id", "operation", "action", "resource", "external_id", "resource_id", "fields"),
            "made_at",
        )


class DriftShape(Shown):
    """How an account differs from what was applied to it, as of the last check.

    *steps* would repair it; null if it was never checked.
    """

    is_drifted = serializers.BooleanField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    steps = objects()
