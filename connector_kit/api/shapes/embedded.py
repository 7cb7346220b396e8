"""Embedded accounts, and their deployments. Tokens are never shown."""

from __future__ import annotations

from rest_framework import serializers

from connector_kit.api.shapes.installations import InstallationShape
from connector_kit.api.shapes.plain import Shown, objects
from connector_kit.embedded.deployments import END_USER_LENGTH
from connector_kit.models import EmbeddedAccount, Installation

RECORDS_AT_MOST = 1000
LONGEST_RUN = 60.0


class AccountShape(serializers.ModelSerializer[EmbeddedAccount]):
    """An account that the publisher deploys into; *has_token* tells whether one is stored."""

    has_token = serializers.SerializerMethodField()
    environment = serializers.SerializerMethodField()
    deployments = serializers.IntegerField()

    class Meta:
        model = EmbeddedAccount
        fields = (
            *("name", "account_id", "environment", "base_url", "has_token", "deployments"),
            "created_at",
        )

    def get_has_token(self, row: EmbeddedAccount) -> bool:
        """Return whether there is a token."""
        return bool(row.token)

    def get_environment(self, row: EmbeddedAccount) -> str:
        """Return ``sandbox`` or ``production``."""
        return "sandbox" if row.sandbox else "production"


class DeploymentShape(InstallationShape):
    """A deployment, which is an installation; its *integration_id* is null until it is made."""

    integration_id = serializers.SerializerMethodField()
    account = serializers.CharField(source="embedded_account.name")

    class Meta(InstallationShape.Meta):
        fields = (
            *("id", "end_user", "account", "integration_id", "connector", "name", "environment"),
            *("mode", "version", "release", "target", "edition", "update_in_progress"),
            *("last_update", "is_drifted", "seen_at"),
        )
        read_only_fields = fields

    def get_integration_id(self, row: Installation) -> str | None:
        """Return the integration's id."""
        return None if row.is_pending else row.integration_id


class DeployShape(Shown):
    """What to deploy for which end user. *credentials* are by connection, and not stored here."""

    connector = serializers.SlugField()
    account = serializers.SlugField(required=False, help_text="Default: the only one.")
    end_user = serializers.CharField(max_length=END_USER_LENGTH)
    release = serializers.CharField(required=False, max_length=64)
    name = serializers.CharField(required=False, max_length=300)
    credentials = serializers.DictField(
        required=False,
        child=serializers.DictField(allow_empty=False),
        write_only=True,
    )
    ping = serializers.BooleanField(default=True, help_text="Whether to test the connections.")


class UpdateShape(Shown):
    """The release to update to; by default the newest."""

    release = serializers.CharField(required=False, max_length=64)
    recreate_deleted = serializers.BooleanField(default=False)


class RunExportShape(Shown):
    """The export to run, as the connector calls it, and how long to wait for its records."""

    name = serializers.CharField(max_length=200)
    seconds = serializers.FloatField(default=30.0, min_value=1, max_value=LONGEST_RUN)


class RunImportShape(RunExportShape):
    """The import to run, with records."""

    records = serializers.ListField(
        child=serializers.JSONField(),
        min_length=1,
        max_length=RECORDS_AT_MOST,
    )


class RecordsShape(Shown):
    """The records of an export, as its hooks leave them: any JSON each."""

    records = serializers.ListField(child=serializers.JSONField())


class ResultsShape(Shown):
    """The result of each record: ``statusCode``, ``id``, ``errors``."""

    results = objects()
