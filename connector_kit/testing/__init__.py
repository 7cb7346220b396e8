"""Testing functions: they are called as integrator.io calls them (docs/testing.md).

Imports neither Django nor pytest; fixtures are in `connector_kit.testing.plugin`.
"""

from connector_kit.testing.asking import Installation
from connector_kit.testing.failures import CallFailed, NotDeclared, StackUnreachable
from connector_kit.testing.ids import ONE_TIME_TOKEN, made_up_id
from connector_kit.testing.platform import Platform
from connector_kit.testing.replaying import Replay, replay
from connector_kit.testing.wrappers import Exported

__all__ = [
    "ONE_TIME_TOKEN",
    "CallFailed",
    "Exported",
    "Installation",
    "NotDeclared",
    "Platform",
    "Replay",
    "StackUnreachable",
    "made_up_id",
    "replay",
]
