"""How we call integrator.io: clients, resources, throttles, errors. Knows no Django."""

from connector_kit.integrator.client import EUROPE, NORTH_AMERICA, PUBLISHER_ACCOUNT, Client
from connector_kit.integrator.cloning import Copy
from connector_kit.integrator.connections import Ping
from connector_kit.integrator.documents import (
    InstallBaseEntry,
    License,
    Step,
    StepAnswer,
    TokenInfo,
)
from connector_kit.integrator.job_query import JobQuery
from connector_kit.integrator.one_time import OneTimeToken
from connector_kit.integrator.pool import Pool
from connector_kit.integrator.redact import SecretFilter, redact
from connector_kit.integrator.redis_throttle import RedisThrottle
from connector_kit.integrator.resource import Resource
from connector_kit.integrator.retry import NO_RETRY, RetryPolicy
from connector_kit.integrator.state import State
from connector_kit.integrator.throttle import MemoryThrottle, NoThrottle, Throttle
from connector_kit.integrator.timing import Deadline, Timeout
from connector_kit.integrator.usage import Usage

__all__ = [
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
]
