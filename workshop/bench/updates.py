"""How many requests an update sends, against the least possible."""

from __future__ import annotations

from connector_kit.adoption.loading import load_connector
from connector_kit.blueprint import compile_connector
from connector_kit.models import Installation, Order, Release
from workshop.bench.arithmetic import least_requests
from workshop.bench.ground import VERSIONS, Ground
from workshop.bench.report import Figures
from workshop.customers import Customer


def bring(ground: Ground, customers: list[Customer], version: str) -> None:
    """Order *version* for the next update of *customers*, newest or not."""
    ids = [customer.integration_id for customer in customers]
    release = Release.objects.get(connector__slug=ground.field.slug, version=version)
    for installation in Installation.objects.filter(integration_id__in=ids):
        Order.objects.place(installation, Order.Kind.ROLLOUT, release)


def measure(ground: Ground) -> Figures:
    """Push one update through the real server, and count what the platform saw of it."""
    customer = ground.singles[0]
    before, after = (compile_connector(load_connector(version)) for version in VERSIONS)
    bring(ground, [customer], after.version)
    ground.control("reset_counters", {})
    ground.push([customer])
    ground.drain()
    sent = ground.control("counters")["by_token"]["one_time"]
    least = least_requests(before, after)
    return {
        "update_requests": sent,
        "update_requests_least": least,
        "update_requests_to_least": sent / least,
    }
