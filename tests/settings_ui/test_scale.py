"""A hundred thousand installations in PostgreSQL: every page is quick, and asks no more often."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connector_kit.models import Change, Installation, License, Operation, VersionCount
from connector_kit.publisher.actions import THE_KIT, record_action
from connector_kit.publisher.roles import Role
from connector_kit.rollouts import Selection
from tests.rollouts.databases import multiply, postgresql, serving
from tests.settings_ui.fixtures import World, build_world, fail_some, member
from tests.settings_ui.test_pages import QUERIES_AT_MOST, at

pytestmark = pytest.mark.scale

INSTALLATIONS = 100_000
ROUNDS = 15
PROMISED = 0.150
"""Seconds that a page takes at the median, on a machine that has nothing else to do."""


def allowed() -> float:
    """What is promised, times how often this machine has as much to do as it can, twice that."""
    return PROMISED * 2 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture(scope="module")
def world(tmp_path_factory, django_db_setup, django_db_blocker):
    with (
        django_db_blocker.unblock(),
        postgresql(tmp_path_factory.mktemp("postgresql")) as database,
        serving(database),
    ):
        yield fill(build_world())


def fill(world: World) -> World:
    """A base with a past: updates, changes, ninety days of counts, a rollout half done."""
    one = world.install(
        1,
        settings={"channel": "#orders", "status": "paid"},
        opts={"connectorEdition": "premium", "addonLicenses": []},
    )[0]
    one = Installation.objects.get(integration_id=one.integration_id)
    multiply(
        one,
        INSTALLATIONS - 1,
        integration_id="lpad(to_hex(n), 24, '0')",
        name="'Orders to Slack of shop ' || n",
        email="'customer' || n || '@example.com'",
        version="'1.' || n %% 5 || '.0'",
        sandbox="n %% 10 = 0",
        update_outcome="CASE WHEN n %% 100 = 0 THEN 'failed' ELSE 'done' END",
        opts="""jsonb_build_object(
            'connectorEdition', CASE WHEN n %% 4 = 0 THEN 'standard' ELSE 'premium' END)""",
    )
    of_each = f"{one.pk} + n"
    operation = world.update(one)
    multiply(
        operation,
        INSTALLATIONS - 1,
        installation_id=of_each,
        finished_at="now() - n * interval '1 minute'",
    )
    multiply(
        Change.objects.get(),
        INSTALLATIONS - 1,
        installation_id=of_each,
        operation_id=f"{operation.pk} + n",
    )
    license_everyone(world)
    count_every_day(world)
    rollout = world.roll_out(only=Selection(integrations=(one.integration_id,)))
    multiply(
        rollout.pushes.get(),
        INSTALLATIONS - 1,
        installation_id=of_each,
        state="CASE WHEN n %% 2 = 0 THEN 'updated' ELSE 'waiting' END",
        attempts="(n + 1) %% 2",
        finished_at="CASE WHEN n %% 2 = 0 THEN now() - n * interval '0.1 s' END",
    )
    fail_some(rollout, 1_000)
    world.consist(one)
    multiply(
        record_action(THE_KIT, "rollout.pause", "rollout/0"),
        INSTALLATIONS - 1,
        subject="'rollout/' || n",
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return world


def license_everyone(world: World) -> None:
    today = timezone.now().date()
    row = License.objects.create(
        connector=world.connector,
        license_id=f"{0:024x}",
        integration_id=f"{0:024x}",
        email="customer0@example.com",
        ends=today,
        standing="active",
    )
    multiply(
        row,
        INSTALLATIONS - 1,
        license_id="lpad(to_hex(n), 24, '0')",
        integration_id="lpad(to_hex(n), 24, '0')",
        email="'customer' || n || '@example.com'",
        ends="CURRENT_DATE + (n %% 400)::int",
        standing="CASE WHEN n %% 50 = 0 THEN 'grace' ELSE 'active' END",
    )


def count_every_day(world: World) -> None:
    today = timezone.now().date()
    VersionCount.objects.bulk_create(
        VersionCount(
            connector=world.connector,
            day=today - timedelta(days=day),
            version=f"1.{minor}.0",
            count=20_000,
        )
        for day in range(1, 90)
        for minor in range(5)
    )


def pages(world: World) -> dict[str, str]:
    one = f"{0:024x}"
    middle = f"{INSTALLATIONS // 2:024x}"
    operation = Operation.objects.order_by("pk").first().pk
    rollout = world.connector.rollouts.get().pk
    return {
        "overview": at("overview"),
        "connectors": at("connectors"),
        "connector": at("connector", "orders-to-slack"),
        "release, compared": at("release", "orders-to-slack", "1.1.0", against="1.0.0"),
        "install base": at("installations"),
        "a page in its middle": at("installations", after=middle),
        "one connector's": at("installations", connector="orders-to-slack"),
        "searched by a word": at("installations", words="customer77777"),
        "searched by two common words": at("installations", words="shop example.com"),
        "searched in vain": at("installations", words="nothing like it"),
        "of one version": at("installations", version="1.3.0"),
        "of one edition": at("installations", edition="standard"),
        "with a license in grace": at("installations", license="grace"),
        "licenses": at("licenses"),
        "licenses of one customer": at("licenses", email="customer77777@"),
        "licenses in grace": at("licenses", standing="grace"),
        "calendar of licenses": at("license-calendar"),
        "license": at("license", License.objects.earliest("pk").pk),
        "settings": reverse("customer:page", args=[one, "-", "OrderstoSlack"]),
        "in a sandbox": at("installations", environment="sandbox"),
        "with a failed update": at("installations", outcome="failed"),
        "updating": at("installations", state="updating"),
        "all at once": at(
            "installations",
            words="customer",
            version="1.0.0",
            edition="standard",
            environment="sandbox",
            outcome="failed",
        ),
        "installation": at("installation", one),
        "changes": at("changes", one),
        "operations": at("operations", one),
        "operation": at("operation", one, operation),
        "rollouts": at("rollouts"),
        "new rollout": at("rollout-new", connector="orders-to-slack"),
        "rollout": at("rollout", rollout),
        "rollout's progress": at("rollout-progress", rollout),
        "its installations": at("pushes", rollout),
        "those that failed": at("pushes", rollout, state="failed", code="component_deleted"),
        "audit log": at("audit"),
    }


def timed(ask: Callable[[], HttpResponse]) -> tuple[float, int]:
    """Seconds that an answer takes at the median, and its queries."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert ask().status_code == 200
        seconds.append(time.perf_counter() - began)
    with CaptureQueriesContext(connection) as queries:
        ask()
    return median(seconds), len(queries)


def test_every_page_is_quick_and_takes_as_many_queries_as_ever(world, capsys):
    admin = member(Role.ADMIN)
    preview = {"connector": "orders-to-slack", "release": "1.1.0", "do": "preview"}
    strategy = {
        "waves": "3, 25%, rest",
        "window": 10,
        "failure_limit": 5,
        "max_attempts": 5,
        "wave_failure_share": 40,
    }

    figures = {name: timed(partial(admin.get, page)) for name, page in pages(world).items()}
    figures["preview"] = timed(partial(admin.get, at("rollout-new"), preview | strategy))

    with capsys.disabled():
        print(f"\n{INSTALLATIONS:,} installations, PostgreSQL, load {os.getloadavg()[0]:.1f}:")
        for name, (took, count) in figures.items():
            print(f"  {name:<30} {took * 1000:6.1f} ms  {count:2} queries")
    assert {name: n for name, (_, n) in figures.items() if n > QUERIES_AT_MOST} == {}
    slow = {name: took for name, (took, _) in figures.items() if took > allowed()}
    assert slow == {}
