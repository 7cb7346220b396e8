from tests.rollouts.fixtures import base, clock, connector, marketplace, release

__all__ = ["base", "clock", "connector", "marketplace", "release"]
