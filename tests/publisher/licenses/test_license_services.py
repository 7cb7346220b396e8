"""What a publisher does with licenses, against the platform over HTTP."""

from datetime import timedelta

import pytest

from connector_kit.integrator.errors import IntegratorError
from connector_kit.licensing import end_of, stamp
from connector_kit.models import Connector, License
from connector_kit.publisher import publish
from connector_kit.publisher.licenses import (
    LicenseError,
    LicenseExists,
    LicenseGone,
    LicenseRequest,
    change_edition,
    child,
    convert,
    create,
    delete,
    expire,
    extend,
    find_license,
    reactivate,
    renew,
    set_add_ons,
    trial,
)
from tests.publisher.licenses.fixtures import BY, Desk, acts

pytestmark = pytest.mark.django_db

TWO = {
    "framework": "twoDotZero",
    "twoDotZero": {
        "editions": [
            {"_id": "1" * 24, "displayName": "Standard", "order": 1},
            {"_id": "2" * 24, "displayName": "Premium", "order": 2},
        ]
    },
}


@pytest.fixture
def told(desk):
    """How every act is told who does it, and when."""
    return {"by": BY, "clock": desk.clock}


@pytest.fixture
def two(desk):
    """The listing, made one of framework 2.0."""
    path = f"/connectors/{desk.connector.connector_id}"
    desk.platform.call("PUT", path, {**desk.platform.call("GET", path), **TWO})
    return desk


def test_a_license_is_created_with_the_grace_in_its_date(desk):
    row = desk.grant(50, edition="premium", add_ons=("payouts",), time_zone="Europe/Berlin")

    (live,) = desk.at_platform()
    grace = end_of(desk.day(50) + timedelta(days=14), "Europe/Berlin")
    assert live["expires"] == stamp(grace)
    assert live["user"]["email"] == desk.email
    assert live["opts"]["connectorEdition"] == "premium"
    (payouts,) = live["opts"]["addonLicenses"]
    assert payouts == {"type": "addon", "licenses": [{"addOnId": "payouts"}]}
    assert (row.license_id, row.code, row.drift) == (live["_id"], "", [])
    assert (row.standing, acts(row)) == ("active", ["create", "created"])


def test_creating_twice_gives_one_license(desk):
    assert desk.grant(30).pk == desk.grant(30).pk
    assert len(desk.at_platform()) == 1


def test_other_terms_for_the_same_customer_are_refused_unless_another_is_wanted(desk):
    desk.grant(30)

    with pytest.raises(LicenseExists, match="--another"):
        desk.grant(60)
    desk.grant(60, another=True)
    desk.grant(60, sandbox=True)

    assert len(desk.at_platform()) == 3


def test_a_trial_lasts_as_the_policy_says_and_has_no_grace(desk, told):
    row = trial(desk.connector, LicenseRequest(desk.email), **told)

    assert (row.is_trial, row.standing, row.ends) == (True, "trial", desk.day(14))
    assert desk.live(row)["expires"] == stamp(end_of(desk.day(14), "UTC"))


def test_where_the_connector_has_trials_the_platform_is_told_so(desk, told):
    path = f"/connectors/{desk.connector.connector_id}"
    listing = desk.platform.call("GET", path)
    desk.platform.call("PUT", path, {**listing, "trialEnabled": True, "trialPeriod": 14})

    row = trial(desk.connector, LicenseRequest(desk.email), days=20, **told)
    assert desk.live(row)["trialEndDate"] == stamp(end_of(desk.day(20), "UTC"))
    assert "expires" not in desk.live(row)

    convert(row, until=desk.day(365), **told)
    assert "trialEndDate" not in desk.live(row)
    assert desk.live(row)["expires"] == stamp(end_of(desk.day(365 + 14), "UTC"))


def test_only_a_trial_is_converted(desk, told):
    row = convert(
        trial(desk.connector, LicenseRequest(desk.email), **told), until=desk.day(90), **told
    )

    assert (row.is_trial, row.ends, row.standing) == (False, desk.day(90), "active")
    with pytest.raises(LicenseError, match="Use renew"):
        convert(row, until=desk.day(91), **told)


def test_renewing_and_extending_move_the_last_day(desk, told):
    row = renew(desk.grant(30), until=desk.day(400), **told)
    assert row.ends == desk.day(400)

    row = extend(row, days=10, **told)
    assert row.ends == desk.day(410)
    assert desk.live(row)["expires"] == stamp(end_of(desk.day(424), "UTC"))


def test_renewing_takes_nothing_back_and_names_the_field(desk, told):
    row = desk.grant(30)

    with pytest.raises(LicenseError, match=r"^until: .* Use expire"):
        renew(row, until=desk.day(20), **told)
    with pytest.raises(LicenseError, match=r"^until: .* is in the past"):
        renew(row, until=desk.day(-2), **told)


def test_what_is_over_is_extended_from_today(desk, told):
    row = desk.grant(10)
    desk.forward(days=100)

    assert extend(row, days=5, **told).ends == desk.day(5)


def test_an_act_leaves_what_somebody_else_wrote_into_opts(desk, told):
    row = desk.grant(30)
    desk.edit(row, opts={"custom": {"limit": 3}})

    change_edition(row, "premium", **told)

    assert desk.live(row)["opts"] == {"custom": {"limit": 3}, "connectorEdition": "premium"}


