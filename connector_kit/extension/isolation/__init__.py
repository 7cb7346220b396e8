"""Functions in processes of their own, so that one that hangs or dies harms its own call only.

A *fork server* imports the functions once and forks the processes that run them. Each has a channel
and a buffer that no other process has, and makes one call at a time. The serving process enforces
its limits, and ends a process that exceeds them.
"""

from connector_kit.extension.isolation.runner import Processes
from connector_kit.stack_settings import Limits

__all__ = ["Limits", "Processes"]
