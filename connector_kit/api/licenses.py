"""Licenses: search, creation, and actions. The license's trail says who did what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connector_kit.api.auth import actor_of
from connector_kit.api.filtering import DayFilter, Filters, TextFilter, YesOrNoFilter
from connector_kit.api.shapes.licenses import (
    STANDINGS,
    AddOnsShape,
    ChildShape,
    EditionWishShape,
    LicenseCountsShape,
    LicenseDetailShape,
    LicenseShape,
    LicenseWishShape,
    MonthShape,
    MoreDaysShape,
    NewLicenseShape,
    NewTrialShape,
    NothingShape,
    UntilShape,
    known_day,
)
from connector_kit.models import Connector, License
from connector_kit.publisher import licenses
from connector_kit.publisher.licenses import LicenseFilter
from connector_kit.publisher.licenses.calendar import month_of_ends
from connector_kit.publisher.licenses.search import by_standing, matching_licenses
from connector_kit.publisher.roles import Scope


class LicenseFilters(Filters):
    """Filters for licenses: without any, all match except vanished ones."""

    connector = filters.ModelChoiceFilter(
        queryset=Connector.objects.all(), to_field_name="slug", label="A connector's slug."
    )
    email = TextFilter(label="Part of the address.")
    standing = filters.ChoiceFilter(
        choices=[(standing, standing) for standing in STANDINGS], label="Its standing."
    )
    environment = filters.ChoiceFilter(
        field_name="sandbox",
        choices=[("sandbox", "sandbox"), ("production", "production")],
        label="The environment.",
    )
    pending = YesOrNoFilter(
        field_name="sandbox", label="Only changes that are not yet on the platform."
    )
    drifted = YesOrNoFilter(
        field_name="sandbox", label="Only licenses that differ from the platform."
    )
    vanished = YesOrNoFilter(field_name="sandbox", label="Only licenses gone from the platform.")
    ends = DayFilter(label="The agreed last day.")

    class Meta:
        model = License
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:  # noqa: ARG002
        """Return the matching ones, as the publisher's own lists do."""
        query = self.form.cleaned_data
        environment = query.get("environment")
        criteria = LicenseFilter(
            email=query.get("email") or None,
            standing=query.get("standing") or None,
            sandbox=environment == "sandbox" if environment else None,
            drifted=bool(query.get("drifted")),
            pending=bool(query.get("pending")),
            vanished=bool(query.get("vanished")),
            ends=query.get("ends"),
        )
        return matching_licenses(query.get("connector"), criteria)


class Licenses(generics.ListAPIView[License]):
    """The licenses, newest first."""

    read = Scope.LICENSES_READ
    write = Scope.LICENSES_WRITE
    queryset = License.objects.all()
    serializer_class = LicenseShape
    filterset_class = LicenseFilters

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the matching ones with what the list shows."""
        return super().filter_queryset(queryset).select_related("connector")

    @extend_schema(request=NewLicenseShape, responses={201: LicenseShape})
    def post(self, request: Request) -> Response:
        """Give a customer a license; repeating it with the same terms returns the first one.

        A license for a person without an account waits for the account: its code is `invalid_user`.
        """
        wish, connector = _read_wish(NewLicenseShape, request)
        data = wish.validated_data
        row = licenses.create(
            connector,
            wish.wanted(),
            until=data["until"],
            another=data["another"],
            by=actor_of(request),
        )
        return _response(row, status.HTTP_201_CREATED)


class Trials(APIView):
    """Trials."""

    write = Scope.LICENSES_WRITE

    @extend_schema(request=NewTrialShape, responses={201: LicenseShape})
    def post(self, request: Request) -> Response:
        """Let a customer try a connector, for the policy's trial period or a number of days."""
        wish, connector = _read_wish(NewTrialShape, request)
        data = wish.validated_data
        row = licenses.trial(
            connector,
            wish.wanted(),
            days=data.get("days"),
            another=data["another"],
            by=actor_of(request),
        )
        return _response(row, status.HTTP_201_CREATED)


