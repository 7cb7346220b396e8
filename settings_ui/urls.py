"""Where the pages are reached."""

from django.urls import include, path

urlpatterns = [
    path("console/preview/", include("settings_ui.wizard.urls")),
    path("settings/", include("settings_ui.customer.urls")),
    path("console/", include("settings_ui.console.urls")),
]
