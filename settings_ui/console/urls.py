"""Where the console's pages are reached."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from settings_ui.console.views import session

app_name = "console"

urlpatterns = [
    path("log-in/", session.LogIn.as_view(), name="log-in"),
    path("log-out/", LogoutView.as_view(), name="log-out"),
]
