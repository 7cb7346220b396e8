"""Functions in processes of their own, so that one that hangs or dies harms its own call only.

A *nursery* imports the functions once and forks the processes that run them. Calls lie on a *desk*:
function processes take them off it one by one, so that one that is at work never waits to be told.
Each notes which call it has taken, and when; whoever waits for an answer looks there, and ends a
process that does not give it.
"""

from connector_kit.extension.isolation.pool import Limits, Processes

__all__ = ["Limits", "Processes"]
