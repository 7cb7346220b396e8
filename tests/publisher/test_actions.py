"""Every change that somebody makes leaves a record: who, what, to which thing, before and after."""

from datetime import date

import pytest

from connector_kit.models import StaffAction
from connector_kit.publisher import publish, sync_install_base
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.licenses import (
    LicenseRequest,
    change_edition,
    child,
    convert,
    create,
    delete,
    expire,
    extend,
    reactivate,
    reconcile,
    renew,
    restore,
    set_add_ons,
    trial,
)
from tests.publisher.fixtures import ORDERS
from tests.publisher.licenses.fixtures import desk

__all__ = ["desk"]

pytestmark = pytest.mark.django_db
ALICE = Actor("alice")
FAR, FARTHER = date(2090, 1, 1), date(2091, 1, 1)
BY = {"by": Actor("alice")}


@pytest.fixture
def row(desk):
    made = create(desk.connector, LicenseRequest(desk.email), until=FAR, **BY)
    StaffAction.objects.all().delete()
    return made


def try_out(desk, _):
    trial(desk.connector, LicenseRequest("new@example.com"), **BY)


def try_and_buy(desk, _):
    made = trial(desk.connector, LicenseRequest("new@example.com"), **BY)
    StaffAction.objects.all().delete()
    convert(made, until=FAR, **BY)


def bring_back(_, row):
    off = expire(row, **BY)
    StaffAction.objects.all().delete()
    reactivate(off, until=FARTHER, **BY)


def find_again(desk, row):
    desk.platform.call("DELETE", f"{desk.path}/{row.license_id}")
    extend(row, days=1, **BY)
    StaffAction.objects.all().delete()
    row.refresh_from_db()
    restore(row, **BY)


LICENSE_ACTS = {
    "license.create": lambda desk, _: create(
        desk.connector, LicenseRequest("new@example.com"), until=FAR, **BY
    ),
    "license.trial": try_out,
    "license.convert": try_and_buy,
    "license.renew": lambda _, row: renew(row, until=FARTHER, **BY),
    "license.extend": lambda _, row: extend(row, days=3, **BY),
    "license.child": lambda _, row: child(row, **BY),
    "license.change_edition": lambda _, row: change_edition(row, "premium", **BY),
    "license.add_ons": lambda _, row: set_add_ons(row, add_ons=("payouts",), **BY),
    "license.expire": lambda _, row: expire(row, **BY),
    "license.reactivate": bring_back,
    "license.restore": find_again,
    "license.delete": lambda _, row: delete(row, **BY),
}


@pytest.mark.parametrize("action", LICENSE_ACTS)
def test_whatever_is_done_with_a_license_is_on_record(desk, row, action):
    LICENSE_ACTS[action](desk, row)

    [recorded] = StaffAction.objects.all()
    assert (recorded.action, recorded.actor_name) == (action, "alice")
    assert recorded.subject.startswith("license/")
    assert recorded.after["email"].endswith("example.com")
    if action == "license.renew":
        assert (recorded.before["ends"], recorded.after["ends"]) == (str(FAR), str(FARTHER))


def test_what_the_kit_does_by_itself_with_a_license_is_no_ones_action(desk, row):
    desk.forward(days=3)
    desk.tick()

    assert StaffAction.objects.count() == 0
    assert row.events.filter(act="created").exists()


def test_what_changes_nothing_is_no_change(desk, row):
    renew(row, until=FAR, **BY)

    assert StaffAction.objects.count() == 0


def test_looking_at_the_platform_is_on_record_with_what_it_found(desk):
    StaffAction.objects.all().delete()
    sync_install_base(desk.connector, by=ALICE)
    reconcile(desk.connector, by=ALICE)

    found = StaffAction.objects.order_by("pk").values_list("action", "actor_name", "subject")
    subject = f"connector/{desk.connector.slug}"
    assert list(found) == [
        ("installbase.sync", "alice", subject),
        ("license.reconcile", "alice", subject),
    ]
    assert StaffAction.objects.first().after["seen"] == 0


def test_a_release_is_on_record_with_its_version(platform):
    publish(ORDERS, by=ALICE)

    [recorded] = StaffAction.objects.all()
    assert (recorded.action, recorded.after["version"]) == ("connector.publish", "1.0.0")
