"""Rollouts: looked at, previewed, started and controlled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connector_kit.api.auth import actor_of
from connector_kit.api.filtering import Filters, WholeFilter
from connector_kit.api.shapes.rollouts import (
    NewRolloutShape,
    PreviewShape,
    PushShape,
    RolloutShape,
    RolloutWishShape,
    StatusShape,
    selection,
    waves,
)
from connector_kit.models import Connector, Push, Release, Rollout
from connector_kit.publisher import find_release
from connector_kit.publisher.roles import Scope
from connector_kit.rollouts import (
    abort,
    pause,
    resume,
    retry_failed,
    start_rollout,
    status_of,
)
from connector_kit.rollouts.preview import changes, examples, preview
from connector_kit.rollouts.tasks import tick_soon


class RolloutFilters(Filters):
    """Which rollouts are meant."""

    connector = filters.ModelChoiceFilter(
        queryset=Connector.objects.all(), to_field_name="slug", label="A connector's slug."
    )

    class Meta:
        model = Rollout
        fields = ["connector", "state"]


class Rollouts(generics.ListAPIView[Rollout]):
    """All rollouts, newest first."""

    read = Scope.ROLLOUTS_READ
    write = Scope.ROLLOUTS_WRITE
    queryset = Rollout.objects.select_related("connector", "release", "created_by")
    serializer_class = RolloutShape
    filterset_class = RolloutFilters

    @extend_schema(request=NewRolloutShape, responses={201: StatusShape})
    def post(self, request: Request) -> Response:
        """Start a rollout; workers drive it from here."""
        given, connector, release = _wished(NewRolloutShape, request)
        rollout = start_rollout(
            connector,
            release=release,
            waves=waves(given),
            window=given["window"],
            failure_limit=given["failure_limit"],
            max_attempts=given["max_attempts"],
            recreate_deleted=given["recreate_deleted"],
            only=selection(given.get("only")),
            by=actor_of(request),
        )
        tick_soon(rollout.pk)
        return _status(rollout, status.HTTP_201_CREATED)


class Previews(APIView):
    """Rollouts that nobody has started."""

    read = Scope.ROLLOUTS_READ
    write = Scope.ROLLOUTS_READ

    @extend_schema(request=RolloutWishShape, responses=PreviewShape)
    def post(self, request: Request) -> Response:
        """Say what a rollout would be: its waves, and what its update changes by the records."""
        given, connector, release = _wished(RolloutWishShape, request)
        seen = preview(
            connector,
            release=release,
            waves=waves(given),
            only=selection(given.get("only")),
        )
        shown = {
            "version": seen.version,
            "total": seen.total,
            "waves": [
                {**asdict(wave), "to_update": wave.to_update, "examples": names}
                for wave, names in zip(seen.waves, examples(seen), strict=True)
            ],
            "changes": [*changes(seen)],
        }
        return Response(PreviewShape(shown).data)


class OneRollout(APIView):
    """One rollout."""

    read = Scope.ROLLOUTS_READ

    @extend_schema(responses=StatusShape)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Say how a rollout stands: waves, speed, time left, failures grouped by cause."""
        return _status(_rollout(pk))


class PushFilters(Filters):
    """Which pushes are meant."""

    wave = WholeFilter(field_name="wave__index", label="A wave's index.")

    class Meta:
        model = Push
        fields = ["state", "code"]


class Pushes(generics.ListAPIView[Push]):
    """Each installation's place in a rollout."""

    read = Scope.ROLLOUTS_READ
    queryset = Push.objects.select_related("installation", "wave")
    serializer_class = PushShape
    filterset_class = PushFilters
    page_ordering = "pk"

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the rollout's own."""
        return super().filter_queryset(queryset).filter(rollout=_rollout(self.kwargs["pk"]))


class Control(APIView):
    """What can be done to a rollout; each subclass is one of it."""

    write = Scope.ROLLOUTS_WRITE
    do: ClassVar[Callable[..., Rollout]]

    @extend_schema(request=None, responses=StatusShape)
    def post(self, request: Request, pk: int) -> Response:
        """Do it, and say how the rollout stands then."""
        rollout = type(self).do(_rollout(pk).pk, by=actor_of(request))
        tick_soon(rollout.pk)
        return _status(rollout)


class Pause(Control):
    """Push nothing more; what is in flight comes to its end."""

    do = staticmethod(pause)


class Resume(Control):
    """Go on after a pause or a halt; failures so far count no longer."""

    do = staticmethod(resume)


class Abort(Control):
    """End the rollout; what was not updated stays as it is."""

    do = staticmethod(abort)


class Retry(Control):
    """Push the failed ones again, and go on."""

    do = staticmethod(retry_failed)


def _rollout(pk: int) -> Rollout:
    return get_object_or_404(Rollout.objects.select_related("connector", "release"), pk=pk)


def _status(rollout: Rollout, code: int = status.HTTP_200_OK) -> Response:
    return Response(StatusShape(status_of(rollout)).data, status=code)


def _wished(
    shape: type[RolloutWishShape], request: Request
) -> tuple[dict[str, Any], Connector, Release | None]:
    """What was sent, checked, with the connector and the release that it names."""
    wish = shape(data=request.data)
    wish.is_valid(raise_exception=True)
    given = wish.validated_data
    connector = get_object_or_404(Connector, slug=given["connector"])
    version = given.get("release")
    return given, connector, find_release(connector, version) if version else None
