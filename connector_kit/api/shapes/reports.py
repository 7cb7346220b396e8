"""Usage, and the audit log."""

from __future__ import annotations

from rest_framework import serializers

from connector_kit.api.shapes.plain import Shown
from connector_kit.models import Installation, StaffAction


class UsageRowShape(Shown):
    """The usage of one flow, or one installation, in one month."""

    integration_id = serializers.CharField(allow_blank=True)
    flow_id = serializers.CharField(allow_blank=True)
    flow = serializers.CharField(allow_blank=True)
    month = serializers.CharField()
    runs = serializers.IntegerField()
    failed = serializers.IntegerField()
    canceled = serializers.IntegerField()
    records = serializers.IntegerField()
    ignored = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]  # serializers have that name, too
    resolved = serializers.IntegerField()
    source = serializers.ChoiceField(  # type: ignore[assignment]  # serializers have that name, too
        choices=["own", "embedded", "marketplace"]
    )
    connector = serializers.CharField(allow_blank=True)
    owner = serializers.CharField(allow_blank=True)
    license_id = serializers.CharField(allow_blank=True)


class CoverageShape(Shown):
    """For how many installations there is data, and how old it is."""

    installations = serializers.IntegerField()
    never_counted = serializers.IntegerField()
    oldest_count = serializers.DateTimeField(allow_null=True)


class UnaskedShape(Shown):
    """An embedded account whose jobs could not be read."""

    account = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class UsageShape(Shown):
    """Usage by installation, flow and month; empty entries are left out."""

    usage = UsageRowShape(many=True)
    next_after = serializers.CharField(required=False)
    coverage = CoverageShape(required=False)
    unasked = UnaskedShape(many=True, required=False)


class EnabledFlowsShape(serializers.ModelSerializer[Installation]):
    """The enabled flows of one installation, as the kit last saw them."""

    license_id = serializers.CharField(
        allow_blank=True, help_text="Empty for an installation without a license on record."
    )
    connector = serializers.CharField(source="connector.slug")
    owner = serializers.SerializerMethodField()
    enabled_flows = serializers.SerializerMethodField()

    class Meta:
        model = Installation
        fields = (
            "integration_id",
            "license_id",
            "environment",
            "connector",
            "owner",
            "enabled_flows",
        )

    def get_owner(self, row: Installation) -> str:
        """The end user of a deployment, or the customer's address."""
        return row.end_user or row.email

    def get_enabled_flows(self, row: Installation) -> int:
        """How many flows are switched on."""
        return sum(not flow.get("disabled") for flow in row.flows.values())


class ActionShape(serializers.ModelSerializer[StaffAction]):
    """One change, with who and when."""

    actor = serializers.CharField(source="actor_name")

    class Meta:
        model = StaffAction
        fields = ("id", "at", "actor", "action", "subject", "before", "after")
