"""The queues that work waits in: what waits in one holds nothing up in another."""

from enum import StrEnum


class Queue(StrEnum):
    """A queue, by the name that ``celery worker --queues`` knows it by."""

    TICKS = "ticks"
    """Checks for what is due, each taking milliseconds. They drive everything else."""
    WORK = "work"
    """What takes as long as the platform takes: deployments, dry runs, licenses to deliver."""
    MAIL = "mail"
    """Reminders, which take as long as a mail server takes."""


QUEUES = {
    "connector_kit.rollouts.tick": Queue.TICKS,
    "connector_kit.rollouts.tick_all": Queue.TICKS,
    "connector_kit.embedded.tick": Queue.TICKS,
    "connector_kit.publisher.carry_out_dry_runs": Queue.TICKS,
    "connector_kit.publisher.end_broken_off": Queue.TICKS,
    "connector_kit.publisher.push_stragglers": Queue.TICKS,
    "connector_kit.licenses.remind": Queue.MAIL,
}
"""Where each task waits; those that are not named are `Queue.WORK`."""


def queue_of(task: str) -> Queue:
    """Return the queue in which the task of that name waits."""
    return QUEUES.get(task, Queue.WORK)
