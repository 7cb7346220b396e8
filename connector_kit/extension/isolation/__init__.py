"""Functions in processes of their own, so that one that hangs or dies harms its own call only.

A *nursery* imports the functions once and forks a process for each call that runs at a time;
processes are used again, one call after the other. The serving process talks to each over a socket
and kills those that do not answer.
"""

from connector_kit.extension.isolation.pool import Limits, Processes

__all__ = ["Limits", "Processes"]
