"""How often a user of the settings pages may request what takes the server's time."""

from __future__ import annotations

from math import ceil

from django.http import HttpResponse

from connector_kit.conf import kit
from connector_kit.throttles import seconds_to_wait
from settings_ui.customer.access import SettingsRequest

TOO_MANY_REQUESTS = 429


def wait_to_save(request: SettingsRequest) -> int:
    """Count a save; return the seconds until it may be made, 0 for now."""
    return seconds_to_wait("saves", _who(request), kit().save_rate)


def wait_to_refresh(request: SettingsRequest) -> int:
    """Count a refresh of options; return the seconds until it may be made, 0 for now."""
    return seconds_to_wait("refreshes", _who(request), kit().refresh_rate)


def in_words(seconds: int) -> str:
    """Return *seconds* as people say it."""
    if seconds <= 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{ceil(seconds / 60)} minutes"


def refused(page: HttpResponse, seconds: int) -> HttpResponse:
    """Return *page*, which says so, as the answer to a user who must wait."""
    page.status_code = TOO_MANY_REQUESTS
    page["Retry-After"] = str(seconds)
    return page


def _who(request: SettingsRequest) -> str:
    if request.is_staff:
        return f"user-{request.user.pk}"
    return f"link-{request.link.pk if request.link else 0}"
