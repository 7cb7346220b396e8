"""Logging in. Logging out is Django's own view."""

from typing import Any

from django.contrib.auth.views import LoginView


class LogIn(LoginView):
    """The page with user name and password."""

    template_name = "console/log_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """Have the page come without the console's places: they are behind it."""
        return super().get_context_data(places=(), **context)
