"""The install base, and one installation with its history."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connector_kit.api.auth import actor_of
from connector_kit.api.dry_runs import accepted
from connector_kit.api.filtering import Filters, TextFilter, WholeFilter, YesOrNoFilter
from connector_kit.api.shapes.dry_runs import DryRunShape
from connector_kit.api.shapes.installations import (
    OUTCOMES,
    ChangeShape,
    ComponentShape,
    CountsShape,
    DriftShape,
    InstallationShape,
    OperationDetailShape,
    OperationShape,
)
from connector_kit.models import Change, Component, Connector, Installation, Operation
from connector_kit.models.orders import ordered_version
from connector_kit.publisher.dry_runs import ask_for_drift
from connector_kit.publisher.install_base_search import (
    COUNTED,
    InstallBaseFilter,
    counted,
    matching,
    with_last_update,
)
from connector_kit.publisher.roles import Scope


class InstallationFilters(Filters):
    """Filters for installations: without any, all match except vanished ones."""

    connector = filters.ModelChoiceFilter(
        queryset=Connector.objects.all(), to_field_name="slug", label="A connector's slug."
    )
    version = TextFilter(label="The version on the platform.")
    edition = TextFilter(field_name="tag", label="The edition of the license.")
    environment = filters.ChoiceFilter(
        choices=[("sandbox", "sandbox"), ("production", "production")], label="The environment."
    )
    mode = TextFilter(label="settings, install or uninstall.")
    last_update = filters.ChoiceFilter(
        choices=[(outcome, outcome) for outcome in OUTCOMES],
        label="Outcome of the latest update.",
    )
    drifted = YesOrNoFilter(field_name="is_drifted", label="Result of the latest drift check.")
    updating = YesOrNoFilter(field_name="update_in_progress", label="An update is running.")
    child = YesOrNoFilter(
        field_name="update_in_progress", label="A store of framework 2.0: a child integration."
    )
    needs = YesOrNoFilter(
        field_name="update_in_progress",
        label="Part of its version waits for the customer to connect.",
    )
    vanished = YesOrNoFilter(
        field_name="update_in_progress", label="Only installations gone from the platform."
    )
    search = TextFilter(
        field_name="name", label="Part of the name, address, or tag; or a full integration id."
    )

    class Meta:
        model = Installation
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:  # noqa: ARG002
        """Return the matching ones, as the publisher's own lists do."""
        return matching_query(self.form.cleaned_data)


def matching_query(query: dict[str, Any]) -> QuerySet[Installation]:
    """The installations that match *query*, the validated query of `InstallationFilters`."""
    environment = query.get("environment")
    criteria = InstallBaseFilter(
        version=query.get("version") or None,
        sandbox=environment == "sandbox" if environment else None,
        vanished=bool(query.get("vanished")),
        search=query.get("search") or None,
        edition=query.get("edition") or None,
        mode=query.get("mode") or None,
        last_update=query.get("last_update") or None,
        drifted=query.get("drifted"),
        updating=query.get("updating"),
        child=query.get("child"),
        needs=query.get("needs"),
    )
    return matching(query.get("connector"), criteria)


class Installations(generics.ListAPIView[Installation]):
    """The install base, by integration id."""

    read = Scope.INSTALLATIONS_READ
    queryset = Installation.objects.all()
    serializer_class = InstallationShape
    filterset_class = InstallationFilters
    page_ordering = "integration_id"

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the matching ones with what the list shows."""
        return with_details(super().filter_queryset(queryset))


class Counts(generics.GenericAPIView[Installation]):
    """The install base in numbers."""

    read = Scope.INSTALLATIONS_READ
    queryset = Installation.objects.all()
    serializer_class = CountsShape
    filterset_class = InstallationFilters
    pagination_class = None

    @extend_schema(responses=CountsShape)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Count the installations by version, mode, environment and edition."""
        counts = counted(self.filter_queryset(self.get_queryset()), *COUNTED)
        total = sum(counts["versions"].values())
        return Response(CountsShape({"total": total, **counts}).data)


