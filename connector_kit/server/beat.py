"""Beat's scheduler: Celery's, which also shows that it lives."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler

from connector_kit.conf import kit

ALIVE = "beat-alive"
"""The file in the kit's home folder that beat touches whenever it has sent what was due."""


class Scheduler(PersistentScheduler):
    """Celery's scheduler, with a file for a supervisor on the same machine to check."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; returns the seconds until the next call is due."""
        seconds = super().tick(*args, **kwargs)
        (kit().home / ALIVE).touch()
        return seconds
