"""Starting a rollout for 100,000 installations: seconds, and no more memory than a few take."""

import time
import tracemalloc

import pytest

from connector_kit.models import Connector, Installation, Push, Release
from connector_kit.rollouts import Selection, abort, start_rollout
from tests.rollouts.databases import KINDS, serving

pytestmark = pytest.mark.scale

INSTALLATIONS = 100_000
SECONDS = 30.0
"""On a machine that others use too; a web request has a minute."""
MEGABYTES = 20.0
"""At the peak, for the tenth of the base that are sandboxes: counting them takes its time."""

SETTINGS = {"channel": "#orders", "status": ["paid", "shipped"], "notes": "x" * 500}


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def crowded(kind, tmp_path_factory, django_db_setup, django_db_blocker):
    folder = tmp_path_factory.mktemp(kind)
    with django_db_blocker.unblock(), KINDS[kind](folder) as database, serving(database):
        connector = Connector.objects.create(slug="c", name="C", connector_id="c" * 24)
        Release.objects.create(connector=connector, version="1.1.0", digest="1", manifest={})
        Installation.objects.bulk_create(
            (installation(connector, number) for number in range(INSTALLATIONS)), batch_size=5000
        )
        yield connector


def installation(connector, number):
    return Installation(
        connector=connector,
        integration_id=f"{number:024x}",
        name=f"Customer {number}",
        email=f"customer-{number}@example.com",
        sandbox=number % 10 == 0,
        version="1.0.0",
        mode="install" if number % 100 == 1 else "settings",
        settings=SETTINGS,
    )


def test_a_large_base_is_started_within_a_request(crowded, kind, capsys):
    began = time.perf_counter()
    rollout = start_rollout(crowded)
    took = time.perf_counter() - began
    pushes = Push.objects.filter(rollout=rollout).count()
    abort(rollout.pk)
    peak = megabytes(lambda: start_rollout(crowded, only=Selection(sandbox=True)))

    with capsys.disabled():
        print(f"\n{kind}: {INSTALLATIONS:,} pushes in {took:.1f} s, {peak:.1f} MB for a tenth")
    assert pushes == INSTALLATIONS
    assert took < SECONDS
    assert peak < MEGABYTES


def megabytes(do):
    """What Python holds at once while it does it."""
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
