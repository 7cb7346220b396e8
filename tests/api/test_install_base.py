"""The install base over the API: filtered, in pages, counted, at a constant number of queries."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connector_kit.models import Change, Connector, Installation, Operation, Rollout
from connector_kit.publisher import publish
from connector_kit.publisher.roles import Role
from connector_kit.publisher.timeline import Day, Moved, going_back, versions_over_time
from connector_kit.rollouts import RolloutOptions, start_rollout
from tests.api.fixtures import token_of
from tests.publisher.fixtures import ORDERS, recorded

OPS = Operation.Outcome


def ids(page):
    return [result["integration_id"] for result in page["results"]]


@pytest.fixture
def furnished(base, release):
    """Six installations that differ in everything that can be asked for."""
    rows = base.install(6)
    plain, sandbox, premium, failed, drifted, gone = rows
    Installation.objects.filter(pk=plain.pk).update(name="Acme shop", email="owner@example.com")
    Installation.objects.filter(pk=sandbox.pk).update(sandbox=True, tag="trial", mode="install")
    Installation.objects.filter(pk=premium.pk).update(
        opts={"connectorEdition": "premium"}, version="1.1.0", update_in_progress=True
    )
    base.finish(failed, release)
    base.finish(failed, release, "failed", "component_deleted", "A flow is gone.")
    base.finish(plain, release, "failed", "x")
    base.finish(plain, release)
    Installation.objects.filter(pk=drifted.pk).update(is_drifted=True)
    Installation.objects.filter(pk=gone.pk).update(vanished_at=timezone.now())
    return {
        "plain": plain.integration_id,
        "sandbox": sandbox.integration_id,
        "premium": premium.integration_id,
        "failed": failed.integration_id,
        "drifted": drifted.integration_id,
        "gone": gone.integration_id,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "plain sandbox premium failed drifted"),
        ({"connector": "orders"}, "plain sandbox premium failed drifted"),
        ({"version": "1.1.0"}, "premium"),
        ({"edition": "premium"}, "premium"),
        ({"environment": "sandbox"}, "sandbox"),
        ({"environment": "production", "version": "1.0.0"}, "plain failed drifted"),
        ({"mode": "install"}, "sandbox"),
        ({"last_update": "failed"}, "failed"),
        ({"last_update": "done"}, "plain"),
        ({"drifted": "true"}, "drifted"),
        ({"updating": "true"}, "premium"),
        ({"vanished": "true"}, "gone"),
        ({"search": "ACME"}, "plain"),
        ({"search": "owner@"}, "plain"),
        ({"search": "trial"}, "sandbox"),
        ({"search": "0" * 23 + "3"}, "failed"),
        ({"search": "%"}, ""),
    ],
    ids=str,
)
def test_a_filter_admits_what_it_says(api, furnished, query, expected):
    page = api.get("installations/", **query)

    assert ids(page) == [furnished[name] for name in expected.split()]
    assert api.get("installations/counts/", **query)["total"] == len(ids(page))


def test_a_store_of_framework_two_says_whose_it_is(api, base):
    parent, store = base.install(2)
    Installation.objects.filter(pk=store.pk).update(parent=parent)

    [shown] = api.get("installations/", child="true")["results"]

    assert (shown["integration_id"], shown["parent_id"]) == (
        store.integration_id,
        parent.integration_id,
    )
    assert ids(api.get("installations/", child="false")) == [parent.integration_id]


def test_what_cannot_be_asked_for_is_refused_by_name(api, base):
    answer = api.ask("GET", "installations/", params={"environment": "moon", "connector": "nope"})

    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"environment", "connector"}


def test_an_installation_shows_what_its_last_update_came_to(api, furnished):
    row = api.get(f"installations/{furnished['failed']}/")

    assert row["last_update"]["outcome"] == "failed"
    assert row["last_update"]["code"] == "component_deleted"
    assert api.get(f"installations/{furnished['drifted']}/")["last_update"] is None


def test_pages_follow_each_other_without_a_gap_or_a_repeat(api, base):
    base.install(25)
    found, url = [], None
    while True:
        page = api.get("installations/", limit=10) if url is None else api.get(url)
        found += ids(page)
        if page["next"] is None:
            break
        url = page["next"].partition("/api/v1/")[2]

    assert found == [f"{number:024x}" for number in range(25)]


@pytest.mark.parametrize("cursor", ["x", "cD0w", "cj0x", "bz0tMQ==", "cD0lMDA="])
def test_a_cursor_that_nobody_made_is_refused_or_harmless(api, base, cursor):
    base.install(1)
    for path in ("installations/", "rollouts/", "actions/"):
        answer = api.ask("GET", path, params={"cursor": cursor})
        assert answer.status_code in (200, 400), answer.text


def test_the_counts_add_up(api, furnished):
    counts = api.get("installations/counts/")

    assert counts["total"] == 5
    assert counts["versions"] == {"1.0.0": 4, "1.1.0": 1}
    assert counts["environments"] == {"production": 4, "sandbox": 1}
    assert counts["editions"] == {"": 4, "premium": 1}
    assert counts["modes"] == {"install": 1, "settings": 4}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        *("installations/", "installations/counts/", "connectors/", "rollouts/", "actions/"),
        *(f"installations/{0:024x}/{name}/" for name in ("operations", "changes", "components")),
    ],
)
def test_a_page_costs_the_same_number_of_queries_whatever_is_on_it(client, base, release, path):
    headers = {"Authorization": f"Bearer {token_of('alice', Role.ADMIN)}"}

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 200, answer.content
        return len(asked)

    furnish(base, release, 1)
    queries()  # the token's first use is noted
    few = queries()
    furnish(base, release, 10)

    assert queries() == few <= 10


def furnish(base, release, count):
    for row in base.install(count):
        base.finish(row, release)
    first = Installation.objects.get(integration_id=f"{0:024x}")
    for number in range(count):
        operation = base.finish(first, release)
        row = Change(operation=operation, installation=first, action="update", resource="flows")
        row.external_id = f"flow_{Change.objects.count()}"
        row.save()
        first.components.create(
            external_id=f"c{first.components.count()}", resource="flows", resource_id=str(number)
        )
        Connector.objects.create(slug=f"other-{Connector.objects.count()}", name="Other")
        start_rollout(base.connector, options=RolloutOptions(waves=("rest",)))
        Rollout.objects.update(state=Rollout.State.COMPLETED)


def test_operations_and_changes_are_listed_newest_first_with_before_and_after(api, base, release):
    [row] = base.install(1)
    first = base.finish(row, release, "failed", "x", "No.")
    second = base.finish(row, release)
    fields = [{"path": "name", "before": "Old", "after": "New", "settled": None}]
    Change.objects.create(
        operation=second,
        installation=row,
        action="update",
        resource="flows",
        external_id="sync",
        fields=fields,
    )
    where = f"installations/{row.integration_id}"

    assert [result["id"] for result in api.get(f"{where}/operations/")["results"]] == [
        second.pk,
        first.pk,
    ]
    [failed] = api.get(f"{where}/operations/", outcome="failed")["results"]
    assert (failed["code"], failed["message"]) == ("x", "No.")
    [change] = api.get(f"{where}/changes/", operation=second.pk)["results"]
    assert (change["external_id"], change["fields"]) == ("sync", fields)
    assert api.get(f"{where}/changes/", operation=first.pk)["results"] == []
    assert "plan" not in failed
    assert api.get(f"{where}/operations/{first.pk}/")["plan"] is None


def test_an_operation_of_another_installation_is_not_found(api, base, release):
    row, other = base.install(2)
    operation = base.finish(other, release)

    answer = api.ask("GET", f"installations/{row.integration_id}/operations/{operation.pk}/")

    assert answer.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_components_of_an_installation_are_listed_by_their_names(api, platform):
    connector = Connector.objects.get(slug=publish(ORDERS).slug)
    row = recorded(connector, connector.releases.get())

    listed = api.get(f"installations/{row.integration_id}/components/")["results"]

    names = [document["external_id"] for document in listed]
    assert names == sorted(names)
    assert "orders_to_slack" in names
    assert all(len(document["applied"]) == 64 for document in listed)


TODAY = date(2026, 5, 10)


def test_the_past_follows_from_today_by_taking_days_back():
    moves = [
        Moved(TODAY, "1.0.0", "1.1.0", 3),
        Moved(TODAY - timedelta(days=1), "", "1.0.0", 2),
        Moved(TODAY - timedelta(days=1), "0.9.0", "", 1),
    ]

    days = [
        *going_back({"1.1.0": 4, "1.0.0": 1}, moves, until=TODAY, since=TODAY - timedelta(days=2))
    ]

    assert days == [
        Day(TODAY, {"1.0.0": 1, "1.1.0": 4}),
        Day(TODAY - timedelta(days=1), {"1.0.0": 4, "1.1.0": 1}),
        Day(TODAY - timedelta(days=2), {"0.9.0": 1, "1.0.0": 2, "1.1.0": 1}),
    ]


@pytest.mark.django_db
def test_versions_over_time_go_by_what_updates_did(base, release, django_assert_num_queries):
    row, _ = base.install(2)
    now = datetime.now(UTC)
    updated = base.finish(row, release)
    Operation.objects.filter(pk=updated.pk).update(
        from_version="1.0.0", finished_at=now - timedelta(days=2)
    )
    Installation.objects.filter(pk=row.pk).update(version="1.1.0")

    with django_assert_num_queries(2):
        days = versions_over_time(base.connector, days=4, today=now.date())

    assert [dict(day.versions) for day in days] == [
        {"1.0.0": 2},
        {"1.0.0": 1, "1.1.0": 1},
        {"1.0.0": 1, "1.1.0": 1},
        {"1.0.0": 1, "1.1.0": 1},
    ]


def test_versions_over_time_are_asked_for_within_bounds(api, base):
    assert len(api.get("connectors/orders/versions/", days=7)["days"]) == 7
    assert api.ask("GET", "connectors/orders/versions/", params={"days": 0}).status_code == 400
