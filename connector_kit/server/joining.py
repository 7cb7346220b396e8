"""How the kit joins a Django project that exists: one line at the end of its settings."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from connector_kit.server import settings as own

LISTS = ("AUTHENTICATION_BACKENDS", "MIDDLEWARE", "INSTALLED_APPS")
"""Of these, the project keeps what it has; ours come first, and say their order."""

NEEDED = (
    "REST_FRAMEWORK",
    "SPECTACULAR_SETTINGS",
    "CONTENT_SECURITY_POLICY",
    "AXES_HANDLER",
    "AXES_LOCKOUT_CALLABLE",
)
"""What the pages and the API cannot do without, and a project may have set to something else."""


def join(settings: MutableMapping[str, Any]) -> None:
    """Add to a project's *settings* what the kit needs: ``join(globals())``, as the last line.

    The project's own values stay: its database, secret key, hosts, and so on. Raises
    ImproperlyConfigured for a value with which the kit cannot work.
    """
    for name in NEEDED:
        if name in settings and settings[name] != getattr(own, name):
            raise ImproperlyConfigured(
                f"{name} is set in this project, and the kit needs its own. Remove it, or run the "
                "kit as a project of its own, beside this one: "
                "DJANGO_SETTINGS_MODULE=connector_kit.server.settings."
            )
    if not settings.get("USE_TZ", True):
        raise ImproperlyConfigured(
            "USE_TZ is False, and the kit needs times with a zone. Set True."
        )
    for name in LISTS:
        settings[name] = _together(getattr(own, name), settings.get(name, ()))
    for name in filter(str.isupper, dir(own)):
        settings.setdefault(name, getattr(own, name))
    database = settings["DATABASES"]["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = {**own.SQLITE_OPTIONS, **database.get("OPTIONS", {})}


def _together(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    return [*ours, *(name for name in theirs if name not in ours)]
