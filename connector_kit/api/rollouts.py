"""Rollouts: view, preview, start and control them."""

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
    ControlShape,
    NewRolloutShape,
    PreviewShape,
    PushShape,
    RolloutShape,
    RolloutWishShape,
    StatusShape,
    UnlockShape,
    options,
    selection,
    waves,
)
from connector_kit.models import Connector, Push, Release, Rollout
from connector_kit.publisher import find_release
from connector_kit.publisher.roles import Scope
from connector_kit.rollouts import (
    abort,
    pause,
    release_locks,
    resume,
    retry_failed,
    roll_back,
    start_rollout,
    status_of,
)
from connector_kit.rollouts.preview import changes, examples, preview
from connector_kit.rollouts.tasks import tick_soon


class RolloutFilters(Filters):
    """Filters for rollouts."""

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
        data, connector, release = _read_wish(NewRolloutShape, request)
        rollout = start_rollout(
            connector,
            release=release,
            options=options(data),
            digest=data.get("digest"),
            only=selection(data.get("only")),
            by=actor_of(request),
        )
        tick_soon(rollout.pk)
        return _status(rollout, status.HTTP_201_CREATED)


class Previews(APIView):
    """Rollouts that have not been started."""

    read = Scope.ROLLOUTS_READ
    write = Scope.ROLLOUTS_READ

    @extend_schema(request=RolloutWishShape, responses=PreviewShape)
    def post(self, request: Request) -> Response:
        """Preview a rollout: its waves, and what its update changes, according to the records."""
        data, connector, release = _read_wish(RolloutWishShape, request)
        plan = preview(
            connector,
            release=release,
            waves=waves(data),
            only=selection(data.get("only")),
        )
        answer = {
            "version": plan.version,
            "digest": plan.digest,
            "total": plan.total,
            "waves": [
                {**asdict(wave), "to_update": wave.to_update, "examples": names}
                for wave, names in zip(plan.waves, examples(plan), strict=True)
            ],
            "changes": [*changes(plan)],
        }
        return Response(PreviewShape(answer).data)


class OneRollout(APIView):
    """One rollout."""

    read = Scope.ROLLOUTS_READ

    @extend_schema(responses=StatusShape)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return a rollout's status: waves, speed, time left, failures grouped by cause."""
        return _status(_rollout(pk))


class PushFilters(Filters):
    """Filters for pushes."""

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
    """An action on a rollout; each subclass is one."""

    write = Scope.ROLLOUTS_WRITE
    do: ClassVar[Callable[..., Rollout]]

    @extend_schema(request=ControlShape, responses=StatusShape)
    def post(self, request: Request, pk: int) -> Response:
        """Do it, and return the rollout's new status."""
        reason = _read(ControlShape, request)["reason"]
        rollout = type(self).do(_rollout(pk).pk, by=actor_of(request), reason=reason)
        tick_soon(rollout.pk)
        return _status(rollout)


class Pause(Control):
    """Begin no further updates; those that have begun are finished or undone."""

    do = staticmethod(pause)


class Resume(Control):
    """Resume after a pause or a halt; earlier failures no longer count."""

    do = staticmethod(resume)


class Abort(Control):
    """End the rollout early; updates that have begun are finished or undone."""

    do = staticmethod(abort)


class Retry(Control):
    """Push the failed installations again, and resume."""

    do = staticmethod(retry_failed)


class RollBack(APIView):
    """Rolling back one rollout."""

    write = Scope.ROLLOUTS_WRITE

    @extend_schema(request=ControlShape, responses={201: StatusShape})
    def post(self, request: Request, pk: int) -> Response:
        """Roll back every installation that the rollout touched; returns the new rollout's status.

        Ends the rollout, if it is open.
        """
        reason = _read(ControlShape, request)["reason"]
        back = roll_back(_rollout(pk).pk, by=actor_of(request), reason=reason)
        tick_soon(back.pk)
        return _status(back, status.HTTP_201_CREATED)


class Unlock(APIView):
    """The installations that a rollout keeps locked."""

    write = Scope.ROLLOUTS_WRITE

    @extend_schema(request=UnlockShape, responses=StatusShape)
    def post(self, request: Request, pk: int) -> Response:
        """Undo or finish them now; returns the rollout's new status."""
        data = _read(UnlockShape, request)
        rollout = _rollout(pk)
        release_locks(
            rollout.pk,
            finish=data["finish"],
            only=data.get("installations", ()),
            by=actor_of(request),
            reason=data["reason"],
        )
        tick_soon(rollout.pk)
        return _status(rollout)


def _rollout(pk: int) -> Rollout:
    return get_object_or_404(Rollout.objects.select_related("connector", "release"), pk=pk)


def _status(rollout: Rollout, code: int = status.HTTP_200_OK) -> Response:
    return Response(StatusShape(status_of(rollout)).data, status=code)


def _read(shape: type[ControlShape], request: Request) -> dict[str, Any]:
    wish = shape(data=request.data)
    wish.is_valid(raise_exception=True)
    data: dict[str, Any] = wish.validated_data
    return data


def _read_wish(
    shape: type[RolloutWishShape], request: Request
) -> tuple[dict[str, Any], Connector, Release | None]:
    """The request's data, validated, with the connector and the release that it names."""
    wish = shape(data=request.data)
    wish.is_valid(raise_exception=True)
    data = wish.validated_data
    connector = get_object_or_404(Connector, slug=data["connector"])
    version = data.get("release")
    return data, connector, find_release(connector, version) if version else None
