"""The Celery application: ``celery -A connector_kit.server worker --beat``."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector_kit.server.settings")

app = Celery("connector_kit", config_source="connector_kit.server.celery_settings")
app.autodiscover_tasks(
    [
        "connector_kit.rollouts",
        "connector_kit.embedded",
        "connector_kit.publisher",
        "connector_kit.publisher.licenses",
    ]
)


@signals.setup_logging.connect
def leave_logging_to_django(**_settings: Any) -> None:
    """Keep Celery from setting logging up: Django did, one line per event."""
