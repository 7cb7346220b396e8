"""The endpoints: webhooks that prove themselves by signature, subscriptions by token."""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson
from django.db import transaction
from django.http import Http404
from django.http.request import RawPostDataException
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connector_kit.api.auth import actor_of
from connector_kit.api.filtering import Filters, YesOrNoFilter
from connector_kit.api.provisioning.signatures import HEADERS, Unsigned, verify
from connector_kit.api.refusals import Refused
from connector_kit.api.shapes.provisioning import (
    AcceptedShape,
    EventWishShape,
    SubscriptionDetailShape,
    SubscriptionShape,
    WebhookShape,
)
from connector_kit.api.throttling import refusal_of_stranger
from connector_kit.conf import kit
from connector_kit.licensing import Event, parse_event
from connector_kit.models import Subscription
from connector_kit.publisher.licenses import receive
from connector_kit.publisher.licenses.tasks import process_soon
from connector_kit.publisher.roles import Scope

LARGEST_BODY = 64 * 1024
"""Bytes of an event; Standard Webhooks asks senders to stay below 20 kB."""

_SIGNATURE = [OpenApiParameter(header, location="header", required=True) for header in HEADERS]


class SmallBodies(APIView):
    """Refuses large bodies before they are read."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the announced length."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            message = f"The body must be at most {LARGEST_BODY} bytes."
            raise Refused(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "body_too_large", message)
        super().initial(request, *args, **kwargs)


class Webhooks(SmallBodies):
    """The shop's own access: signed requests only."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()  # signed requests are the shop's own; others count when they are refused

    @extend_schema(parameters=_SIGNATURE, request=WebhookShape, responses={202: AcceptedShape})
    def post(self, request: Request) -> Response:
        """Accept an event of the shop, signed as Standard Webhooks specifies.

        Answers 202 when it is stored, even if it was before; 401 when it is not the shop's own or
        is too old, and 429 after many of these; 409 when its id was used with other content; 422
        when its data is invalid.
        """
        body = request.body
        try:
            event_id = verify(body, request.headers, kit().webhook_secrets)
        except Unsigned as error:
            refusal = Refused(status.HTTP_401_UNAUTHORIZED, "invalid_signature", str(error))
            raise refusal_of_stranger(request, refusal) from error
        sent = _object(body)  # {type, timestamp, data: {subscription, …}}
        data = sent.get("data")
        subscription = None
        if isinstance(data, dict):
            subscription = data.get("subscription")
            data = {name: value for name, value in data.items() if name != "subscription"}
        event = parse_event(
            event_id=event_id,
            occurred_at=sent.get("timestamp"),
            subscription=subscription,
            kind=sent.get("type"),
            data=data,
        )
        return _accept(event, source="webhook")


class SubscriptionFilters(Filters):
    """Filters for subscriptions."""

    refused = YesOrNoFilter(
        field_name="code", label="Only subscriptions that result in no license."
    )

    class Meta:
        model = Subscription
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Return the matching ones."""
        refused = self.form.cleaned_data.get("refused")
        if refused is None:
            return queryset
        return queryset.exclude(code="") if refused else queryset.filter(code="")


class Subscriptions(SmallBodies, generics.ListAPIView[Subscription]):
    """The subscriptions, each with its license, newest first."""

    read = Scope.PROVISIONING_READ
    write = Scope.PROVISIONING_WRITE
    queryset = Subscription.objects.select_related("license__connector")
    serializer_class = SubscriptionShape
    filterset_class = SubscriptionFilters

    @extend_schema(request=EventWishShape, responses={202: AcceptedShape})
    def post(self, request: Request) -> Response:
        """Accept an event, as a webhook would send it; its license follows soon."""
        try:
            sent = _object(request.body)
        except RawPostDataException as error:  # a browser's form, read for its CSRF token
            raise UnsupportedMediaType(str(request.content_type)) from error
        event = parse_event(
            event_id=sent.get("id"),
            occurred_at=sent.get("occurred_at"),
            subscription=sent.get("subscription"),
            kind=sent.get("type"),
            data=sent.get("data"),
        )
        return _accept(event, source=actor_of(request).name[:200])


class OneSubscription(generics.RetrieveAPIView[Subscription]):
    """One subscription, with its license and its newest events."""

    read = Scope.PROVISIONING_READ
    queryset = Subscription.objects.select_related("license__connector")
    serializer_class = SubscriptionDetailShape
    filter_backends = []
    lookup_field = "key"

    def get_object(self) -> Subscription:
        """Return it; an invalid key is not found."""
        if not self.kwargs["key"].isprintable():
            raise Http404
        return super().get_object()


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except ValueError as error:
        message = f"The body is not JSON: {error}."
        raise Refused(status.HTTP_400_BAD_REQUEST, "invalid_json", message) from error
    if not isinstance(value, dict):
        message = "The body must be a JSON object."
        raise Refused(status.HTTP_400_BAD_REQUEST, "invalid_json", message)
    return value


def _accept(event: Event, *, source: str) -> Response:
    """Store *event*, have it processed, and answer 202, even if it is already known."""
    receipt = receive(event, source=source)
    if receipt.event.processed_at is None:
        transaction.on_commit(partial(process_soon, receipt.event.subscription_id))
    answer = {
        "event": event.id,
        "subscription": event.subscription,
        "duplicate": not receipt.is_new,
    }
    return Response(AcceptedShape(answer).data, status.HTTP_202_ACCEPTED)
