"""The Celery application: ``celery -A connector_kit.server worker --beat``."""

import os
from typing import Any

from celery import Celery, signals
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector_kit.server.settings")

app = Celery(
    "connector_kit",
    config_source="connector_kit.server.celery_settings",
    task_cls="connector_kit.workers.task:KitTask",
)
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


@signals.heartbeat_sent.connect
def note_who_listens(**_: Any) -> None:
    """Note that a worker listens to its queues; the connection is not kept for the next fork."""
    # The models need Django ready.
    from connector_kit.workers import heartbeat  # noqa: PLC0415

    heartbeat.beat(heartbeat.listening(name) for name in app.amqp.queues.consume_from)
    connection.close()
