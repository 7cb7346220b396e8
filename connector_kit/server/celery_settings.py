"""How tasks travel. Celery reads this when it is first used, which starts the embedded Redis.

Tasks are ticks: they may be lost, late or run twice without harm, so nothing is kept for long.
"""

import kombu
from click import ClickException

from connector_kit import conf
from connector_kit.local_redis import LocalRedisError
from connector_kit.redis_address import without_options
from connector_kit.server import broker
from connector_kit.workers.queues import QUEUES, Queue

_kit = conf.kit()

try:
    broker_url = without_options(conf.redis_url())  # the transport reads the options itself
except LocalRedisError as error:
    raise ClickException(str(error)) from error  # which Celery's commands print as one sentence
broker_transport = broker.NAME
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_transport_options = {
    # A task that its worker, as a whole, took along is delivered again after so many seconds, and
    # one that takes longer is delivered twice: ticks find what was left behind much sooner.
    "visibility_timeout": 3600,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    # A sender of a task learns within a second or two that the broker is away.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}

task_serializer = "json"
accept_content = ["json"]
task_ignore_result = True
task_publish_retry = False
task_acks_late = True
task_reject_on_worker_lost = True
# A worker that is not told which queues to serve serves all of them.
task_queues = [
    kombu.Queue(queue.value, kombu.Exchange(queue.value), routing_key=queue.value)
    for queue in Queue
]
task_default_queue = Queue.WORK.value
task_routes = {task: {"queue": queue.value} for task, queue in QUEUES.items()}

worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = False

beat_scheduler = "connector_kit.server.beat:Scheduler"
beat_schedule_filename = str(_kit.home / "beat-schedule")
# None of them expires: that would be an hour by beat's clock, judged by a worker's. A tick that
# waits is not sent again (`connector_kit.workers.waiting`), so that they do not pile up.
beat_schedule = {
    "rollouts": {
        "task": "connector_kit.rollouts.tick_all",
        "schedule": _kit.tick_seconds,
    },
    "deployments": {
        "task": "connector_kit.embedded.tick",
        "schedule": 15.0,
    },
    "dry-runs": {
        "task": "connector_kit.publisher.carry_out_dry_runs",
        "schedule": _kit.tick_seconds,
    },
    "broken off": {
        "task": "connector_kit.publisher.end_broken_off",
        "schedule": 30.0,
    },
    "stragglers": {
        "task": "connector_kit.publisher.push_stragglers",
        "schedule": 20.0,
    },
    "source integrations": {
        "task": "connector_kit.publisher.keep_sources",
        "schedule": 30.0,
    },
    "version-counts": {
        "task": "connector_kit.publisher.count_versions",
        "schedule": 3600.0,
    },
    "licenses": {
        "task": "connector_kit.licenses.tick",
        "schedule": _kit.license_tick_seconds,
    },
    "reminders": {
        "task": "connector_kit.licenses.remind",
        "schedule": _kit.license_tick_seconds,
    },
    "license policies": {
        "task": "connector_kit.licenses.review",
        "schedule": 86_400.0,
    },
}
