"""The extension in Django: translates requests and answers, and decides nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from connector_kit.extension.answers import Answer
from connector_kit.extension.endpoint import Endpoint
from connector_kit.extension.health import ALIVE, Health
from connector_kit.extension.wsgi import NOT_FOUND, incoming_of

View = Callable[[HttpRequest], HttpResponse]


def function_view(endpoint: Endpoint) -> View:
    """Return the view of ``POST /function``."""

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return not_found(request)
        return response_of(endpoint(incoming_of({"wsgi.input": request, **request.META})))

    return view


def health_views(health: Health) -> dict[str, View]:
    """Return the views of the routes that load balancers ask, by path; the root's is empty."""
    return {
        "": lambda _request: response_of(ALIVE),
        "/healthCheck": lambda _request: response_of(ALIVE),
        "/livez": lambda _request: response_of(health.livez()),
        "/readyz": lambda _request: response_of(health.readyz()),
    }


def probe_view(probe: Callable[[], Answer]) -> View:
    """Return the view of an address that monitors ask."""
    return lambda _request: response_of(probe())


def not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer an unknown path; Django calls it as its ``handler404``."""
    return response_of(NOT_FOUND)


def response_of(answer: Answer) -> HttpResponse:
    """Return *answer* as Django's."""
    return HttpResponse(
        answer.body,
        status=answer.status,
        content_type=answer.content_type,
        headers={**answer.headers, "Content-Length": str(len(answer.body))},
    )
