"""Large install bases: memory stays where it is, progress is told, time is linear."""

import time
import tracemalloc
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from connector_kit.models import License
from connector_kit.publisher.licenses import reconcile
from connector_kit.publisher.licenses.simulating import simulate_rows
from connector_kit.publisher.licenses.ticks import move_due
from connector_kit.sandbox import Sandbox
from tests.publisher.fixtures import SYSTEM_TOKEN, Platform
from tests.rollouts.databases import multiply

pytestmark = [pytest.mark.scale, pytest.mark.django_db]

COUNT = 10_000
MEGABYTE = 1024 * 1024


@pytest.fixture
def platform(settings: Any, stack_address: str) -> Iterator[Platform]:
    """Like the others, with pages as long as the real platform's."""
    with Sandbox(accounts=3, bucket=0, page_size=1000) as sandbox:
        settings.CONNECTOR_KIT = {
            **settings.CONNECTOR_KIT,
            "token": sandbox.publisher_token,
            "base_url": sandbox.base_url,
            "host_uri": stack_address,
            "system_tokens": (SYSTEM_TOKEN,),
            "rate_size": 1_000_000,
            "rate_per_second": 1_000_000.0,
        }
        platform = Platform(sandbox)
        yield platform
        platform.close()


def test_ten_thousand_licenses_are_reconciled_in_bounded_memory(desk):
    for number in range(COUNT):
        desk.make(opts={"number": number})
    told = []

    def run():
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        began = time.perf_counter()
        result = reconcile(desk.connector, progress=told.append)
        _, peak = tracemalloc.get_traced_memory()
        return result, peak - before, time.perf_counter() - began

    tracemalloc.start()
    try:
        first, grown, seconds = run()
        second, grown_again, seconds_again = run()
    finally:
        tracemalloc.stop()
    print(f"{COUNT} licenses: {seconds:.1f} s, then {seconds_again:.1f} s; "
          f"{grown / MEGABYTE:.1f} MB, then {grown_again / MEGABYTE:.1f} MB")  # fmt: skip

    assert (first.seen, first.added, second.changed, second.vanished) == (COUNT, COUNT, 0, 0)
    assert len(told) == 2 * COUNT / 500
    assert [item.seen for item in told[:2]] == [500, 1000]
    assert max(grown, grown_again) < 40 * MEGABYTE


def recorded(desk, count: int) -> None:
    """Record *count* licenses that end in the course of a year."""
    row = License.objects.create(
        connector=desk.connector,
        email="0@example.com",
        license_id=f"{0:024}",
        ends=date(2027, 1, 1),
        time_zone="America/New_York",
        grace_days=14,
    )
    multiply(
        row,
        count - 1,
        email="n || '@example.com'",
        license_id="'0000000000000000' || (10000000 + n)",
        ends="date('2027-01-01', (n %% 365) || ' days')",  # as SQLite says it
        time_zone="CASE WHEN n %% 2 = 1 THEN 'Asia/Tokyo' ELSE time_zone END",
    )


def test_a_simulation_holds_no_more_for_more_licenses(desk):
    recorded(desk, COUNT)
    told = []
    tracemalloc.start()

    days = simulate_rows(desk.connector, now=desk.now, days=800, progress=told.append)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{peak / MEGABYTE:.1f} MB")
    assert sum(day.counts["expired"] for day in days) == COUNT
    assert told[:2] == [500, 1000]
    assert peak < 20 * MEGABYTE


def test_twenty_thousand_licenses_are_simulated_and_moved(desk):
    recorded(desk, 2 * COUNT)
    began = time.perf_counter()
    days = simulate_rows(desk.connector, now=desk.now, days=800)
    simulated = time.perf_counter() - began
    assert sum(day.counts["expired"] for day in days) == 2 * COUNT

    License.objects.update(next_at=desk.now)
    began, moved = time.perf_counter(), 0
    while some := move_due(clock=desk.clock):
        moved += some

    print(f"simulated in {simulated:.1f} s, moved in {time.perf_counter() - began:.1f} s")
    assert moved == 2 * COUNT
