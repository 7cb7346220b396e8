"""Dry runs in customers' accounts: requests, and what the installations answered."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from connector_kit.api.auth import actor_of
from connector_kit.api.filtering import Filters, TextFilter
from connector_kit.api.shapes.dry_runs import DryRunDetailShape, DryRunShape, DryRunWishShape
from connector_kit.models import Connector, DryRun, DryRunAnswer
from connector_kit.publisher import find_release
from connector_kit.publisher.dry_runs import ask, with_counts
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.tasks import carry_out_soon


class DryRunFilters(Filters):
    """Filters for dry runs."""

    connector = filters.ModelChoiceFilter(
        queryset=Connector.objects.all(), to_field_name="slug", label="A connector's slug."
    )
    installation = TextFilter(
        method="asks", max_length=24, label="An integration id: only dry runs that include it."
    )

    class Meta:
        model = DryRun
        fields = ["connector"]

    def asks(self, rows: QuerySet[DryRun], name: str, value: str) -> QuerySet[DryRun]:  # noqa: ARG002
        """Return those of *rows* that ask the installation."""
        asking = DryRunAnswer.objects.filter(installation__integration_id=value)
        return rows.filter(pk__in=asking.values("dry_run"))


class DryRuns(generics.ListAPIView[DryRun]):
    """All dry runs, newest first."""

    read = Scope.INSTALLATIONS_READ
    write = Scope.INSTALLATIONS_WRITE
    queryset = DryRun.objects.filter(takeover=None)
    serializer_class = DryRunShape
    filterset_class = DryRunFilters

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the matching ones with what the list shows."""
        return with_details(super().filter_queryset(queryset))

    @extend_schema(request=DryRunWishShape, responses={202: DryRunShape})
    def post(self, request: Request) -> Response:
        """Have installations say what a release would change; a worker asks them."""
        wish = DryRunWishShape(data=request.data)
        wish.is_valid(raise_exception=True)
        data = wish.validated_data
        connector = get_object_or_404(Connector, slug=data["connector"])
        dry_run = ask(
            connector,
            find_release(connector, data.get("release")),
            data["installations"],
            recreate_deleted=data["recreate_deleted"],
            by=actor_of(request),
        )
        return accepted(dry_run)


class OneDryRun(generics.RetrieveAPIView[DryRun]):
    """One dry run, with what each installation answered."""

    read = Scope.INSTALLATIONS_READ
    serializer_class = DryRunDetailShape
    filter_backends = []

    def get_queryset(self) -> QuerySet[DryRun]:
        """Return the rows to search."""
        answers = DryRunAnswer.objects.select_related("installation").order_by("pk")
        rows = DryRun.objects.filter(takeover=None)
        return with_details(rows.prefetch_related(Prefetch("answers", answers)))


def with_details(rows: QuerySet[DryRun]) -> QuerySet[DryRun]:
    """*rows* with what `DryRunShape` shows, in one query."""
    rows = with_counts(rows).select_related("connector", "release", "created_by")
    return rows.defer("release__manifest")


def accepted(dry_run: DryRun) -> Response:
    """Have a worker carry out *dry_run*, and answer with the address of its results."""
    carry_out_soon(dry_run.pk)
    shape = DryRunShape(with_details(DryRun.objects.all()).get(pk=dry_run.pk))
    return Response(shape.data, status=status.HTTP_202_ACCEPTED)
