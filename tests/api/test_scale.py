"""An install base of 100,000 in PostgreSQL: every page stays a matter of milliseconds."""

import json
import time
from base64 import b64encode
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
from tests.rollouts.databases import multiply, postgresql, serving

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
    row = Installation.objects.create(
        connector=connector,
        integration_id=f"{0:024x}",
        name="Customer 0",
        email="customer-0@example.com",
        version="0.9.0",
        mode="settings",
        update_outcome="failed",
        sandbox=True,
    )
    multiply(
        row,
        INSTALLATIONS - 1,
        integration_id="lpad(to_hex(n), 24, '0')",
        name="'Customer ' || n",
        email="'customer-' || n || '@example.com'",
        sandbox="n %% 10 = 0",
        version="CASE WHEN n %% 3 = 0 THEN '0.9.0' ELSE '1.0.0' END",
        update_outcome="CASE WHEN n %% 1000 = 0 THEN 'failed' ELSE 'done' END",
        opts="""CASE WHEN n %% 1000 = 1 THEN '{"connectorEdition": "premium"}'::jsonb
            ELSE '{}'::jsonb END""",
        is_drifted="n %% 1000 = 2",
    )
    for kind in ("install", "update"):
        operation = Operation.objects.create(
            installation=row,
            kind=kind,
            release=release,
            from_version="0.9.0" if kind == "update" else "",
            finished_at=timezone.now(),
            outcome="failed" if kind == "update" else "done",
        )
        multiply(
            operation,
            INSTALLATIONS - 1,
            installation_id=f"{row.pk} + n",
            finished_at="now() - n %% 40 * interval '1 day'",
            outcome="CASE WHEN n %% 1000 = 0 THEN outcome ELSE 'done' END",
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


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
