"""Settings of one installation: records, requested changes, links for the customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connector_kit.api.auth import actor_of, granted
from connector_kit.api.errors import Entry, entry
from connector_kit.api.filtering import Filters
from connector_kit.api.installations import OfInstallation
from connector_kit.api.shapes.settings import (
    LinkShape,
    LinkWishShape,
    OpenLinkShape,
    RevokedShape,
    SettingsChangeShape,
    SettingsShape,
    SettingsWishShape,
    settings_json,
)
from connector_kit.forms import Errors
from connector_kit.installation_settings import save_settings
from connector_kit.lifecycle.settings.checking import places_of
from connector_kit.models import Installation, SettingsChange, SettingsLink
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.settings_links import make_link, open_links, revoke_link, revoke_links
from connector_kit.publisher.settings_pages import settings_on_record

WAITING = SettingsChange.Outcome.WAITING


class OneSettings(APIView):
    """The settings of an installation."""

    read = Scope.INSTALLATIONS_READ
    write = Scope.SETTINGS_WRITE

    @extend_schema(responses=SettingsShape)
    def get(self, request: Request, integration_id: str) -> Response:  # noqa: ARG002
        """Return the settings as they are on record: values, and the pages that show them."""
        row = _installation(integration_id)
        waiting = row.settings_changes.filter(outcome=WAITING).count()
        return Response(SettingsShape(settings_json(settings_on_record(row), waiting)).data)

    @extend_schema(request=SettingsWishShape, responses={202: SettingsChangeShape})
    def patch(self, request: Request, integration_id: str) -> Response:
        """Change settings, and switch or schedule flows; an update applies the changes soon.

        What is left out stays as it is. Flows also need the scope `flows:write`. Invalid values are
        answered with 422, by field, and then nothing is saved.
        """
        row = _installation(integration_id)
        wish = SettingsWishShape(data=request.data)
        wish.is_valid(raise_exception=True)
        data = wish.validated_data
        if data["flows"] and Scope.FLOWS_WRITE not in granted(request):
            raise PermissionDenied(
                f"Flows require the scope {Scope.FLOWS_WRITE}, which is not granted."
            )
        result = save_settings(row, data["values"], flows=data["flows"], by=actor_of(request))
        if result.change is None:
            places = places_of(row, data["values"])
            answer = {"errors": list(_entries(result.errors, data, places))}
            return Response(answer, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        shape = SettingsChangeShape(result.change)
        return Response(shape.data, status=status.HTTP_202_ACCEPTED)


class SettingsChangeFilters(Filters):
    """Filters for changes."""

    class Meta:
        model = SettingsChange
        fields = ["outcome", "by"]


class SettingsChanges(OfInstallation, generics.ListAPIView[SettingsChange]):
    """The requested changes, newest first, with their outcome."""

    read = Scope.INSTALLATIONS_READ
    serializer_class = SettingsChangeShape
    queryset = SettingsChange.objects.all()
    filterset_class = SettingsChangeFilters

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the installation's own."""
        return super().filter_queryset(queryset).filter(installation=self.installation)


class OneSettingsChange(OfInstallation, generics.RetrieveAPIView[SettingsChange]):
    """One change: whether it was applied, and if not, why."""

    read = Scope.INSTALLATIONS_READ
    serializer_class = SettingsChangeShape
    queryset = SettingsChange.objects.all()
    filter_backends = []

    def get_object(self) -> SettingsChange:
        """Return the installation's own."""
        rows = self.installation.settings_changes
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class Links(APIView):
    """Links that open the settings of an installation."""

    write = Scope.SETTINGS_WRITE

    @extend_schema(request=LinkWishShape, responses={201: LinkShape})
    def post(self, request: Request, integration_id: str) -> Response:
        """Create a link with which the customer opens these settings; it is shown once."""
        row = _installation(integration_id)
        wish = LinkWishShape(data=request.data)
        wish.is_valid(raise_exception=True)
        lifetime = timedelta(hours=wish.validated_data["hours"])
        link = make_link(row, lifetime=lifetime, by=actor_of(request))
        return Response(LinkShape(link).data, status=status.HTTP_201_CREATED)


class OpenLinks(OfInstallation, generics.ListAPIView[SettingsLink]):
    """The open links, newest first."""

    read = Scope.INSTALLATIONS_READ
    serializer_class = OpenLinkShape
    queryset = SettingsLink.objects.all()
    filter_backends = []

    def get_queryset(self) -> QuerySet[SettingsLink]:
        """Return the installation's own."""
        return open_links(self.installation)


class RevokeLink(OfInstallation, APIView):
    """Revoking one link."""

    write = Scope.SETTINGS_WRITE

    @extend_schema(request=None, responses=OpenLinkShape)
    def post(self, request: Request, integration_id: str, pk: str) -> Response:  # noqa: ARG002
        """Revoke a link: it no longer works, and the sessions it opened end."""
        link = get_object_or_404(open_links(self.installation), pk=pk)
        row = revoke_link(self.installation, link.pk, by=actor_of(request))
        return Response(OpenLinkShape(row).data)


class RevokeLinks(OfInstallation, APIView):
    """Revoking all links."""

    write = Scope.SETTINGS_WRITE

    @extend_schema(
        operation_id="installations_settings_links_revoke_all",
        request=None,
        responses=RevokedShape,
    )
    def post(self, request: Request, integration_id: str) -> Response:  # noqa: ARG002
        """Revoke all links to the settings of the installation; returns how many were open."""
        count = revoke_links(self.installation, by=actor_of(request))
        return Response(RevokedShape({"revoked": count}).data)


def _installation(integration_id: str) -> Installation:
    """The installation, unless it has vanished; not found raises Http404."""
    rows = Installation.objects.active().select_related("connector", "release")
    return get_object_or_404(rows, integration_id=integration_id)


def _entries(errors: Errors, data: dict[str, Any], places: Mapping[str, str]) -> Iterator[Entry]:
    """Yield the messages, each with its place in the request."""
    for name, messages in errors.items():
        is_flow = name in data["flows"] and name not in data["values"]
        field = f"flows.{name}" if is_flow else f"values.{places.get(name, name)}".rstrip(".")
        for message in messages:
            yield entry("invalid_setting", message, field)
