"""Bringing a release to the install base: waves, pushes, and the ticks that drive them.

`start_rollout` writes rows, `tick` does what is due by them; everything in between is stored.
"""

from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.finding import find_rollout
from connector_kit.rollouts.locks import release_locks
from connector_kit.rollouts.options import RolloutOptions
from connector_kit.rollouts.rollback import roll_back
from connector_kit.rollouts.selection import Selection
from connector_kit.rollouts.services import abort, pause, resume, retry_failed, start_rollout
from connector_kit.rollouts.status import Status, status_of
from connector_kit.rollouts.ticks import tick

__all__ = [
    "RolloutError",
    "RolloutOptions",
    "Selection",
    "Status",
    "abort",
    "find_rollout",
    "pause",
    "release_locks",
    "resume",
    "retry_failed",
    "roll_back",
    "start_rollout",
    "status_of",
    "tick",
]
