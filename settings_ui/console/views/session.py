"""Logging in. Logging out is Django's own view."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from settings_ui.interrupted import KEPT, send_again, unseal


class LogIn(LoginView):
    """The page with user name and password; it keeps a form that was sent without them."""

    template_name = "console/log_in.html"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Redirect users who have logged in elsewhere in the meantime."""
        if request.user.is_authenticated and (kept := unseal(request.POST.get(KEPT, ""))):
            return send_again(request, kept)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Log in, and redirect to the requested page, or to the form that was interrupted."""
        response = super().form_valid(form)
        kept = unseal(self.request.POST.get(KEPT, ""))
        return send_again(self.request, kept) if kept else response

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """Leave out the console's navigation: it requires a log-in."""
        kept = self.request.POST.get(KEPT, "")
        return super().get_context_data(places=(), kept=kept, **context)
