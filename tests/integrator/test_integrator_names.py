"""What the package hands out, and nothing else."""

import connector_kit.integrator


def test_the_front_door_is_narrow():
    assert set(connector_kit.integrator.__all__) == {
        "EUROPE",
        "NORTH_AMERICA",
        "NO_RETRY",
        "Client",
        "Deadline",
        "InstallBaseEntry",
        "License",
        "MemoryThrottle",
        "NoThrottle",
        "Ping",
        "Pool",
        "RedisThrottle",
        "Resource",
        "RetryPolicy",
        "SecretFilter",
        "State",
        "Step",
        "StepAnswer",
        "Throttle",
        "Timeout",
        "TokenInfo",
        "redact",
    }
