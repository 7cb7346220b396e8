"""Statements that are composed once write what models would, on every database of production."""

from datetime import UTC, datetime

import pytest

from connector_kit.models import Change, Component, Connector, Document, Installation, Operation
from connector_kit.models.statements import Delete, Insert, Update
from tests.rollouts.databases import KINDS, serving

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

REMEMBER = Insert(
    Component,
    ("installation", "external_id", "resource", "resource_id", "applied", "updated_at"),
    unique=("installation", "external_id"),
)
NOTE = Insert(
    Change,
    (
        *("operation", "installation", "action", "resource", "external_id"),
        *("resource_id", "fields", "made_at"),
    ),
)
FORGET = Delete(Component, ("installation", "external_id"))
LEASE = Update(Installation, ("lease_until",), where=("id", "lease_owner"))


@pytest.fixture(scope="module", params=KINDS)
def database(request, tmp_path_factory, django_db_setup, django_db_blocker):
    kind = KINDS[request.param]
    with (
        django_db_blocker.unblock(),
        kind(tmp_path_factory.mktemp(request.param)) as configured,
        serving(configured),
    ):
        yield


@pytest.fixture
def installation(database) -> Installation:
    Connector.objects.all().delete()
    connector = Connector.objects.create(slug="orders", name="Orders", class_path="x:Orders")
    return Installation.objects.create(
        connector=connector, integration_id="1" * 24, lease_owner="me"
    )


def test_an_insert_adds_a_row_as_its_fields_store_it(installation):
    operation = Operation.objects.create(installation=installation, kind="update")
    fields = [{"path": "http.body", "before": None, "after": "100 % 'ä'"}]

    NOTE(operation.pk, installation.pk, "update", "exports", "orders", "a" * 24, fields, NOON)

    change = Change.objects.get()
    assert (change.operation, change.installation) == (operation, installation)
    assert (change.external_id, change.fields, change.made_at) == ("orders", fields, NOON)


def test_an_insert_writes_over_the_row_with_the_same_unique_fields_and_a_delete_removes_one(
    installation,
):
    for digest in ("one", "two"):
        Document.objects.get_or_create(digest=digest, body="{}")
    REMEMBER(installation.pk, "orders", "exports", "a" * 24, "one", NOON)
    REMEMBER(installation.pk, "refunds", "exports", "b" * 24, "one", NOON)
    first = Component.objects.get(external_id="orders").pk

    REMEMBER(installation.pk, "orders", "imports", "c" * 24, "two", NOON)

    rows = Component.objects.order_by("external_id")
    assert list(rows.values_list("external_id", "resource", "resource_id", "applied_id")) == [
        ("orders", "imports", "c" * 24, "two"),
        ("refunds", "exports", "b" * 24, "one"),
    ]
    assert rows[0].pk == first

    assert FORGET(installation.pk, "refunds") == 1
    assert FORGET(installation.pk, "refunds") == 0
    assert Component.objects.get().external_id == "orders"


def test_an_update_changes_only_the_rows_it_looks_for(installation):
    assert LEASE(NOON, installation.pk, "me") == 1
    assert LEASE(datetime(2027, 1, 1, tzinfo=UTC), installation.pk, "somebody else") == 0

    installation.refresh_from_db()
    assert (installation.lease_owner, installation.lease_until) == ("me", NOON)
