"""The mirror follows the platform, and shows where that is not as wanted."""

import pytest

from connector_kit.models import License
from connector_kit.publisher.licenses import (
    LicenseFilter,
    UnknownLicense,
    delete,
    find_license,
    list_licenses,
    reconcile,
    renew,
)
from connector_kit.publisher.licenses.reconcile import review
from tests.publisher.licenses.fixtures import BY, acts

pytestmark = pytest.mark.django_db


def run(desk, **options):
    desk.now += desk.now - desk.now  # the clock stands while it runs
    return reconcile(desk.connector, clock=desk.clock, **options)


def test_licenses_made_on_the_platform_are_mirrored_and_left_alone(desk):
    made = desk.make(opts={"connectorEdition": "premium"}, sandbox=True)

    result = run(desk)

    row = License.objects.get()
    assert (result.seen, result.added, result.drifted) == (1, 1, 0)
    assert (row.license_id, row.email, row.sandbox) == (made["_id"], desk.email, True)
    assert (row.ends, row.standing, row.deliver_at) == (None, "", None)
    assert f"{row.expires:%F}" == "2099-01-01"


def test_a_second_run_finds_nothing_new(desk):
    desk.grant(30)
    desk.make()
    run(desk)

    result = run(desk)

    assert (result.seen, result.added, result.changed, result.vanished) == (2, 0, 0, 0)


def test_drift_names_the_field_and_both_values(desk):
    row = desk.grant(30, edition="premium")
    desk.edit(row, opts={"connectorEdition": "starter"}, expires="2099-01-01T00:00:00.000Z")
    desk.forward(seconds=1)

    result = run(desk)

    row.refresh_from_db()
    assert result.drifted == 1
    assert row.drifted_at == desk.now
    assert {document["field"]: document["platform"] for document in row.drift} == {
        "expires": "2099-01-01T00:00:00.000Z",
        "opts.connectorEdition": "starter",
    }
    # It is shown, not mended.
    assert desk.live(row)["opts"] == {"connectorEdition": "starter"}
    assert list_licenses(desk.connector, LicenseFilter(drifted=True)).rows == (row,)


def test_repairing_writes_what_is_wanted(desk):
    row, other = desk.grant(30, edition="premium"), desk.make()
    before = desk.live(row)
    desk.edit(row, opts={"connectorEdition": "starter", "other": 1})
    desk.forward(seconds=1)

    result = run(desk, repair=True)

    row.refresh_from_db()
    assert (result.drifted, result.repaired, result.unrepaired) == (1, 1, 0)
    assert (row.drift, row.drifted_at) == ([], None)
    assert desk.live(row) == {**before, "opts": {"connectorEdition": "premium", "other": 1}}
    assert acts(row)[-1] == "written"
    assert desk.at_platform()[1] == other


def test_what_the_platform_no_longer_has_has_vanished(desk):
    row = desk.grant(30)
    desk.platform.call("DELETE", f"{desk.path}/{row.license_id}")
    desk.forward(seconds=1)

    assert run(desk).vanished == 1

    row.refresh_from_db()
    assert (row.vanished_at, row.standing) == (desk.now, "")
    assert list_licenses(desk.connector).total == 0
    assert list_licenses(desk.connector, LicenseFilter(vanished=True)).total == 1


def test_what_is_created_while_the_run_goes_on_has_not_vanished(desk):
    desk.grant(30)

    def created_meanwhile(_so_far):
        desk.now += desk.now - desk.now
        desk.grant(60, another=True)

    assert run(desk, progress=created_meanwhile).vanished == 0


def test_what_was_deleted_while_the_run_went_on_is_not_brought_back(desk, monkeypatch):
    row = desk.grant(30)
    desk.forward(seconds=1)

    def answered_late():
        # The platform is asked, and by the time its answer is stored the license is gone.
        moment = desk.now
        desk.now = moment.replace(microsecond=(moment.microsecond + 1) % 1_000_000)
        return desk.now

    licenses = desk.at_platform()
    from connector_kit.licensing import Listing
    from connector_kit.publisher.licenses.reconcile import _store

    asked = answered_late()
    desk.forward(seconds=1)
    delete(row, by=BY, clock=desk.clock)
    _store(desk.connector, licenses, Listing(), asked, desk.now)

    row.refresh_from_db()
    assert row.vanished_at


