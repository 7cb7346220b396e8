"""A connector whose functions look around in the process that they run in."""

import os
import time

from connector_kit import Connection, Connector, Export, PreSavePageOptions, Select, Text, hook


@hook.pre_save_page
def look_around(options: PreSavePageOptions):
    found = {
        "environment": sorted(name for name in os.environ if name in _SECRETS),
        "database": _result(_count_connectors),
        "settings": _result(_secret_key),
    }
    return {"data": [found], "errors": [], "abort": False}


_SECRETS = {"SECRET_KEY", "DATABASE_URL", "CONNECTOR_KIT_TOKEN", "DJANGO_SETTINGS_MODULE"}


def _result(look):
    try:
        return look()
    except Exception as failure:  # noqa: BLE001 - whatever it is, it is in the way
        return type(failure).__name__


def _count_connectors():
    from connector_kit.models import Connector

    return Connector.objects.count()


def _secret_key():
    from django.conf import settings

    return settings.SECRET_KEY


def slow(_options):
    time.sleep(60)


def who(_options):
    return [(str(os.getpid()), "Here")]


def not_too_long(value, _values):
    return "Too long" if len(value) > 3 else None


class LookingAround(Connector):
    name = "Looking around"
    version = "1.0.0"

    shop = Connection("Shop", type="http", http={"baseURI": "https://a.example.com"})
    orders = Export(
        "Orders",
        connection=shop,
        http={"relativeURI": "/", "method": "GET"},
        hooks={"preSavePage": look_around},
    )

    class Settings:
        slow = Select("Slow", options=slow, default="a")
        who = Select("Who", options=who, default="a")
        short = Text("Short", validate=not_too_long, default="a")
