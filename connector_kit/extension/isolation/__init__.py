"""Functions in processes of their own, so that one that hangs or dies harms its own call only.

A *nursery* imports the functions once and forks the processes that run them. Each has a channel and
a room that nobody else has, and makes one call at a time. Whoever waits for an answer holds the
process to its limits, and ends it when it does not keep them.
"""

from connector_kit.extension.isolation.pool import Processes
from connector_kit.stack_settings import Limits

__all__ = ["Limits", "Processes"]
