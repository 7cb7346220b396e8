from tests.management.conftest import at_a_terminal
from tests.rollouts.fixtures import base, clock, connector, drive, marketplace, release

__all__ = ["at_a_terminal", "base", "clock", "connector", "drive", "marketplace", "release"]
