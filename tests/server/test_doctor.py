"""`connector-kit doctor`: what is missing or cannot be reached, each with a way out."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from connector_kit.models import Heartbeat, Release
from connector_kit.models.clock import now
from connector_kit.server.doctor.clocks import compare_clocks, read_date
from connector_kit.server.doctor.platform import is_private
from connector_kit.workers.heartbeat import TICK, listening
from connector_kit.workers.queues import Queue
from tests.publisher.fixtures import orders, platform, stack_address

__all__ = ["orders", "platform", "stack_address"]

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def examine(capsys):
    """Examines; returns the exit code, and the findings about each thing."""

    def examine():
        try:
            call_command("doctor", "--json")
            code = 0
        except SystemExit as end:
            code = end.code
        report = json.loads(capsys.readouterr().out)
        assert (report["status"] == "broken") == bool(code)
        found = {}
        for finding in report["findings"]:
            found.setdefault(finding["about"], []).append(finding)
        return code, found

    return examine


@pytest.fixture
def working(orders):
    """A connector that is published and served, with workers."""
    Heartbeat.note({TICK, *map(listening, Queue)}, now())
    return orders


def change(settings, **values):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, **values}


def codes(findings):
    return [(finding["level"], finding["code"]) for finding in findings]


def test_before_anything_is_set_up_it_says_so_and_sets_nothing_up(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "connector_kit.cli", "doctor", "--json"],
        cwd=tmp_path,
        env={"CONNECTOR_KIT_BASE_URL": "http://127.0.0.1:9/v1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "")
    found = {finding["code"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert {"no_connectors", "no_database", "no_publisher_token", "platform_unreachable"} <= {
        *found
    }
    assert "connector-kit migrate" in found["no_database"]["hint"]
    assert not list(tmp_path.rglob("db.sqlite3"))


@pytest.mark.django_db
def test_what_works_is_said_thing_by_thing(working, examine):
    code, found = examine()

    assert (code, codes(found["workers"])) == (0, [("ok", "")])
    for about in ("database", "migrations", "redis", "platform", "token", "server", "records"):
        assert codes(found[about]) == [("ok", "")], about
    assert "1.0.0 served, 1.0.0 published" in found["versions"][0]["message"]
    assert {finding["level"] for finding in found["clock"]} == {"ok"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "about", "code"),
    [
        ({"token": "no-such-token"}, "token", "token_refused"),
        ({"token": ""}, "token", "no_publisher_token"),
        ({"base_url": "http://127.0.0.1:9/v1"}, "platform", "platform_unreachable"),
        ({"base_url": "https://integrator.invalid/v1"}, "host_uri", "host_uri_private"),
        ({"host_uri": "http://127.0.0.1:9"}, "server", "host_uri_unreachable"),
        ({"host_uri": "http://127.0.0.1:9"}, "records", "host_uri_differs"),
        ({"rate_size": "many"}, "settings", "connector_kit.E213"),
        ({"redis_url": "redis://127.0.0.1:9/0"}, "redis", "redis_unreachable"),
    ],
)
def test_what_is_broken_is_named_with_a_way_out(working, settings, examine, values, about, code):
    change(settings, **values)

    status, found = examine()

    [finding] = [finding for finding in found[about] if finding["code"] == code]
    assert (status, finding["level"]) == (1, "broken")
    assert finding["hint"]


@pytest.mark.django_db
def test_no_worker_is_a_finding(orders, examine):
    code, found = examine()

    assert (code, codes(found["workers"])) == (1, [("broken", "no_worker")] * len(Queue))
    assert "celery" in found["workers"][0]["hint"]


@pytest.mark.django_db
def test_a_server_that_is_ahead_of_the_releases_is_a_warning(working, examine):
    Release.objects.filter(connector=working).update(version="0.9.0")

    code, found = examine()

    assert (code, codes(found["versions"])) == (0, [("warning", "not_published")])


@pytest.mark.django_db
def test_people_read_findings_with_their_way_out(orders, capsys):
    with pytest.raises(SystemExit):
        call_command("doctor")

    said = capsys.readouterr().out
    assert "→ Start one with 'celery" in said


@pytest.mark.parametrize(
    ("seconds", "level", "words"),
    [
        (0, "ok", "agree"),
        (29, "ok", "agree"),
        (90, "warning", "ahead of"),
        (-90, "warning", "behind"),
    ],
)
def test_clocks_that_differ_are_a_warning(seconds, level, words):
    finding = compare_clocks("the server", NOON + timedelta(seconds=seconds), NOON)

    assert finding.level == level
    assert words in finding.message


def test_the_date_of_an_answer_is_read_if_there_is_one():
    assert read_date("Fri, 01 May 2026 12:00:00 GMT") == NOON
    assert read_date("soon") is read_date(None) is None


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("https://10.1.2.3", True),
        ("https://[::1]:8000", True),
        ("https://build-box", True),
        ("https://8.8.8.8", False),
        ("https://kit.example.com", False),
    ],
)
def test_an_address_that_only_this_network_knows_is_private(address, private):
    assert is_private(address) == private
