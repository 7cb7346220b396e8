"""Embedded integrations: accounts, deployments, and running a deployment's exports and imports."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from connector_kit.api.auth import actor_of
from connector_kit.api.filtering import Filters
from connector_kit.api.shapes.embedded import (
    AccountShape,
    DeploymentShape,
    DeployShape,
    RecordsShape,
    ResultsShape,
    RunExportShape,
    RunImportShape,
    UpdateShape,
)
from connector_kit.embedded import deployments_of, find_account, run_export, run_import
from connector_kit.embedded.asking import deploy_soon, remove_soon, update_soon
from connector_kit.models import Connector, EmbeddedAccount, Installation
from connector_kit.models.orders import ordered_version
from connector_kit.publisher import find_release
from connector_kit.publisher.install_base_search import with_last_update
from connector_kit.publisher.roles import Scope


def deployments() -> QuerySet[Installation]:
    """The existing deployments, with what the list shows."""
    return with_last_update(deployments_of())


class Accounts(generics.ListAPIView[EmbeddedAccount]):
    """The accounts that the publisher deploys into, by name."""

    read = Scope.EMBEDDED_READ
    serializer_class = AccountShape
    page_ordering = "name"

    def get_queryset(self) -> QuerySet[EmbeddedAccount]:
        """Return all of them, each with its number of deployments."""
        there = Q(installations__vanished_at=None)
        return EmbeddedAccount.objects.annotate(deployments=Count("installations", filter=there))


class DeploymentFilters(Filters):
    """Filters for deployments."""

    connector = filters.ModelChoiceFilter(
        queryset=Connector.objects.all(), to_field_name="slug", label="A connector's slug."
    )
    account = filters.ModelChoiceFilter(
        field_name="embedded_account",
        queryset=EmbeddedAccount.objects.all(),
        to_field_name="name",
        label="An embedded account's name.",
    )

    class Meta:
        model = Installation
        fields = ["end_user", "version", "is_drifted"]


class Deployments(generics.ListAPIView[Installation]):
    """Deployments and their end users, newest first."""

    read = Scope.EMBEDDED_READ
    write = Scope.EMBEDDED_WRITE
    serializer_class = DeploymentShape
    filterset_class = DeploymentFilters

    def get_queryset(self) -> QuerySet[Installation]:
        """Return all of them."""
        return deployments()

    @extend_schema(request=DeployShape, responses={202: DeploymentShape})
    def post(self, request: Request) -> Response:
        """Deploy a connector for an end user, or update the existing deployment.

        Before the response, credentials are written into the connections and tested; a worker
        creates the rest. Repeating the request continues where it stopped.
        """
        wish = DeployShape(data=request.data)
        wish.is_valid(raise_exception=True)
        data = wish.validated_data
        connector = get_object_or_404(Connector, slug=data["connector"])
        newest = find_release(connector, data.get("release"))
        row = deploy_soon(
            connector,
            find_account(data.get("account")),
            data["end_user"],
            credentials=data.get("credentials"),
            release=newest if "release" in data else None,
            name=data.get("name", ""),
            ping=data["ping"],
            by=actor_of(request),
        )
        return _response(row.pk)


class OneDeployment(generics.RetrieveAPIView[Installation]):
    """One deployment."""

    read = Scope.EMBEDDED_READ
    serializer_class = DeploymentShape
    filter_backends = []

    def get_queryset(self) -> QuerySet[Installation]:
        """Return the rows to search."""
        return deployments()


class _OfDeployment(generics.GenericAPIView[Installation]):
    """An action on the deployment in the address."""

    write = Scope.EMBEDDED_WRITE
    filter_backends = []

    def get_queryset(self) -> QuerySet[Installation]:
        """Return the rows to search."""
        return deployments_of()

    def read(self, request: Request) -> dict[str, Any]:
        """The request's data, validated."""
        wish = self.get_serializer(data=request.data)
        wish.is_valid(raise_exception=True)
        return dict(wish.validated_data)


class Update(_OfDeployment):
    """Updates of a deployment."""

    serializer_class = UpdateShape

    @extend_schema(responses={202: DeploymentShape})
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Have a worker update the deployment to a release; its operations show the outcome."""
        row, data = self.get_object(), self.read(request)
        version = data.get("release")
        update_soon(
            row,
            release=find_release(row.connector, version) if version else None,
            recreate_deleted=data["recreate_deleted"],
            by=actor_of(request),
        )
        return _response(row.pk)


class Remove(_OfDeployment):
    """Removal of a deployment."""

    @extend_schema(request=None, responses={202: DeploymentShape})
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Have a worker remove the deployment; once that is done, its address returns 404."""
        row = self.get_object()
        response = _response(row.pk)
        remove_soon(row, by=actor_of(request))
        return response


class RunExport(_OfDeployment):
    """Exports, run on their own."""

    serializer_class = RunExportShape

    @extend_schema(responses=RecordsShape)
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Run an export and return its records. It is never retried automatically."""
        row, data = self.get_object(), self.read(request)
        records = run_export(row, data["name"], seconds=data["seconds"], by=actor_of(request))
        return Response({"records": records})


class RunImport(_OfDeployment):
    """Imports, run on their own."""

    serializer_class = RunImportShape

    @extend_schema(responses=ResultsShape)
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Run an import with records, and return each result. It is never retried automatically."""
        row, data = self.get_object(), self.read(request)
        results = run_import(
            row,
            data["name"],
            data["records"],
            seconds=data["seconds"],
            by=actor_of(request),
        )
        return Response({"results": results})


def _response(pk: int) -> Response:
    row = (
        with_last_update(Installation.objects.filter(pk=pk))
        .annotate(target_version=ordered_version())
        .select_related("connector", "embedded_account", "release")
    )
    return Response(DeploymentShape(row.get()).data, status=status.HTTP_202_ACCEPTED)
