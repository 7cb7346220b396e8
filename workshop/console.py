"""A field whose console has something to show: two versions, a past, members of every role."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from workshop.field import Field
from workshop.services import Services

FIRST, SECOND = "examples.commerce.v1_0:CommerceHub", "examples.commerce.v1_1:CommerceHub"
ROLES = ("viewer", "operator", "admin")
PASSWORD = "a password for the tests only"

ALREADY = 2
"""Customers that have the second version from the beginning."""


@dataclass
class ConsoleField:
    """Running services with an install base, of which some are updated already."""

    field: Field

    @property
    def address(self) -> str:
        """Where web listens."""
        return f"http://127.0.0.1:{self.field.services.web_port}"

    @property
    def example(self) -> str:
        """The integration id of a customer who was updated."""
        return self.field.customers[0].integration_id


def start(services: Services) -> ConsoleField:
    """Start *services*, publish both versions, and bring the second to the first customers."""
    field = Field.start(services)
    for role in ROLES:
        services.run("staff", "add", role, "--role", role, "--password-stdin", stdin=PASSWORD)
    field.publish(FIRST)
    field.grant_licenses()
    deque(field.install_everywhere(), maxlen=0)
    field.publish(SECOND)
    chosen = [customer.integration_id for customer in field.customers[:ALREADY]]
    only = [word for name in chosen for word in ("--installation", name)]
    services.run("rollout", "start", field.slug, *only, "--watch", "--json")
    services.run("installbase", "sync", field.slug)
    services.run("license", "reconcile", field.slug)
    return ConsoleField(field)
