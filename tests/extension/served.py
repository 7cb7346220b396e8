"""A server of `tests.extension.functions`, for its tests: nothing of Django in it."""

import logging
import os

from connector_kit.extension import Endpoint, this_process
from connector_kit.extension.edge import Edge
from connector_kit.extension.isolation import Limits, Processes
from connector_kit.extension.wsgi import Stack
from connector_kit.stack_settings import Bounds

SYSTEM_TOKENS = ("current-system-token", "next-system-token")

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")

limits = Limits(
    calls=int(os.environ.get("SERVED_CALLS", "4")),
    patience=float(os.environ.get("SERVED_PATIENCE", "0.2")),
    seconds=float(os.environ.get("SERVED_SECONDS", "20")),
    memory_mb=int(os.environ.get("SERVED_MEMORY_MB", "1024")),
)
registry = os.environ.get("SERVED_REGISTRY", "tests.extension.functions:registry")

bounds = Bounds(
    body_seconds=float(os.environ.get("SERVED_BODY_SECONDS", "60")),
    bodies_mb=int(os.environ.get("SERVED_BODIES_MB", "100")),
)

stack = Stack(Endpoint(Processes(registry, limits), SYSTEM_TOKENS), this_process)
application = Edge(stack, bounds, calls=limits.calls)
this_process.ready = True
