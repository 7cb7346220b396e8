"""``connector-kit usage`` as somebody types it."""

import csv
import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.integrator.scripted import Reply, scripted_platform

pytestmark = pytest.mark.django_db


def job(number: int, **fields: object) -> dict:
    return {
        "_id": f"64b{number}",
        "type": "flow",
        "status": "completed",
        "_integrationId": "64a1",
        "_flowId": f"64f{number}",
        "startedAt": "2026-05-05T10:00:00.000Z",
        "numSuccess": 10,
        "numError": 1,
        **fields,
    }


@pytest.fixture
def platform(settings):
    with scripted_platform() as platform:
        settings.CONNECTOR_KIT = {
            **settings.CONNECTOR_KIT,
            "token": "publisher-token",
            "base_url": platform.base_url,
        }
        platform.plays(Reply(200, [{"_id": "64a1"}]), Reply(200, [job(1), job(2)]))
        yield platform


def test_installations_are_counted(platform, capsys):
    call_command("usage")

    header, row = capsys.readouterr().out.splitlines()[:2]
    assert header.split() == [
        "integration",
        "month",
        "runs",
        "failed",
        "records",
        "ignored",
        "errors",
    ]
    assert row.split() == ["64a1", "2026-05", "2", "0", "20", "0", "2"]


def test_flows_can_be_told_apart(platform, capsys):
    call_command("usage", "--flows", "--json")

    rows = json.loads(capsys.readouterr().out)["usage"]
    assert [(row["flow_id"], row["runs"]) for row in rows] == [("64f1", 1), ("64f2", 1)]


def test_integrations_and_dates_narrow_it(platform, capsys):
    platform.plays(Reply(200, []))

    call_command(
        "usage",
        "--installation",
        "64a1",
        "--since",
        "2026-05-01",
        "--until",
        "2026-06-01",
        "--json",
    )

    (line,) = platform.lines
    assert line == (
        "GET /v1/jobs?_integrationId=64a1&createdAt_gte=2026-05-01T00%3A00%3A00.000Z"
        "&createdAt_lte=2026-06-01T00%3A00%3A00.000Z"
    )
    assert json.loads(capsys.readouterr().out) == {"usage": []}


def test_what_is_no_date_is_refused(platform):
    with pytest.raises(CommandError, match="is not a date such as 2026-05-01"):
        call_command("usage", "--since", "yesterday")


def test_without_a_token_the_way_out_is_named(settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}

    with pytest.raises(CommandError, match="CONNECTOR_KIT_TOKEN is not set"):
        call_command("usage")


def test_usage_comes_as_csv_with_the_names_of_json(platform, capsys):
    call_command("usage", "--csv")

    printed = capsys.readouterr()
    [row] = csv.DictReader(io.StringIO(printed.out))
    assert (row["integration_id"], row["month"], row["runs"]) == ("64a1", "2026-05", "2")


def test_a_name_is_no_formula_in_csv(platform, capsys):
    jobs = [job(1, _flowId="=1+1")]
    platform.plays(Reply(200, [{"_id": "64a1"}]), Reply(200, jobs))

    call_command("usage", "--csv", "--flows")

    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["flow_id"] == "'=1+1"
