"""Usage, and what the staff did."""

from __future__ import annotations

from rest_framework import serializers

from connector_kit.api.shapes.plain import Shown
from connector_kit.models import StaffAction


class UsageRowShape(Shown):
    """What one flow, or one installation, did in one month."""

    integration_id = serializers.CharField(allow_blank=True)
    flow_id = serializers.CharField(allow_blank=True)
    month = serializers.CharField()
    runs = serializers.IntegerField()
    failed = serializers.IntegerField()
    canceled = serializers.IntegerField()
    records = serializers.IntegerField()
    ignored = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]
    resolved = serializers.IntegerField()


class UsageShape(Shown):
    """Usage by installation, flow and month."""

    usage = UsageRowShape(many=True)


class ActionShape(serializers.ModelSerializer[StaffAction]):
    """One change, with who and when."""

    actor = serializers.CharField(source="actor_name")

    class Meta:
        model = StaffAction
        fields = ("id", "at", "actor", "action", "subject", "before", "after")
