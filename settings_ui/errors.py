"""What people see when something is wrong: pages for them, JSON for machines."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from connector_kit.api.errors import BROKEN, SENSELESS, json_error
from connector_kit.errors import ConnectorKitError
from connector_kit.extension.views import not_found as not_found_in_json
from settings_ui import interrupted

CONSOLE = "/console/"
PAGES = (CONSOLE, "/settings/")
"""Below these addresses answers are for people."""
API = "/api/"
_STATE = re.compile(r"/settings/[^/]+/state/")
"""What a page's script requests, in JSON, while a user types."""

Handler = Callable[..., HttpResponse]


def programs_get(status: int, code: str, words: str) -> Callable[[Handler], Handler]:
    """Answer programs with an error as the API's views do, and others with the decorated page."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
            if request.path.startswith(API) or _STATE.fullmatch(request.path):
                return json_error(status, code, words)
            return handler(request, *args, **named)

        return answer

    return decorate


@programs_get(404, "not_found", "Nothing was found at this address.")
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address; Django's ``handler404``."""
    if not request.path.startswith(PAGES):
        return not_found_in_json(request, exception)
    return error_page(
        request,
        404,
        "Page not found",
        _said(exception) or "The address is wrong, or the page no longer exists.",
    )


@programs_get(403, "permission_denied", "This is not allowed.")
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a user who may not do this; Django's ``handler403``."""
    words = _said(exception) or "Your account does not allow this."
    return error_page(request, 403, "Not allowed", words)


@programs_get(400, *SENSELESS)
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an invalid request; Django's ``handler400``. Repeats nothing from the request."""
    if isinstance(exception, RequestDataTooBig):
        largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024
        words = f"Your request is larger than {largest:,} KB. Go back and send less at a time."
        return error_page(request, 413, "Request too large", words)
    return error_page(
        request, 400, "Bad request", "The request is malformed. Go back and try again."
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form that was opened in another session, or elsewhere (``CSRF_FAILURE_VIEW``).

    A form from one of our pages is shown again, to be sent again.
    """
    if interrupted.is_from_here(request) and (again := _again(request)):
        return again
    return error_page(
        request,
        403,
        "This form has expired",
        "It was opened in another session, or cookies are disabled. Nothing was changed.",
        back=interrupted.came_from(request),
    )


def _again(request: HttpRequest) -> HttpResponse | None:
    """The page that keeps what *request* sent; None where it must not be kept."""
    is_log_in = request.path == reverse("console:log-in")
    sealed = request.POST.get(interrupted.KEPT, "")
    kept = interrupted.unseal(sealed) if is_log_in else interrupted.interrupted(request)
    if kept is None:
        return None
    if request.path.startswith(CONSOLE) and not request.user.is_authenticated:
        return None if is_log_in else interrupted.log_in_first(request)
    return interrupted.send_again(request, kept, status=403)


def too_many_attempts(request: HttpRequest, *_credentials: object) -> HttpResponse:
    """Answer a user who tried too many passwords (``AXES_LOCKOUT_CALLABLE``)."""
    page = error_page(
        request,
        429,
        "Too many attempts",
        "Too many wrong passwords were entered. Wait five minutes, or log in from another "
        "network or with a browser you have logged in with before. An administrator can unlock "
        "the log-in with 'connector-kit axes_reset'.",
    )
    page["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return page


@programs_get(500, *BROKEN)
def failed(request: HttpRequest) -> HttpResponse:
    """Answer when something broke; Django's ``handler500``. Must not need what may be broken."""
    return error_page(
        request,
        500,
        "Something went wrong",
        "The error was logged, and no partial changes were kept. Try again. If it happens again, "
        "check the server's log for this time.",
    )


def error_page(
    request: HttpRequest, status: int, title: str, words: str, *, back: str = ""
) -> HttpResponse:
    """Return the page for an error: what is wrong, and the way out. Asks no database."""
    is_console = request.path.startswith(CONSOLE)
    context = {
        "status": status,
        "title": title,
        "words": words,
        "is_console": is_console,
        "back": back,
    }
    return render(request, "settings_ui/error.html", context, status=status)


def add_to_form(form: Form, error: ConnectorKitError) -> None:
    """Say *error* beside the field of *form* that it is about, or above the form."""
    name = (error.field or "").rpartition(".")[2]
    form.add_error(name if name in form.fields else None, str(error))


def _said(exception: Exception) -> str:
    """What a view gave as reason; Django's own reasons are not for people."""
    reason = exception.args[0] if exception.args else ""
    return reason if isinstance(reason, str) else ""