class OneInstallation(generics.RetrieveAPIView[Installation]):
    """One installation."""

    read = Scope.INSTALLATIONS_READ
    serializer_class = InstallationShape
    filter_backends = []
    lookup_field = "integration_id"

    def get_queryset(self) -> QuerySet[Installation]:
        """Return the rows to search."""
        return with_details(Installation.objects.all())


class OfInstallation:
    """A list of the records of the installation in the address."""

    kwargs: dict[str, Any]

    @property
    def installation(self) -> Installation:
        """The installation; not found raises Http404."""
        return get_object_or_404(Installation, integration_id=self.kwargs["integration_id"])


class Components(OfInstallation, generics.ListAPIView[Component]):
    """The components of the installation, by external id."""

    read = Scope.INSTALLATIONS_READ
    serializer_class = ComponentShape
    queryset = Component.objects.all()
    page_ordering = "external_id"

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the installation's own."""
        return queryset.filter(installation=self.installation)


class OperationFilters(Filters):
    """Filters for operations."""

    class Meta:
        model = Operation
        fields = ["kind", "outcome", "code"]


class Operations(OfInstallation, generics.ListAPIView[Operation]):
    """Installs, updates, dry runs and uninstalls, newest first."""

    read = Scope.INSTALLATIONS_READ
    serializer_class = OperationShape
    queryset = Operation.objects.select_related("release").defer("plan")
    filterset_class = OperationFilters

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the installation's own."""
        return super().filter_queryset(queryset).filter(installation=self.installation)


class OneOperation(OfInstallation, generics.RetrieveAPIView[Operation]):
    """One operation; a dry run with its whole plan."""

    read = Scope.INSTALLATIONS_READ
    serializer_class = OperationDetailShape
    queryset = Operation.objects.select_related("release")
    filter_backends = []

    def get_queryset(self) -> QuerySet[Operation]:
        """Return the rows to search."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().filter(installation=self.installation)


class ChangeFilters(Filters):
    """Filters for changes."""

    operation = WholeFilter(
        field_name="operation_id", min_value=0, max_value=2**62, label="The operation's id."
    )

    class Meta:
        model = Change
        fields = ["action", "resource", "external_id"]


class Changes(OfInstallation, generics.ListAPIView[Change]):
    """Every write to the account, newest first, with before and after."""

    read = Scope.INSTALLATIONS_READ
    serializer_class = ChangeShape
    queryset = Change.objects.all()
    filterset_class = ChangeFilters

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the installation's own."""
        return super().filter_queryset(queryset).filter(installation=self.installation)


class Drift(OfInstallation, APIView):
    """How an account differs from what was applied to it."""

    read = Scope.INSTALLATIONS_READ
    write = Scope.INSTALLATIONS_WRITE

    @extend_schema(responses=DriftShape)
    def get(self, request: Request, integration_id: str) -> Response:  # noqa: ARG002
        """Return what the last check found."""
        row = self.installation
        checks = row.operations.filter(
            kind=Operation.Kind.PLAN, finished_at__isnull=False, plan__has_key="drift"
        )
        last = checks.order_by("-pk").values_list("plan", flat=True).first()
        drift = {
            "is_drifted": row.is_drifted,
            "checked_at": row.drift_checked_at,
            "steps": (last or {}).get("drift", []),
        }
        return Response(DriftShape(drift).data)

    @extend_schema(request=None, responses={202: DryRunShape})
    def post(self, request: Request, integration_id: str) -> Response:  # noqa: ARG002
        """Compare the account: a dry run that a worker carries out."""
        return accepted(ask_for_drift(self.installation, by=actor_of(request)))


def with_details(rows: QuerySet[Installation]) -> QuerySet[Installation]:
    """*rows* with what `InstallationShape` shows, in one query."""
    ordered = with_last_update(rows).annotate(target_version=ordered_version())
    return ordered.select_related("connector", "release", "parent")
