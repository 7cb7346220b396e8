"""The first page."""

from django.http import HttpRequest, HttpResponse

from settings_ui.console.pages import page


def overview(request: HttpRequest) -> HttpResponse:
    return page(request, "overview.html", place="overview")
