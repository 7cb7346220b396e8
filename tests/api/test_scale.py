"""An install base of 100,000 in PostgreSQL: every page stays a matter of milliseconds."""

import json
import time
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from connector_kit.blueprint import compile_connector
from connector_kit.models import Connector, Installation, Operation, Release
from connector_kit.publisher.roles import Role
from tests.api.fixtures import token_of
from tests.publisher.declared import OrdersToSlack
from tests.rollouts.databases import postgresql, serving

pytestmark = pytest.mark.scale

INSTALLATIONS = 100_000
FIGURES = Path("build") / "api.json"

PAGES = {
    "a page": ("installations/", 0.5),
    "a page of one connector": ("installations/?connector=orders&limit=500", 1.0),
    "by version": ("installations/?connector=orders&version=1.0.0", 0.5),
    "by edition, the rare one": ("installations/?edition=premium", 2.0),
    "by environment": ("installations/?environment=sandbox", 0.5),
    "failed updates, one in a thousand": ("installations/?last_update=failed", 3.0),
    "drifted, one in a thousand": ("installations/?drifted=true", 1.0),
    "searched, one hit": ("installations/?search=customer-77777@", 2.0),
    "counts": ("installations/counts/", 3.0),
    "counts of failed updates": ("installations/counts/?last_update=failed", 6.0),
    "connectors": ("connectors/", 2.0),
    "versions over 30 days": ("connectors/orders/versions/?days=30", 3.0),
    "one installation": (f"installations/{77:024x}/", 0.5),
    "its operations": (f"installations/{77:024x}/operations/", 0.5),
    "a rollout's preview": ("rollouts/preview/", 3.0),
}


@pytest.fixture(scope="module")
def crowded(tmp_path_factory, django_db_blocker):
    folder = tmp_path_factory.mktemp("pg")
    with (
        django_db_blocker.unblock(),
        postgresql(folder) as database,
        serving(database),
    ):
        furnish()
        yield


def furnish():
    connector = Connector.objects.create(
        slug="orders", name="Orders", class_path="", connector_id="c" * 24
    )
    Release.objects.record(connector, compile_connector(OrdersToSlack))
    release = connector.releases.get()
    rows = Installation.objects.bulk_create(
        (installation(connector, number) for number in range(INSTALLATIONS)), batch_size=5000
    )
    now = timezone.now()
    Operation.objects.bulk_create(
        (
            Operation(
                installation=row,
                kind="update" if turn else "install",
                release=release,
                from_version="0.9.0" if turn else "",
                finished_at=now - timedelta(days=row.pk % 40),
                outcome="failed" if turn and number % 1000 == 0 else "done",
            )
            for number, row in enumerate(rows)
            for turn in range(2)
        ),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def installation(connector, number):
    return Installation(
        connector=connector,
        integration_id=f"{number:024x}",
        name=f"Customer {number}",
        email=f"customer-{number}@example.com",
        sandbox=number % 10 == 0,
        version="1.0.0" if number % 3 else "0.9.0",
        mode="settings",
        update_outcome="failed" if number % 1000 == 0 else "done",
        opts={"connectorEdition": "premium"} if number % 1000 == 1 else {},
        is_drifted=number % 1000 == 2,
    )


def test_a_page_takes_no_longer_than_somebody_waits(crowded):
    token = token_of("alice", Role.ADMIN)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    cache.clear()
    took = {name: seconds(client, path) for name, (path, _) in PAGES.items()}
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(took, indent=1))

    assert {name: took[name] for name, (_, most) in PAGES.items() if took[name] > most} == {}


def test_the_last_page_costs_what_the_first_does(crowded):
    token = token_of("bob", Role.ADMIN)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    near_the_end = f"installations/?cursor={cursor_at(f'{INSTALLATIONS - 50:024x}')}"

    first, last = (seconds(client, name) for name in ("installations/", near_the_end))

    assert last < 3 * first + 0.1


def cursor_at(position):
    return quote(b64encode(f"p={position}".encode()).decode())


def seconds(client, path):
    """The best of three, since others use the machine too."""
    best = 60.0
    for _ in range(3):
        began = time.perf_counter()
        if "preview" in path:
            body = {"connector": "orders"}
            answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
        else:
            answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content
        best = min(best, time.perf_counter() - began)
    return round(best, 4)
