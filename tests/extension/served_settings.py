"""The server's own settings, with Django's error pages on: they must never show."""

from connector_kit.server.settings import *  # noqa: F403

DEBUG = True
ROOT_URLCONF = "tests.extension.served_urls"
