from tests.management.conftest import at_a_terminal
from tests.rollouts.fixtures import base, clock, connector, marketplace, release

__all__ = ["at_a_terminal", "base", "clock", "connector", "marketplace", "release"]
