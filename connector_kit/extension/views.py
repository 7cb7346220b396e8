"""The extension in Django: translates requests and answers, and decides nothing."""

import logging
from collections.abc import Callable, Mapping, Sequence
from io import BufferedIOBase
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.dispatch import Check
from connector_kit.extension.endpoint import Endpoint, Incoming
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.health import ALIVE, Health
from connector_kit.extension.registry import FindModule, FunctionModule, Registry

log = logging.getLogger("connector_kit.extension")

View = Callable[[HttpRequest], HttpResponse]

_NO_SUCH_PATH = refusal(404, ErrorEntry("not_found", "There is nothing at this address."))


def function_view(
    find_module: FindModule | Mapping[str, FunctionModule] | None,
    system_tokens: Sequence[str],
    *,
    diy: FunctionModule | None = None,
    checks: Sequence[Check] = (),
) -> View:
    """Return the view of ``POST /function``: for connectors, or else for *diy*.

    Raises ConfigurationError when there is neither or both.
    """
    endpoint = Endpoint(Registry(connectors=find_module, diy=diy), system_tokens, checks=checks)

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return not_found(request)
        try:
            return response_of(endpoint(incoming_of(request)))
        except Exception as failure:
            log.exception("logName=requestFailed")
            return response_of(refusal(422, ErrorEntry.of(failure)))

    return view


def health_views(health: Health) -> dict[str, View]:
    """Return the views of the routes that load balancers ask, by path; the root's is empty."""
    return {
        "": lambda _request: response_of(ALIVE),
        "/healthCheck": lambda _request: response_of(ALIVE),
        "/livez": lambda _request: response_of(health.livez()),
        "/readyz": lambda _request: response_of(health.readyz()),
    }


def not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer an unknown path; Django calls it as its ``handler404``."""
    return response_of(_NO_SUCH_PATH)


def incoming_of(request: HttpRequest) -> Incoming:
    """Return what *request* carries, with its body unread."""
    headers = request.META
    return Incoming(
        read=_stream(request).read,
        content_type=headers.get("CONTENT_TYPE", ""),
        content_length=int(headers.get("CONTENT_LENGTH") or 0),
        authorization=headers.get("HTTP_AUTHORIZATION"),
        query_token=request.GET.get("access_token") if headers.get("QUERY_STRING") else None,
        trace_id=headers.get("HTTP_TRACEID"),
    )


def response_of(answer: Answer) -> HttpResponse:
    """Return *answer* as Django's, its trail kept for the access log."""
    response = HttpResponse(
        answer.body,
        status=answer.status,
        content_type=answer.content_type,
        headers={**answer.headers, "Content-Length": str(len(answer.body))},
    )
    response.trail = answer.trail  # type: ignore[attr-defined]
    return response


def _stream(request: HttpRequest) -> BufferedIOBase:
    """Return the body, of unstated length too where the server marks its end.

    Django takes a body without a Content-Length, sent in chunks, for an empty one.
    """
    terminated = request.META.get("wsgi.input_terminated")
    return cast("BufferedIOBase", request.META["wsgi.input"] if terminated else request)
