"""Calls to integrator.io: clients, resources, throttles, errors. Independent of Django."""

from connector_kit.integrator.client import EUROPE, NORTH_AMERICA, PUBLISHER_ACCOUNT, Client
from connector_kit.integrator.resources.cloning import Copy
from connector_kit.integrator.resources.connections import Ping
from connector_kit.integrator.resources.documents import (
    InstallBaseEntry,
    License,
    Step,
    StepAnswer,
    TokenInfo,
)
from connector_kit.integrator.resources.job_query import JobQuery
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.state import State
from connector_kit.integrator.resources.usage import Usage
from connector_kit.integrator.transport.one_time import OneTimeToken
from connector_kit.integrator.transport.pool import Pool
from connector_kit.integrator.transport.redact import SecretFilter, redact
from connector_kit.integrator.transport.redis_throttle import RedisThrottle
from connector_kit.integrator.transport.retry import NO_RETRY, RetryPolicy
from connector_kit.integrator.transport.throttle import MemoryThrottle, NoThrottle, Throttle
from connector_kit.integrator.transport.timing import Deadline, Timeout

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