def test_add_ons_and_stores_are_set_as_they_are_named(desk, told):
    row = set_add_ons(desk.grant(30), add_ons=("b", "a", "a"), stores=2, **told)
    assert [
        len(addon_license["licenses"]) for addon_license in desk.live(row)["opts"]["addonLicenses"]
    ] == [2, 2]

    set_add_ons(row, add_ons=(), **told)
    assert [addon_license["type"] for addon_license in desk.live(row)["opts"]["addonLicenses"]] == [
        "store"
    ]


def test_editions_of_the_second_framework_go_by_name(two, told):
    row = two.grant(30, edition="standard")
    assert two.live(row)["_editionId"] == "1" * 24

    change_edition(row, "Premium", **told)
    assert two.live(row)["_editionId"] == "2" * 24


def test_an_edition_that_the_listing_lacks_stays_undone_and_says_why(two, told):
    row = change_edition(two.grant(30, edition="standard"), "gold", **told)

    assert (row.code, row.deliver_at) == ("unknown_edition", None)
    assert "Standard, Premium" in row.message
    assert License.objects.pending().get() == row


def test_expiring_switches_off_now_whatever_the_grace(desk, told):
    row = desk.grant(30)
    integration = desk.install()

    row = expire(row, **told)

    assert (row.standing, row.off_at) == ("expired", desk.now)
    # The platform's dates know milliseconds, so it is off within the next one.
    desk.forward(seconds=1)
    with pytest.raises(Exception, match="422"):
        desk.platform.as_customer(0, "PUT", f"/integrations/{integration}/settings/x", {})


def test_what_was_switched_off_is_reactivated_and_can_be_resumed(desk, told):
    row = desk.grant(30)
    integration = desk.install()
    row = expire(row, **told)
    desk.forward(seconds=1)
    desk.at_platform()  # any request lets the platform look at the time
    with pytest.raises(LicenseError, match="reactivate"):
        extend(row, days=1, **told)

    row = reactivate(row, until=desk.day(60), **told)

    assert (row.standing, row.resumable) == ("active", True)
    desk.platform.as_customer(0, "PUT", f"/integrations/{integration}/resume", {})
    assert "resumable" not in desk.live(row)
    with pytest.raises(LicenseError, match="is active"):
        reactivate(row, until=desk.day(90), **told)


def test_a_free_license_is_deleted_and_its_record_stays(desk, told):
    row = delete(desk.grant(30), **told)

    assert desk.at_platform() == []
    assert (row.vanished_at, row.standing) == (desk.now, "")
    with pytest.raises(LicenseGone):
        renew(row, until=desk.day(60), **told)
    assert desk.grant(30).pk != row.pk


def test_a_license_in_use_is_not_deleted(desk, told):
    row = desk.grant(30)
    desk.install()

    with pytest.raises(IntegratorError) as refused:
        delete(row, **told)

    assert refused.value.code == "resource_in_use"
    assert License.objects.get(pk=row.pk).vanished_at is None


def test_an_address_names_the_license_of_the_installation_and_not_those_of_its_stores(two, told):
    parent = two.grant(30)
    child(parent, **told)

    assert find_license(parent.email) == parent


def test_a_child_has_its_parents_dates(two, told):
    parent = two.grant(30)

    row = child(parent, opts={"region": "eu"}, **told)

    live = two.live(row)
    assert (live["type"], live["_parentId"]) == ("integrationAppChild", parent.license_id)
    assert live["opts"] == {"region": "eu"}
    with pytest.raises(LicenseError, match="its parent"):
        renew(row, until=two.day(90), **told)
    with pytest.raises(LicenseError, match="cannot have children"):
        child(row, **told)


def test_a_license_of_a_connector_is_shown_with_its_user_once_installed(desk, told):
    row = desk.grant(30)
    integration = desk.install()

    row = extend(row, days=1, **told)

    assert row.integration_id == integration
    assert row.user_id


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"email": "nobody"}, "^email: "),
        ({"time_zone": "Mars/Olympus"}, "^time_zone: "),
    ],
)
def test_bad_input_is_refused_before_anything_is_stored(desk, asked, said):
    with pytest.raises(LicenseError, match=said):
        desk.grant(30, **asked)

    assert not License.objects.exists()


def test_who_did_what_is_on_record_with_before_and_after(desk, told):
    row = desk.grant(30)
    extend(row, days=5, **told)

    event = row.events.get(act="extend")
    assert (event.by, event.at) == (BY.name, desk.now)
    assert event.before == {"ends": str(desk.day(30))}
    assert event.after == {"ends": str(desk.day(35))}


def test_an_act_that_changes_nothing_leaves_no_trace_and_sends_no_write(desk, told):
    row = desk.grant(30, edition="premium")
    trail = acts(row)
    written = desk.live(row)

    change_edition(row, "premium", **told)

    assert acts(row) == trail
    assert desk.live(row) == written
    assert create(
        desk.connector, LicenseRequest(desk.email, edition="premium"), until=desk.day(30), **told
    )


@pytest.mark.parametrize("word", ["standard", "gold"])
def test_a_declared_edition_is_found_on_the_listing_by_its_word(platform, word):
    published = publish("tests.publisher.declared:OrdersByEdition")
    desk = Desk(platform, Connector.objects.get(slug=published.slug))
    listing = platform.call("GET", f"/connectors/{published.listing.id}")
    ids = {edition["displayName"]: edition["_id"] for edition in listing["twoDotZero"]["editions"]}

    row = desk.grant(edition=word)

    assert row.code == ""
    name = {"standard": "Standard", "gold": "Gold plan"}[word]
    assert desk.live(row)["_editionId"] == ids[name]
