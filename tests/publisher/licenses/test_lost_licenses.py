"""Licenses in force that the platform has no more: told, and brought back."""

import json

import pytest
from django.core.management import call_command

from connector_kit.models import License
from connector_kit.publisher.licenses import (
    LicenseError,
    LicenseFilter,
    LicenseGone,
    create,
    delete,
    find_license,
    list_licenses,
    lost_licenses,
    reactivate,
    reconcile,
    renew,
    restore,
)
from connector_kit.publisher.licenses.services import LicenseRequest
from tests.publisher.licenses.fixtures import BY, acts

pytestmark = pytest.mark.django_db


def lose(desk, row):
    """Have somebody delete the license on the platform's own pages."""
    desk.platform.call("DELETE", f"{desk.path}/{row.license_id}")
    desk.forward(minutes=5)


@pytest.fixture
def lost(desk):
    row = desk.grant(50)
    lose(desk, row)
    reconcile(desk.connector, clock=desk.clock)
    row.refresh_from_db()
    return row


def run(capsys, *words):
    """Exit code and answer of a subcommand."""
    code = 0
    try:
        call_command("license", *words, "--json")
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(capsys.readouterr().out)


def test_a_license_in_force_that_vanished_is_told_by_its_code(desk, lost):
    assert (lost.code, lost.vanished_at is not None) == ("license_vanished", True)
    assert "gone from the platform before its end" in lost.message
    assert lost_licenses(desk.connector) == [lost]
    assert list_licenses(desk.connector, LicenseFilter(pending=True)).rows == (lost,)
    assert find_license(desk.email) == lost
    assert acts(lost)[-1] == "vanished"


def test_what_is_over_or_was_removed_here_raises_no_alarm(desk):
    over, removed = desk.grant(1), desk.grant(60, another=True)
    delete(removed, by=BY, clock=desk.clock)
    desk.forward(days=30)
    lose(desk, over)

    found = reconcile(desk.connector, clock=desk.clock)

    assert (found.vanished, found.lost) == (1, 0)
    assert lost_licenses() == []


def test_a_license_of_the_platforms_own_dates_is_missed_as_well(desk):
    made = desk.make(expires="2099-01-01T00:00:00.000Z")
    reconcile(desk.connector, clock=desk.clock)
    desk.platform.call("DELETE", f"{desk.path}/{made['_id']}")
    desk.forward(minutes=5)

    found = reconcile(desk.connector, repair=True, clock=desk.clock)

    assert (found.lost, found.unrepaired) == (1, 1)
    assert "license create" in License.objects.get().message


def test_one_that_a_listing_leaves_out_is_looked_for_by_itself(desk, monkeypatch):
    row = desk.grant(50)
    desk.forward(minutes=5)
    from connector_kit.publisher.licenses.platform import PlatformLicenses

    monkeypatch.setattr(PlatformLicenses, "all", lambda _: iter(()))

    found = reconcile(desk.connector, clock=desk.clock)

    row.refresh_from_db()
    assert (found.vanished, row.vanished_at, row.standing) == (0, None, "active")


def test_repair_creates_it_again_with_the_terms_on_record(desk, lost):
    found = reconcile(desk.connector, repair=True, clock=desk.clock)

    lost.refresh_from_db()
    assert (found.repaired, found.unrepaired) == (1, 0)
    assert (lost.code, lost.vanished_at, lost.standing) == ("", None, "active")
    [live] = desk.at_platform()
    assert (live["_id"], live["expires"][:10]) == (lost.license_id, str(desk.day(64)))
    assert acts(lost)[-2:] == ["restore", "created"]
    assert reconcile(desk.connector, clock=desk.clock).lost == 0


def test_what_comes_back_by_itself_is_no_alarm_any_more(desk, monkeypatch):
    row = desk.grant(50)
    desk.forward(minutes=5)
    from connector_kit.publisher.licenses.platform import PlatformLicenses

    with monkeypatch.context() as away:
        away.setattr(PlatformLicenses, "all", lambda _: iter(()))
        away.setattr(PlatformLicenses, "read", lambda *_: None)
        assert reconcile(desk.connector, clock=desk.clock).lost == 1
    desk.forward(minutes=5)
    reconcile(desk.connector, clock=desk.clock)

    row.refresh_from_db()
    assert (row.code, row.vanished_at, row.standing) == ("", None, "active")
    assert row.next_at is not None


def test_a_new_license_for_the_customer_settles_the_alarm(desk, lost):
    create(
        desk.connector,
        LicenseRequest(desk.email),
        until=desk.day(50),
        by=BY,
        clock=desk.clock,
    )

    assert lost_licenses() == []


@pytest.mark.parametrize("act", [renew, reactivate])
def test_acts_on_a_lost_license_say_what_to_do(desk, lost, act):
    with pytest.raises(LicenseGone, match="license restore"):
        act(lost, until=desk.day(90), by=BY, clock=desk.clock)


def test_what_is_not_lost_cannot_be_restored(desk):
    with pytest.raises(LicenseError, match="not missing"):
        restore(desk.grant(50), by=BY, clock=desk.clock)


def test_the_commands_name_it_and_exit_with_3_until_it_is_back(desk, lost, capsys):
    slug = desk.connector.slug
    desk.catch_up()

    code, told = run(capsys, "reconcile", slug)
    assert (code, [document["email"] for document in told["missing"]]) == (3, [desk.email])
    code, told = run(capsys, "pending", slug)
    assert (code, [license_["code"] for license_ in told["licenses"]]) == (3, ["license_vanished"])
    assert [document["number"] for document in run(capsys, "list", slug)[1]["lost"]] == [lost.pk]
    assert run(capsys, "show", desk.email)[0] == 3

    call_command("license", "list", slug)
    assert f"license restore '#{lost.pk}'" in capsys.readouterr().out

    assert run(capsys, "reconcile", slug, "--repair")[0] == 0
    assert run(capsys, "reconcile", slug)[0] == 0