def test_a_grant_that_waits_does_not_vanish(desk):
    desk.grant(30, "later@example.com")
    desk.forward(seconds=1)

    assert run(desk).vanished == 0


def test_renewing_a_mirrored_license_takes_it_into_care(desk):
    desk.make(expires="2030-01-01T00:00:00.000Z")
    run(desk)

    row = renew(License.objects.get(), until=desk.day(5000), by=BY, clock=desk.clock)

    assert (row.is_managed, row.standing, row.code) == (True, "active", "")
    assert desk.live(row)["expires"].startswith(str(desk.day(5014)))


def test_progress_is_told_and_memory_holds_one_batch(desk):
    for _ in range(5):
        desk.make()
    told = []

    run(desk, progress=told.append)

    assert [item.seen for item in told] == [5]


def test_a_longer_grace_reaches_the_licenses_that_are_out_there(desk, settings):
    row = desk.grant(30)
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "license_policies": '{"*": {"grace_days": 60}}',
    }

    assert review(clock=desk.clock) == 1
    desk.tick()

    assert desk.live(row)["expires"].startswith(str(desk.day(90)))
    assert review(clock=desk.clock) == 0


def test_a_shorter_grace_takes_back_nothing_that_was_promised(desk, settings):
    row = desk.grant(30)
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "license_policies": '{"*": {"grace_days": 0}}',
    }

    assert review(clock=desk.clock) == 0
    run(desk, repair=True)

    assert desk.live(row)["expires"].startswith(str(desk.day(44)))
    # A new term has the policy of its time.
    row = renew(row, until=desk.day(100), by=BY, clock=desk.clock)
    assert desk.live(row)["expires"].startswith(str(desk.day(100)))


def test_licenses_are_found_by_id_number_and_address(desk):
    row = desk.grant(30)

    for word in (row.license_id, f"#{row.pk}", str(row.pk), desk.email.upper()):
        assert find_license(word) == row
    with pytest.raises(UnknownLicense, match="reconcile"):
        find_license("nobody@example.com")
    desk.grant(60, another=True)
    with pytest.raises(UnknownLicense, match="has several licenses"):
        find_license(desk.email)


def test_a_list_comes_in_pages_and_is_counted(desk, django_assert_max_num_queries):
    for _ in range(3):
        desk.grant(60, another=True)

    with django_assert_max_num_queries(2):
        page = list_licenses(desk.connector, limit=2)
    following = list_licenses(desk.connector, after=page.next_after, limit=2)

    assert (page.total, page.standings, len(page.rows)) == (3, {"active": 3}, 2)
    assert (len(following.rows), following.next_after) == (1, None)


ODD_LICENSES = {
    "no id": {"expires": "2099-01-01T00:00:00.000Z"},
    "an id that is none": {"_id": 7},
    "no object": None,
    "a user that is none": {"_id": "a" * 24, "user": "jo"},
    "opts that are none": {"_id": "a" * 24, "opts": ["premium"]},
    "a date that no calendar has": {"_id": "a" * 24, "expires": "9999-12-31T23:59:59-23:00"},
    "texts that no store keeps": {"_id": "a" * 24, "user": {"name": "x\x00\ud83d" * 200}},
}


@pytest.mark.parametrize("odd", ODD_LICENSES.values(), ids=ODD_LICENSES.keys())
def test_one_odd_license_stops_no_other(desk, monkeypatch, odd):
    desk.make()
    [sound] = desk.at_platform()
    monkeypatch.setattr(
        "connector_kit.integrator.resources.licenses.Licenses.list", lambda *_: iter([odd, sound])
    )

    result = reconcile(desk.connector, clock=desk.clock)

    assert License.objects.filter(license_id=sound["_id"], vanished_at=None).exists()
    assert result.seen + result.unreadable == 2
