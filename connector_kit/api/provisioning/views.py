"""The endpoints: webhooks that prove themselves by signature, subscriptions by login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.http import Http404
from rest_framework import status
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connector_kit.api.provisioning import access, events
from connector_kit.api.provisioning.answers import Refused, answer_error
from connector_kit.api.provisioning.signatures import Unsigned, verify
from connector_kit.conf import kit
from connector_kit.models import ProvisioningEvent, Subscription

LARGEST_BODY = 64 * 1024
"""Bytes of an event; Standard Webhooks asks senders to stay below 20 kB."""
EVENTS_SHOWN = 100


class ProvisioningView(APIView):
    """What all endpoints have in common: JSON both ways, small bodies, one shape of errors."""

    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser,)
    authentication_classes = access.AUTHENTICATION
    permission_classes = access.PERMISSIONS

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Answer errors in the platform's own shape."""
        return answer_error

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Turn large bodies away before they are read."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            message = f"The body has to be at most {LARGEST_BODY} bytes."
            raise Refused(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "body_too_large", message)
        super().initial(request, *args, **kwargs)


class WebhookView(ProvisioningView):
    """``POST webhooks/``: an event of the shop, signed as Standard Webhooks has it.

    202 when it is stored, also when it was before; 401 when it is not the shop's own or too old;
    409 when its id was seen with another content; 422 when something is wrong in it.
    """

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        """Verify, store, answer; a task does the rest."""
        body = request.body
        try:
            event_id = verify(body, request.headers, kit().webhook_secrets)
        except Unsigned as error:
            raise Refused(status.HTTP_401_UNAUTHORIZED, "invalid_signature", str(error)) from error
        return events.accept(events.of_webhook(event_id, _object(body)), source="webhook")


class SubscriptionsView(ProvisioningView):
    """``POST subscriptions/``: an event as REST; ``GET subscriptions/``: all, page by page."""

    def post(self, request: Request) -> Response:
        """Store the event, answer; a task does the rest."""
        return events.accept(events.of_request(_object(request.body)), source=str(request.user))

    def get(self, request: Request) -> Response:
        """Return a page of subscriptions, each with its licence, the newest first."""
        rows = Subscription.objects.select_related("license__connector")
        pages = _Pages()
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([events.subscription_json(row) for row in page])


class SubscriptionView(ProvisioningView):
    """``GET subscriptions/<key>/``: one subscription, its licence, its newest events."""

    def get(self, request: Request, key: str) -> Response:  # noqa: ARG002 - Django's signature
        """Return the subscription."""
        rows = Subscription.objects.select_related("license__connector")
        row = rows.filter(key=key).first() if key.isprintable() else None
        if row is None:
            raise Http404
        newest = ProvisioningEvent.objects.filter(subscription=row).order_by("-occurred_at", "-pk")
        told = [events.event_json(each) for each in newest[:EVENTS_SHOWN]]
        return Response({**events.subscription_json(row), "events": told})


class _Pages(CursorPagination):
    ordering = "-pk"
    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = orjson.loads(body)
    except ValueError as error:
        message = f"The body is not JSON: {error}."
        raise Refused(status.HTTP_400_BAD_REQUEST, "invalid_json", message) from error
    if not isinstance(read, dict):
        message = "The body has to be a JSON object."
        raise Refused(status.HTTP_400_BAD_REQUEST, "invalid_json", message)
    return read
