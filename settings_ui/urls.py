"""Where the pages are reached."""

from django.urls import include, path

urlpatterns = [
    path("console/", include("settings_ui.console.urls")),
]
