"""Connectors, their releases, and publishing."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connector_kit.api.auth import actor_of
from connector_kit.api.shapes.connectors import (
    ConnectorShape,
    DaysShape,
    ObjectionsShape,
    PlanShape,
    PublicationShape,
    ReleaseDetailShape,
    ReleaseShape,
)
from connector_kit.models import Connector, Release
from connector_kit.publisher import publish
from connector_kit.publisher.differences import difference
from connector_kit.publisher.releases import set_default
from connector_kit.publisher.review import review
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.timeline import versions_over_time


def connectors() -> QuerySet[Connector]:
    """All connectors, with the values that the list shows."""
    newest = Release.objects.filter(connector=OuterRef("pk")).order_by("-published_at", "-pk")
    return Connector.objects.select_related("default_release").annotate(
        newest_release=Subquery(newest.values("version")[:1]),
        installed=Count("installations", filter=Q(installations__vanished_at=None)),
    )


class Connectors(generics.ListAPIView[Connector]):
    """The publisher's connectors, by slug."""

    read = Scope.CONNECTORS_READ
    serializer_class = ConnectorShape
    page_ordering = "slug"

    def get_queryset(self) -> QuerySet[Connector]:
        """Return all of them."""
        return connectors()


class OneConnector(generics.RetrieveAPIView[Connector]):
    """One connector."""

    read = Scope.CONNECTORS_READ
    serializer_class = ConnectorShape
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Connector]:
        """Return the rows to search."""
        return connectors()


class Releases(generics.ListAPIView[Release]):
    """A connector's releases, newest first."""

    read = Scope.CONNECTORS_READ
    serializer_class = ReleaseShape
    queryset = Release.objects.all()

    def get_queryset(self) -> QuerySet[Release]:
        """Return those of the connector."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return _connector(self.kwargs).releases.select_related("connector").defer("manifest")


class OneRelease(APIView):
    """One release with all its components."""

    read = Scope.CONNECTORS_READ

    @extend_schema(responses=ReleaseDetailShape)
    def get(self, request: Request, slug: str, version: str) -> Response:  # noqa: ARG002
        """Return one release with all its components."""
        return Response(ReleaseDetailShape(_release(slug, version)).data)


class DefaultRelease(APIView):
    """What new installations get."""

    write = Scope.CONNECTORS_WRITE

    @extend_schema(request=None, responses=ReleaseShape)
    def post(self, request: Request, slug: str, version: str) -> Response:
        """Make this the default release. Existing installations are not updated."""
        release = set_default(_connector({"slug": slug}), version, by=actor_of(request))
        return Response(ReleaseShape(release).data)


class Difference(APIView):
    """What an update from one release to another does."""

    read = Scope.CONNECTORS_READ

    @extend_schema(responses=PlanShape)
    def get(self, request: Request, slug: str, version: str, newer: str) -> Response:  # noqa: ARG002
        """Compare two releases: the update of an installation without edits."""
        plan = difference(_release(slug, version), _release(slug, newer))
        return Response(PlanShape(plan.to_json()).data)


class Days(serializers.Serializer[Any]):
    """How far to look back."""

    days = serializers.IntegerField(default=30, min_value=1, max_value=366)


class Versions(APIView):
    """The install base over time."""

    read = Scope.INSTALLATIONS_READ

    @extend_schema(parameters=[Days], responses=DaysShape)
    def get(self, request: Request, slug: str) -> Response:
        """Count the installations at each version, at the end of each of the last days (UTC)."""
        query = Days(data=request.query_params)
        query.is_valid(raise_exception=True)
        connector = _connector({"slug": slug})
        days = versions_over_time(connector, days=query.validated_data["days"])
        return Response(DaysShape({"days": days}).data)


class PublishPlan(APIView):
    """What publishing would do."""

    read = Scope.CONNECTORS_READ

    @extend_schema(responses=PublicationShape)
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Compare the deployed class with the records on the platform; changes nothing."""
        _connector({"slug": slug})
        return Response(PublicationShape(publish(slug, dry_run=True).to_json()).data)


class Review(APIView):
    """What prevents publishing."""

    read = Scope.CONNECTORS_READ

    @extend_schema(responses=ObjectionsShape)
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Say what the marketplace would refuse, and what would fail afterwards."""
        _connector({"slug": slug})
        return Response(ObjectionsShape({"objections": review(slug)}).data)


class PublishOptions(serializers.Serializer[Any]):
    """How to publish."""

    break_installations = serializers.BooleanField(
        default=False,
        help_text="publish even if installations lose functions that their version calls, or if "
        "the server cannot report what it serves",
    )
    overwrite_source = serializers.BooleanField(
        default=False,
        help_text="framework 2.0: overwrite what somebody edited in the source integration",
    )


class Publish(APIView):
    """Publishing."""

    write = Scope.CONNECTORS_WRITE

    @extend_schema(request=PublishOptions, responses=PublicationShape)
    def post(self, request: Request, slug: str) -> Response:
        """Publish the version that is deployed. Publishing again changes nothing."""
        _connector({"slug": slug})
        options = PublishOptions(data=request.data)
        options.is_valid(raise_exception=True)
        result = publish(slug, by=actor_of(request), **options.validated_data)
        return Response(PublicationShape(result.to_json()).data)


def _connector(kwargs: dict[str, Any]) -> Connector:
    return get_object_or_404(Connector, slug=kwargs["slug"])


def _release(slug: str, version: str) -> Release:
    rows = Release.objects.select_related("connector")
    return get_object_or_404(rows, connector__slug=slug, version=version)
