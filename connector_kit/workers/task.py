"""What every task of the kit does around its work: how it is requested, begins, and ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from celery import Task
from celery.exceptions import Ignore
from celery.utils import uuid
from celery.worker.request import Request

from connector_kit.workers import attempts, heartbeat, waiting
from connector_kit.workers.queues import Queue, queue_of

logger = logging.getLogger(__name__)

OURS = "connector_kit."


class TimelessRequest(Request):
    """A message that does not run out: whether it did was for two machines' clocks to say."""

    def maybe_expire(self) -> None:
        """Say nothing, also of what an older beat has sent."""


class KitTask(Task[Any, Any]):
    """A task that is queued once however often it is requested, and gives up what kills its worker.

    Tasks take ids, may run twice, and read their work from rows. Of options to ``shared_task``,
    *give_up* is called with the task's arguments when it is given up, and leaves a record of it;
    *progress* is called with them and returns how far the work has come.
    """

    Request = f"{__name__}:TimelessRequest"
    give_up: Callable[..., None] | None = None
    progress: Callable[..., str] | None = None

    def apply_async(  # type: ignore[override]
        self,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Any:
        """Send the task, unless the same waits already; raises what sending raises."""
        if not self._is_ours or self.app.conf.task_always_eager:
            return super().apply_async(args, kwargs, **options)  # type: ignore[arg-type]
        subject = waiting.subject_of(self.name, args, kwargs)
        if not waiting.is_wanted(subject, options.get("queue") or queue_of(self.name)):
            return self.AsyncResult(options.get("task_id") or uuid())
        options["headers"] = {**(options.get("headers") or {}), "subject": subject}
        try:
            return super().apply_async(args, kwargs, **options)  # type: ignore[arg-type]
        except Exception:
            waiting.forget(subject)
            raise

    def before_start(self, task_id: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Clear the mark: a request from now on queues the task again."""
        super().before_start(task_id, args, kwargs)  # type: ignore[arg-type]
        if self.request.is_eager or not self._is_ours:
            return
        subject = waiting.subject_of(self.name, args, kwargs)
        waiting.forget(subject)
        if queue_of(self.name) is Queue.TICKS:
            heartbeat.beat([heartbeat.TICK])
        how_far = self.progress(*args, **kwargs) if self.progress else ""
        if not attempts.begin(subject, how_far):
            logger.error("%s took its worker down %s times; given up", subject, attempts.AT_MOST)
            if self.give_up:
                self.give_up(*args, **kwargs)
            raise Ignore

    def after_return(
        self,
        status: str,
        retval: Any,
        task_id: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        einfo: Any,
    ) -> None:
        """End: the worker is still there, however the task went."""
        super().after_return(status, retval, task_id, args, kwargs, einfo)  # type: ignore[arg-type]
        if self._is_ours and not self.request.is_eager:
            attempts.end(waiting.subject_of(self.name, args, kwargs))

    @property
    def _is_ours(self) -> bool:
        return self.name.startswith(OURS)
