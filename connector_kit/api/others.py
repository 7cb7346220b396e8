"""Usage, and what the staff did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connector_kit.api.filtering import Filters, MomentFilter
from connector_kit.api.shapes.others import ActionShape, UsageShape
from connector_kit.integrator.usage import LIFETIME, by_installation
from connector_kit.lifecycle import publisher_client
from connector_kit.models import StaffAction
from connector_kit.publisher.roles import Scope


class UsageQuery(serializers.Serializer[Any]):
    """What to count, from when to when. integrator.io keeps jobs for 30 days."""

    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    installation = serializers.RegexField(r"^[0-9a-f]{24}$", required=False)
    flows = serializers.BooleanField(default=False, help_text="Tell flows apart.")

    def validate_since(self, value: datetime) -> datetime:
        """Jobs that are no longer kept cannot be counted."""
        if value < timezone.now() - LIFETIME:
            raise serializers.ValidationError("integrator.io keeps jobs for 30 days only.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A span has to begin before it ends."""
        since, until = attrs.get("since"), attrs.get("until") or timezone.now()
        if since and since >= until:
            raise serializers.ValidationError({"until": "It has to be later than since."})
        return attrs


class UsageOfAccount(APIView):
    """What the integrations in the publisher's account did."""

    read = Scope.USAGE_READ

    @extend_schema(parameters=[UsageQuery], responses=UsageShape)
    def get(self, request: Request) -> Response:
        """Count runs, records and errors per installation, flow and month, from the jobs."""
        query = UsageQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        given = query.validated_data
        only = [given["installation"]] if "installation" in given else None
        with publisher_client() as client:
            rows = client.usage(
                since=given.get("since"), until=given.get("until"), integration_ids=only
            )
        shown = rows if given["flows"] else by_installation(rows)
        return Response(UsageShape({"usage": shown}).data)


class ActionFilters(Filters):
    """Which actions are meant."""

    since = MomentFilter(field_name="at", lookup_expr="gte", label="From then on.")

    class Meta:
        model = StaffAction
        fields = ["action", "subject", "actor_name"]


class Actions(generics.ListAPIView[StaffAction]):
    """What the staff and their programs changed, newest first."""

    read = Scope.STAFF_READ
    queryset = StaffAction.objects.all()
    serializer_class = ActionShape
    filterset_class = ActionFilters
