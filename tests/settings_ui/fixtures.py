"""A publisher with staff of each role, and an install base with a past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from connector_kit.blueprint import compile_connector
from connector_kit.models import (
    Change,
    Component,
    Connector,
    DryRun,
    DryRunAnswer,
    Installation,
    Operation,
    Push,
    Release,
    Rollout,
    VersionCount,
)
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.staff import set_role
from connector_kit.rollouts import RolloutOptions, Selection, start_rollout
from connector_kit.rollouts.selection import WHOLE_BASE
from tests.publisher.declared import OrdersToSlack

PASSWORD = "correct horse battery"


@dataclass
class World:
    """What the pages are about."""

    connector: Connector
    first: Release
    second: Release

    def install(self, count: int, **fields: object) -> list[Installation]:
        """Have *count* more installations of the first release."""
        start = Installation.objects.count()
        given = {"version": "1.0.0", "release": self.first, "mode": "settings"}
        return Installation.objects.bulk_create(
            Installation(
                connector=self.connector,
                integration_id=f"{number:024x}",
                **{
                    "name": f"Orders {number}",
                    "email": f"customer{number}@example.com",
                    **given,
                    **fields,
                },
            )
            for number in range(start, start + count)
        )

    def update(self, installation: Installation, **ended: object) -> Operation:
        """Record an update of *installation* with one change."""
        operation = Operation.objects.create(
            installation=installation,
            kind=Operation.Kind.UPDATE,
            function="update",
            release=self.second,
            from_version="1.0.0",
            finished_at=timezone.now(),
            **{"outcome": "done", **ended},
        )
        Change.objects.create(
            operation=operation,
            installation=installation,
            action="update",
            resource="flows",
            external_id="orders_to_slack",
            fields=[{"path": "name", "before": "<b>Old</b>", "after": "New", "settled": None}],
        )
        return operation

    def consist(self, installation: Installation) -> None:
        """Record what *installation* consists of."""
        blueprint = self.first.blueprint()
        Component.objects.bulk_create(
            Component(
                installation=installation,
                external_id=component.external_id,
                resource=component.resource,
                resource_id="1" * 24,
                applied_id=component.digest,
            )
            for component in (*blueprint.components, blueprint.integration)
        )

    def roll_out(self, *, only: Selection = WHOLE_BASE, **options: Any) -> Rollout:
        """Begin a rollout of the second release."""
        proceeding = RolloutOptions(**options)
        return start_rollout(self.connector, release=self.second, only=only, options=proceeding)

    def try_out(self, installation: Installation, **answer: object) -> DryRun:
        """Record a dry run of the second release, and what *installation* answered."""
        dry_run = DryRun.objects.create(connector=self.connector, release=self.second)
        DryRunAnswer.objects.create(dry_run=dry_run, installation=installation, **answer)
        return dry_run


def build_world() -> World:
    """Two releases of a connector."""
    connector = Connector.objects.create(
        slug="orders-to-slack", name="Orders to Slack", class_path="", connector_id="c" * 24
    )
    newer = type("OrdersToSlack", (OrdersToSlack,), {"version": "1.1.0", "description": "Newer."})
    return World(
        connector,
        Release.objects.record(connector, compile_connector(OrdersToSlack)),
        Release.objects.record(connector, compile_connector(newer)),
    )


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def history(world: World) -> World:
    """Ten installations, one of which failed, and counts of the days before."""
    rows = world.install(10)
    Installation.objects.filter(pk=rows[0].pk).update(update_outcome="failed", sandbox=True)
    today = timezone.now().date()
    VersionCount.objects.bulk_create(
        VersionCount(
            connector=world.connector, day=today - timedelta(days=days), version="1.0.0", count=9
        )
        for days in range(1, 5)
    )
    return world


def member(role: Role) -> Client:
    """A browser in which somebody of that *role* has logged in."""
    set_role(str(role), role, by=THE_KIT, password=PASSWORD)
    client = Client()
    client.force_login(get_user_model().objects.get(username=role), _BACKEND)
    return client


_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def viewer(db: None) -> Client:
    return member(Role.VIEWER)


@pytest.fixture
def operator(db: None) -> Client:
    return member(Role.OPERATOR)


@pytest.fixture
def admin(db: None) -> Client:
    return member(Role.ADMIN)


def fail_some(rollout: Rollout, count: int, code: str = "component_deleted") -> None:
    """Have the first *count* pushes of *rollout* fail."""
    chosen = list(rollout.pushes.order_by("pk").values_list("pk", flat=True)[:count])
    Push.objects.filter(pk__in=chosen).update(
        state=Push.State.FAILED, code=code, message="Gone.", finished_at=timezone.now()
    )
