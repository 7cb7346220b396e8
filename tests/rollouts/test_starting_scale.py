"""Starting a rollout for 100,000 installations: seconds, and no more memory than a few take."""

import time
import tracemalloc

import pytest

from connector_kit.models import Connector, Installation, Push, Release
from connector_kit.rollouts import Selection, abort, start_rollout
from tests.rollouts.databases import KINDS, multiply, serving

pytestmark = pytest.mark.scale

INSTALLATIONS = 100_000
SECONDS = 30.0
"""Of the processor's time, whoever else uses the machine; a web request has a minute."""
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
        furnish(connector)
        yield connector


def furnish(connector):
    row = Installation.objects.create(
        connector=connector,
        integration_id=f"{0:024}",
        name="Customer 0",
        email="customer-0@example.com",
        sandbox=True,
        version="1.0.0",
        mode="settings",
        settings=SETTINGS,
    )
    multiply(
        row,
        INSTALLATIONS - 1,
        integration_id="'0000000000000000' || (10000000 + n)",
        name="'Customer ' || n",
        email="'customer-' || n || '@example.com'",
        sandbox="n %% 10 = 0",
        mode="CASE WHEN n %% 100 = 1 THEN 'install' ELSE 'settings' END",
    )


def test_a_large_base_is_started_within_a_request(crowded, kind, capsys):
    began = time.process_time()
    rollout = start_rollout(crowded)
    took = time.process_time() - began
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
