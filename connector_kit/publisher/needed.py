"""Whose customers a version will need: releases lack a connection that it begins to use."""

from __future__ import annotations

from collections import Counter

from connector_kit.blueprint import Blueprint
from connector_kit.models import Connector
from connector_kit.plan import newly_used
from connector_kit.publisher.live import live_releases


def customers_needed(connector: Connector, wanted: Blueprint) -> tuple[str, ...]:
    """Count, for each connection that *wanted* adds, the customers who must log in to it.

    The count is based on what releases declare: editions, add-ons, and settings are ignored, and a
    connection that needs no credentials counts as one that does.
    """
    waiting: Counter[str] = Counter()
    for standing in live_releases(connector):
        release = standing.release.blueprint()
        applied = {component.external_id: component for component in release.components}
        for name in newly_used(wanted, applied) - applied.keys():
            waiting[name] += standing.installations
    return tuple(_note(wanted, name, count) for name, count in sorted(waiting.items()) if count)


def _note(wanted: Blueprint, name: str, count: int) -> str:
    who = "1 installation waits" if count == 1 else f"{count} installations wait"
    called = wanted.component(name).document.get("name") or name
    return (
        f"{wanted.version} adds the connection {called}: after the update, {who} with part of it "
        "for the customer to connect. 'manage.py plan' shows what waits."
    )