class Counts(generics.GenericAPIView[License]):
    """The licenses in numbers."""

    read = Scope.LICENSES_READ
    queryset = License.objects.all()
    serializer_class = LicenseCountsShape
    filterset_class = LicenseFilters
    pagination_class = None

    @extend_schema(responses=LicenseCountsShape)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Count the licenses by standing."""
        standings = by_standing(self.filter_queryset(self.get_queryset()))
        counts = {"total": sum(standings.values()), "standings": standings}
        return Response(LicenseCountsShape(counts).data)


class MonthQuery(serializers.Serializer[Any]):
    """The month and the connector to report on."""

    month = serializers.RegexField(
        r"^[0-9]{4}-[0-9]{2}\Z",
        required=False,
        help_text="Such as 2027-01; default: the current month.",
    )
    connector = serializers.SlugField(required=False, help_text="A connector's slug.")

    def validate_month(self, value: str) -> date:
        """Validate the month: licenses must be able to end in it."""
        try:
            first = date.fromisoformat(f"{value}-01")
        except ValueError as error:
            raise serializers.ValidationError("There is no such month.") from error
        known_day(first)
        return first


class Calendar(APIView):
    """When licenses end."""

    read = Scope.LICENSES_READ

    @extend_schema(parameters=[MonthQuery], responses=MonthShape)
    def get(self, request: Request) -> Response:
        """Count the licenses that end on each day of a month, by standing."""
        query = MonthQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        data = query.validated_data
        slug = data.get("connector")
        connector = get_object_or_404(Connector, slug=slug) if slug else None
        month = month_of_ends(connector, data.get("month") or timezone.localdate())
        days = [day for week in month.weeks for day in week if day.is_inside and day.total]
        answer = {"month": f"{month.first:%Y-%m}", "total": month.total, "days": days}
        return Response(MonthShape(answer).data)


class OneLicense(generics.RetrieveAPIView[License]):
    """One license, with its trail, its reminders and its children."""

    read = Scope.LICENSES_READ
    queryset = License.objects.select_related("connector")
    serializer_class = LicenseDetailShape
    filter_backends = []


class Act(generics.GenericAPIView[License]):
    """An action on a license; each subclass is one."""

    write = Scope.LICENSES_WRITE
    queryset = License.objects.select_related("connector", "parent")
    filter_backends = []
    do: ClassVar[Callable[..., License]]

    @extend_schema(responses=LicenseShape)
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Do it, and return the updated license.

        If the platform does not accept the change at once, `code` and `message` say why.
        """
        row = self.get_object()
        wish = self.get_serializer(data=request.data)
        wish.is_valid(raise_exception=True)
        changed = type(self).do(row, by=actor_of(request), **wish.validated_data)
        return _response(changed)


class Convert(Act):
    """Turn a trial into a paid license."""

    serializer_class = UntilShape
    do = staticmethod(licenses.convert)


class Renew(Act):
    """Let it last until that day."""

    serializer_class = UntilShape
    do = staticmethod(licenses.renew)


class Extend(Act):
    """Extend it by a number of days."""

    serializer_class = MoreDaysShape
    do = staticmethod(licenses.extend)


class ChangeEdition(Act):
    """Change the edition."""

    serializer_class = EditionWishShape
    do = staticmethod(licenses.change_edition)


class SetAddOns(Act):
    """Change the add-ons or the number of stores."""

    serializer_class = AddOnsShape
    do = staticmethod(licenses.set_add_ons)


class Expire(Act):
    """Switch it off at once, regardless of grace."""

    serializer_class = NothingShape
    do = staticmethod(licenses.expire)


class Reactivate(Act):
    """Switch it on again; the customer then resumes the installation."""

    serializer_class = UntilShape
    do = staticmethod(licenses.reactivate)


class Restore(Act):
    """Create it again with the terms on record, after the platform has lost it."""

    serializer_class = NothingShape
    do = staticmethod(licenses.restore)


class Delete(Act):
    """Delete it from the platform, which refuses while an installation uses it."""

    serializer_class = NothingShape
    do = staticmethod(licenses.delete)


class Child(Act):
    """Add a child to the license's installation (framework 2.0)."""

    serializer_class = ChildShape
    do = staticmethod(licenses.child)


ACTS = {
    "convert": Convert,
    "renew": Renew,
    "extend": Extend,
    "change-edition": ChangeEdition,
    "add-ons": SetAddOns,
    "expire": Expire,
    "reactivate": Reactivate,
    "restore": Restore,
    "delete": Delete,
    "child": Child,
}
"""The actions on a license, by the word in the address."""


def _read_wish(
    shape: type[LicenseWishShape], request: Request
) -> tuple[LicenseWishShape, Connector]:
    """The request's data, validated, with the connector that it names."""
    wish = shape(data=request.data)
    wish.is_valid(raise_exception=True)
    return wish, get_object_or_404(Connector, slug=wish.validated_data["connector"])


def _response(row: License, code: int = status.HTTP_200_OK) -> Response:
    return Response(LicenseShape(row).data, status=code)
