"""Usage, and the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connector_kit.api.filtering import Filters, MomentFilter, TextFilter
from connector_kit.api.shapes.reports import ActionShape, EnabledFlowsShape, UsageShape
from connector_kit.embedded.usage import PAGE, UsageQuery, usage_report
from connector_kit.integrator.resources.usage import LIFETIME
from connector_kit.models import FlowUsage, Installation, License, StaffAction
from connector_kit.models.installations import PENDING
from connector_kit.publisher.roles import Scope


class UsageWish(serializers.Serializer[Any]):
    """Filters and period: everything on record by default."""

    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    installation = serializers.RegexField(r"^[0-9a-f]{24}$", required=False)
    flows = serializers.BooleanField(default=False, help_text="List flows separately.")
    after = serializers.CharField(
        default="", max_length=40, help_text="next_after of the previous page."
    )
    limit = serializers.IntegerField(default=PAGE, min_value=1, max_value=10_000)

    def validate_since(self, value: datetime) -> datetime:
        """Counts are kept; what happened before counting began is unknown."""
        first = FlowUsage.objects.order_by("day").values_list("day", flat=True).first()
        kept = datetime(first.year, first.month, first.day, tzinfo=UTC) if first else None
        if value < timezone.now() - LIFETIME and (kept is None or value < kept - LIFETIME):
            raise serializers.ValidationError(
                "integrator.io keeps jobs for only 30 days, and nothing was counted at that time."
            )
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Validate the period: it must begin before it ends."""
        since, until = attrs.get("since"), attrs.get("until") or timezone.now()
        if since and since >= until:
            raise serializers.ValidationError({"until": "It must be later than since."})
        return attrs


class UsageOfAccount(APIView):
    """Usage of flows: in the publisher's account, in embedded ones, in the install base."""

    read = Scope.USAGE_READ

    @extend_schema(parameters=[UsageWish], responses=UsageShape)
    def get(self, request: Request) -> Response:
        """Count runs, records and errors per installation, flow and month, from the jobs.

        Jobs of own and embedded accounts are read now. Those of customers' accounts were counted
        when a dry run came with a token: `coverage` says for how many installations there is no
        data.
        """
        wish = UsageWish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        data = wish.validated_data
        query = UsageQuery(
            since=data.get("since"),
            until=data.get("until"),
            integrations=[data["installation"]] if "installation" in data else None,
            by_flow=data["flows"],
            after=data["after"],
            limit=data["limit"],
        )
        return Response(usage_report(query).to_json())


class EnabledFilters(Filters):
    """Filters for enabled flows."""

    connector = TextFilter(field_name="connector__slug", label="Slug of the connector.")
    environment = filters.ChoiceFilter(
        choices=[("sandbox", "sandbox"), ("production", "production")],
        label="The environment.",
        method="of_environment",
    )
    license_id = TextFilter(label="Id of the license.")

    class Meta:
        model = Installation
        fields: tuple[str, ...] = ()

    def of_environment(
        self, found: QuerySet[Installation], _name: str, value: str
    ) -> QuerySet[Installation]:
        """Only those of one environment."""
        return found.filter(sandbox=value == "sandbox")


_LICENSE = Coalesce(
    Subquery(
        License.objects.present()
        .filter(integration_id=OuterRef("integration_id"))
        .values("license_id")[:1]
    ),
    Value(""),
)


class EnabledFlows(generics.ListAPIView[Installation]):
    """How many flows are enabled in each installation: what the platform bills a license for.

    One license covers many environments. Its sum is that of its installations.
    """

    read = Scope.USAGE_READ
    queryset = (
        Installation.objects.active()
        .exclude(integration_id__startswith=PENDING)
        .select_related("connector")
        .annotate(license_id=_LICENSE)
    )
    serializer_class = EnabledFlowsShape
    filterset_class = EnabledFilters


class ActionFilters(Filters):
    """Filters for actions."""

    since = MomentFilter(field_name="at", lookup_expr="gte", label="Start date.")

    class Meta:
        model = StaffAction
        fields = ["action", "subject", "actor_name"]


class Actions(generics.ListAPIView[StaffAction]):
    """What the staff and their programs changed, newest first."""

    read = Scope.STAFF_READ
    queryset = StaffAction.objects.all()
    serializer_class = ActionShape
    filterset_class = ActionFilters
