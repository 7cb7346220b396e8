"""The install base: the records follow the platform, and are read in pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connector_kit.integrator.errors import IntegratorError
from connector_kit.lifecycle import publisher_client
from connector_kit.models import Installation
from connector_kit.publisher import (
    InstallBaseFilter,
    list_install_base,
    still_missing,
    sync_install_base,
)
from connector_kit.publisher.errors import InstallBaseShrunk, NotPublished
from tests.integrator.scripted import Reply, scripted_platform

pytestmark = pytest.mark.django_db


def test_what_the_platform_names_is_recorded(orders, platform):
    production = platform.install(orders, 0, tag="main shop")
    sandbox = platform.install(orders, 1, sandbox=True)

    result = sync_install_base(orders)

    rows = {row.integration_id: row for row in orders.installations.all()}
    assert rows.keys() == {production, sandbox}
    assert rows[production].email == platform.sandbox.accounts[0].email
    assert rows[production].name
    assert rows[production].tag == "main shop"
    assert (rows[production].sandbox, rows[sandbox].sandbox) == (False, True)
    assert (result.seen, result.added, result.vanished) == (2, 2, 0)


def test_a_second_run_finds_nothing_new(orders, platform):
    platform.install(orders)
    sync_install_base(orders)

    result = sync_install_base(orders)

    assert (result.seen, result.added, result.changed, result.vanished) == (1, 0, 0, 0)


def test_a_new_version_is_noticed_and_what_the_kit_knows_besides_is_kept(orders, platform):
    integration_id = platform.install(orders)
    sync_install_base(orders)
    release = orders.releases.get()
    orders.installations.update(version="0.1.0", release=release, account_id="known")

    result = sync_install_base(orders)

    row = orders.installations.get(integration_id=integration_id)
    assert result.changed == 1
    assert row.version != "0.1.0"
    assert (row.release, row.account_id) == (release, "known")


def test_what_the_platform_no_longer_names_has_vanished(orders, platform):
    gone, stays = platform.install(orders, 0), platform.install(orders, 1)
    sync_install_base(orders)
    platform.uninstall(gone, 0)

    result = sync_install_base(orders)

    assert result.vanished == 1
    assert orders.installations.get(integration_id=gone).vanished_at is not None
    assert orders.installations.get(integration_id=stays).vanished_at is None


def test_what_the_platform_names_again_is_back(orders, platform):
    platform.install(orders)
    sync_install_base(orders)
    orders.installations.update(vanished_at=timezone.now())

    result = sync_install_base(orders)

    assert result.returned == 1
    assert orders.installations.active().count() == 1


def test_what_was_installed_while_the_run_went_on_has_not_vanished(orders, platform):
    platform.install(orders)

    def installed_meanwhile(_so_far):
        Installation.objects.create(connector=orders, integration_id="f" * 24)

    result = sync_install_base(orders, progress=installed_meanwhile)

    assert result.vanished == 0


def test_a_run_that_is_cut_off_marks_nothing_as_vanished(orders, platform):
    integration_id = platform.install(orders)
    sync_install_base(orders)
    orders.installations.update(seen_at=timezone.now() - timedelta(days=1))
    platform.control("/faults", {"rate": 1.0, "kinds": ["500"], "paths": "installBase"})

    with pytest.raises(IntegratorError):
        sync_install_base(orders)

    assert orders.installations.get(integration_id=integration_id).vanished_at is None


@pytest.fixture
def listing(orders, settings):
    """An install base that is listed page by page as a test says; six installations are known."""
    with scripted_platform() as platform:
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "base_url": platform.base_url}
        long_ago = timezone.now() - timedelta(days=1)
        for number in range(1, 7):
            Installation.objects.create(
                connector=orders, integration_id=_id(number), seen_at=long_ago
            )
        yield lambda *readings: platform.plays(
            *(page for reading in readings for page in _pages(platform.host, *reading))
        )


def _id(number):
    return f"{number:024x}"


def _pages(host, *pages):
    """Replies that list *pages* of installations, counted as the platform counts them."""
    for index, numbers in enumerate(pages, start=1):
        following = f'<{host}/v1/connectors/c/installBase?skip={2 * index}>; rel="next"'
        headers = {"Link": following} if index < len(pages) else {}
        yield Reply(200, [{"_integrationId": _id(number)} for number in numbers], headers)


def _vanished(connector):
    gone = connector.installations.filter(vanished_at__isnull=False)
    return {int(row.integration_id, 16) for row in gone}


def test_what_one_reading_passed_over_has_not_vanished(orders, listing):
    listing([[1, 2], [4, 5], [6]], [[2, 3], [4, 5], [6]])

    result = sync_install_base(orders)

    assert (result.seen, result.vanished) == (5, 0)
    assert _vanished(orders) == set()


def test_what_two_readings_lack_has_vanished(orders, listing):
    listing([[2, 3], [4, 5], [6]], [[2, 3], [4, 5], [6]])

    assert sync_install_base(orders).vanished == 1
    assert _vanished(orders) == {1}


@pytest.mark.parametrize("second", [[[]], [[2]], [[2, 3]]], ids=["nobody", "one", "two"])
def test_a_second_reading_that_lists_far_fewer_proves_nothing(orders, listing, second):
    listing([[2, 3], [4, 5], [6]], second)

    with pytest.raises(InstallBaseShrunk):
        sync_install_base(orders)

    assert _vanished(orders) == set()


def test_who_asks_for_single_installations_learns_which_another_reading_lacks(orders, listing):
    listing([[2, 3], [4]])
    with publisher_client() as client:
        assert still_missing(client, orders.connector_id, {_id(1), _id(4)}) == {_id(1)}

    listing([[]])
    with publisher_client() as client:
        assert still_missing(client, orders.connector_id, {_id(1)}) == set()


def test_an_install_base_that_lists_none_is_not_believed(orders, listing):
    listing([[]])

    with pytest.raises(InstallBaseShrunk, match=r"6 recorded ones .*--accept-vanished"):
        sync_install_base(orders)

    assert _vanished(orders) == set()
    assert orders.installations.active().count() == 6


def test_one_that_lists_far_fewer_is_not_believed_until_the_operator_says_so(orders, listing):
    listing([[1, 2]])

    with pytest.raises(InstallBaseShrunk):
        sync_install_base(orders)
    assert _vanished(orders) == set()

    listing([[1, 2]])
    assert sync_install_base(orders, accept_vanished=True).vanished == 4
    assert _vanished(orders) == {3, 4, 5, 6}


def test_an_install_base_that_is_empty_is_accepted_when_the_operator_says_so(orders, listing):
    listing([[]])

    assert sync_install_base(orders, accept_vanished=True).vanished == 6


def test_installations_of_other_connectors_are_left_alone(orders, platform):
    other = type(orders).objects.create(slug="other", name="Other", connector_id="e" * 24)
    foreign = Installation.objects.create(
        connector=other, integration_id="d" * 24, seen_at=timezone.now() - timedelta(days=1)
    )

    sync_install_base(orders)

    foreign.refresh_from_db()
    assert foreign.vanished_at is None


def test_a_connector_without_a_listing_has_no_install_base(orders):
    orders.connector_id = None

    with pytest.raises(NotPublished, match=r"connector-kit publish"):
        sync_install_base(orders)


@pytest.fixture
def base(orders):
    """Seven installations: five at 1.0.0 (two of them sandbox), one at 0.9.0, one vanished."""
    versions = ["1.0.0"] * 5 + ["0.9.0", "1.0.0"]
    for index, version in enumerate(versions):
        Installation.objects.create(
            connector=orders,
            integration_id=f"{index:024x}",
            email=f"customer-{index}@example.com",
            version=version,
            sandbox=index < 2,
            vanished_at=timezone.now() if index == 6 else None,
        )
    return orders


@pytest.mark.parametrize(
    ("wanted", "indexes"),
    [
        pytest.param(InstallBaseFilter(), [0, 1, 2, 3, 4, 5], id="all that exist"),
        pytest.param(InstallBaseFilter(version="0.9.0"), [5], id="by version"),
        pytest.param(InstallBaseFilter(sandbox=True), [0, 1], id="sandbox"),
        pytest.param(InstallBaseFilter(sandbox=False), [2, 3, 4, 5], id="production"),
        pytest.param(InstallBaseFilter(email="MER-3@"), [3], id="by part of the address"),
        pytest.param(InstallBaseFilter(vanished=True), [6], id="vanished"),
        pytest.param(InstallBaseFilter(vanished=None), list(range(7)), id="vanished or not"),
    ],
)
def test_the_list_can_be_narrowed(base, wanted, indexes):
    page = list_install_base(base, wanted)

    assert [row.integration_id for row in page.rows] == [f"{i:024x}" for i in indexes]


def test_pages_join_to_the_whole_list(base):
    seen, after = [], ""
    while after is not None:
        page = list_install_base(base, after=after, limit=4)
        seen += [row.integration_id for row in page.rows]
        after = page.next_after

    assert seen == [f"{i:024x}" for i in range(6)]


def test_counts_are_of_the_whole_list_whatever_the_page(base):
    page = list_install_base(base, limit=1)

    assert page.total == 6
    assert page.versions == {"0.9.0": 1, "1.0.0": 5}


def test_a_child_is_recorded_with_its_parent_wherever_that_is_listed(orders, settings):
    parent, child = _id(8), _id(7)
    entries = [
        {"_integrationId": child, "_parentId": parent, "name": "Store 1"},
        {"_integrationId": parent, "name": "Shop", "email": "jo@example.com"},
    ]
    with scripted_platform() as platform:
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "base_url": platform.base_url}
        platform.plays(Reply(200, entries))

        result = sync_install_base(orders)

    rows = {row.integration_id: row for row in orders.installations.select_related("parent")}
    assert (result.seen, result.vanished) == (2, 0)
    assert rows[child].parent == rows[parent]
    assert (rows[parent].parent, rows[parent].email) == (None, "jo@example.com")
    stores = list_install_base(orders, InstallBaseFilter(child=True))
    assert [row["parent_id"] for row in stores.to_json()["installations"]] == [parent]
    assert list_install_base(orders, InstallBaseFilter(child=False)).total == 1
