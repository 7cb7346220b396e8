"""Usage of the own account, of embedded accounts, and of what dry runs have read."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from connector_kit.embedded import run_flow
from connector_kit.embedded.usage import UsageQuery, usage_report
from connector_kit.integrator.resources.usage import Usage
from connector_kit.lifecycle.usage import keep_usage
from connector_kit.models import EmbeddedAccount, FlowUsage, Installation, License

pytestmark = pytest.mark.django_db
HERE = "6" * 24
TODAY = datetime.now(UTC).date()


@pytest.fixture
def flowing(embedding, acme):
    """A deployment whose flow has run twice."""
    flow = next(component for component in acme.components.all() if component.resource == "flows")
    path = f"/flows/{flow.resource_id}"
    document = embedding.do("GET", path)
    embedding.do("PUT", path, {**document, "disabled": False})
    for _ in range(2):
        run_flow(acme, flow.external_id)
        assert embedding.platform.control("/drain", {"timeout_seconds": 30})["drained"]
    return acme


def told(capsys, *words):
    """Exit code and answer of the command."""
    code = 0
    try:
        call_command("usage", *words, "--json")
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(capsys.readouterr().out)


def ran(runs, records, **fields):
    """What was counted on a day."""
    return Usage(HERE, "f1", "", runs=runs, records=records, **fields)


def test_embedded_accounts_are_asked(flowing, capsys):
    code, answer = told(capsys)

    [row] = [document for document in answer["usage"] if document["source"] == "embedded"]
    assert (code, row["runs"], row["owner"]) == (0, 2, flowing.end_user)
    assert (row["connector"], row["month"]) == (flowing.connector.slug, f"{TODAY:%Y-%m}")
    assert row["records"] + row["errors"] > 0
    assert answer["coverage"]["never_counted"] == 0


def test_flows_are_called_as_the_connector_calls_them(flowing, capsys):
    _, answer = told(capsys, "--flows", "--installation", flowing.integration_id)

    flows = {
        component.external_id
        for component in flowing.components.all()
        if component.resource == "flows"
    }
    assert {document["flow"] for document in answer["usage"] if document["runs"]} <= flows


def test_counting_twice_is_counting_once(flowing, capsys):
    first = told(capsys)[1]["usage"]

    assert told(capsys)[1]["usage"] == first


def test_an_account_that_refuses_is_named_and_keeps_what_was_counted(flowing, capsys):
    before = told(capsys)[1]["usage"]
    EmbeddedAccount.objects.update(token="nobody can read this")

    code, answer = told(capsys)

    assert code == 3
    assert [document["account"] for document in answer["unasked"]] == ["product"]
    assert answer["usage"] == before


def test_a_month_outlives_the_jobs_of_its_first_days():
    days = [date(2026, 5, day) for day in (1, 2, 3)]
    keep_usage(HERE, {day: [ran(2, 10)] for day in days[:2]}, {})
    keep_usage(HERE, {days[1]: [ran(1, 5)], days[2]: [ran(4, 20)]}, {})  # half of the 2nd is gone

    rows = FlowUsage.objects.order_by("day").values_list("runs", flat=True)
    assert list(rows) == [2, 2, 4]


def test_a_day_that_goes_on_is_counted_anew():
    keep_usage(HERE, {TODAY: [ran(1, 5)]}, {"f1": "orders"})
    keep_usage(HERE, {TODAY: [ran(3, 9, errors=1)]}, {"f1": "orders"})

    [row] = FlowUsage.objects.all()
    assert (row.runs, row.records, row.errors, row.flow) == (3, 9, 1, "orders")


def test_customers_are_told_by_address_and_license_and_months_apart(platform, release):
    Installation.objects.create(
        connector=release.connector,
        integration_id=HERE,
        email="buyer@example.com",
        usage_until=timezone.now() - timedelta(days=3),
    )
    Installation.objects.create(connector=release.connector, integration_id="7" * 24)
    License.objects.create(
        connector=release.connector, email="buyer@example.com", license_id="l1", integration_id=HERE
    )
    keep_usage(HERE, {date(2026, 5, 31): [ran(2, 10)], date(2026, 6, 1): [ran(1, 5)]}, {})

    report = usage_report(UsageQuery())

    rows = [row for row in report.rows if row.source == "marketplace"]
    assert [(row.month, row.runs, row.records) for row in rows] == [
        ("2026-05", 2, 10),
        ("2026-06", 1, 5),
    ]
    assert {(row.owner, row.license_id) for row in rows} == {("buyer@example.com", "l1")}
    coverage = report.coverage
    assert (coverage.installations, coverage.never_counted) == (2, 1)
    assert coverage.oldest_count < timezone.now() - timedelta(days=2)


def test_pages_follow_each_other_by_integration(platform, release):
    for number in "123":
        keep_usage(number * 24, {TODAY: [ran(1, 1)]}, {})

    first = usage_report(UsageQuery(limit=2))
    second = usage_report(UsageQuery(limit=2, after=first.next_after))

    assert [row.integration_id[0] for row in (*first.rows, *second.rows)] == ["1", "2", "3"]
    assert (first.next_after, second.next_after) == ("2" * 24, None)


def test_days_narrow_it(platform, release):
    for day in (1, 2, 3):
        keep_usage(HERE, {date(2026, 5, day): [ran(day, day)]}, {})

    query = UsageQuery(
        since=datetime(2026, 5, 2, tzinfo=UTC), until=datetime(2026, 5, 3, tzinfo=UTC)
    )

    [row] = usage_report(query).rows
    assert row.runs == 2


def test_people_are_told_of_how_many_nothing_is_known(platform, release, capsys):
    Installation.objects.create(connector=release.connector, integration_id=HERE)

    call_command("usage")

    assert "No data for 1 of 1 installations" in capsys.readouterr().out


def test_enabled_flows_are_counted_for_each_license_and_environment(embedding, release, capsys):
    def installation(number, license_id, *, disabled, sandbox=False):
        row = Installation.objects.create(
            connector=release.connector,
            integration_id=f"{number:024}",
            email="jo@example.com",
            sandbox=sandbox,
            flows={f"flow{n}": {"disabled": is_off} for n, is_off in enumerate(disabled)},
        )
        License.objects.create(
            connector=release.connector,
            license_id=license_id,
            integration_id=row.integration_id,
            email=row.email,
        )

    installation(1, "one", disabled=[False, False, True])
    installation(2, "trial", disabled=[False], sandbox=True)
    installation(3, "two", disabled=[True])

    _, answer = told(capsys, "--enabled")

    found = {(row["license_id"], row["environment"]): row["flows"] for row in answer["enabled"]}
    assert found == {("one", "production"): 2, ("trial", "sandbox"): 1, ("two", "production"): 0}
