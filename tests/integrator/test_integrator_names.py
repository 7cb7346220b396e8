"""What the package hands out, and nothing else."""

import connector_kit.integrator


def test_the_front_door_is_narrow():
    assert set(connector_kit.integrator.__all__) == {
        "EUROPE",
        "NORTH_AMERICA",
        "NO_RETRY",
        "PUBLISHER_ACCOUNT",
        "Client",
        "Copy",
        "Deadline",
        "InstallBaseEntry",
        "JobQuery",
        "License",
        "MemoryThrottle",
        "NoThrottle",
        "OneTimeToken",
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
        "Usage",
        "redact",
    }
