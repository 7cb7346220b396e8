"""Dry runs: requests and answers."""

from __future__ import annotations

from rest_framework import serializers

from connector_kit.api.shapes.plain import Shown, words
from connector_kit.models import DryRun, DryRunAnswer
from connector_kit.publisher.dry_runs import AT_MOST


class DryRunWishShape(Shown):
    """Which installations to ask what a release would change."""

    connector = serializers.SlugField()
    release = serializers.CharField(
        required=False, max_length=64, help_text="A version; default: the newest."
    )
    installations = words(min_length=1, max_length=AT_MOST)
    recreate_deleted = serializers.BooleanField(default=False)


class DryRunShape(serializers.ModelSerializer[DryRun]):
    """A dry run as the list shows it.

    *asked* counts its installations, *answered* those that answered, *planned* those with a plan.
    *finished_at* is null until all have answered; *trouble* says why they could not be asked.
    """

    connector = serializers.CharField(source="connector.slug")
    version = serializers.CharField(source="release.version")
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)
    asked = serializers.IntegerField()
    answered = serializers.IntegerField()
    planned = serializers.IntegerField()

    class Meta:
        model = DryRun
        fields: tuple[str, ...] = (
            *("id", "connector", "version", "recreate_deleted", "created_by", "created_at"),
            *("finished_at", "trouble", "asked", "answered", "planned"),
        )


class DryRunAnswerShape(serializers.ModelSerializer[DryRunAnswer]):
    """What one installation answered; *outcome* is empty until it is asked."""

    installation = serializers.CharField(source="installation.integration_id")

    class Meta:
        model = DryRunAnswer
        fields = ("installation", "outcome", "code", "message", "plan", "answered_at")


class DryRunDetailShape(DryRunShape):
    """A dry run with all answers, in the order of asking."""

    answers = DryRunAnswerShape(many=True)

    class Meta(DryRunShape.Meta):
        fields = (*DryRunShape.Meta.fields, "answers")
