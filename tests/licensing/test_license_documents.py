"""What a license says on the platform, in both frameworks, and where it is not as wanted."""

from datetime import date

import pytest

from connector_kit.licensing import (
    LicensingError,
    Listing,
    Terms,
    Wanted,
    differences,
    live_edition,
    written,
)

TERMS = Terms(ends=date(2027, 1, 31), grace_days=14)
OFF = "2027-02-14T23:59:59.999Z"
ONE = Listing()
TWO = Listing.of(
    {
        "framework": "twoDotZero",
        "twoDotZero": {
            "editions": [
                {"_id": "e2", "displayName": "Premium", "order": 2},
                {"_id": "e1", "displayName": "Standard", "order": 1},
            ]
        },
    }
)


def test_the_first_framework_has_the_edition_and_the_add_ons_in_opts():
    wanted = Wanted(TERMS, "premium", ("payouts",), 2)

    assert written(wanted, ONE, {}) == {
        "expires": OFF,
        "opts": {
            "connectorEdition": "premium",
            "addonLicenses": [
                {"type": "store", "licenses": [{"addOnEdition": "premium"}] * 2},
                {"type": "addon", "licenses": [{"addOnId": "payouts"}]},
            ],
        },
    }


def test_what_nobody_asked_for_stays():
    live = {
        "expires": "2026-01-01T00:00:00.000Z",
        "opts": {"custom": 1, "addonLicenses": [{"type": "other"}, "odd", {"type": "addon"}]},
        "sandbox": True,
        "user": {"email": "a@example.com"},
    }

    assert written(Wanted(add_ons=("payouts",)), ONE, live) == {
        "expires": "2026-01-01T00:00:00.000Z",
        "opts": {
            "custom": 1,
            "addonLicenses": [
                {"type": "other"},
                "odd",
                {"type": "addon", "licenses": [{"addOnId": "payouts"}]},
            ],
        },
        "sandbox": True,
    }


def test_a_trial_has_its_own_date_where_the_connector_has_trials():
    trial = Wanted(Terms(date(2027, 1, 31), is_trial=True))
    end = "2027-01-31T23:59:59.999Z"

    assert written(trial, Listing(has_trials=True), {}) == {"trialEndDate": end}
    assert written(trial, Listing(), {}) == {"expires": end}


def test_a_conversion_drops_the_trial():
    live = {"trialEndDate": "2027-01-31T23:59:59.999Z"}

    assert written(Wanted(TERMS), Listing(has_trials=True), live) == {"expires": OFF}


def test_the_second_framework_names_its_editions_by_id():
    assert written(Wanted(TERMS, "premium"), TWO, {})["_editionId"] == "e2"
    assert written(Wanted(TERMS, "e1"), TWO, {})["_editionId"] == "e1"
    with pytest.raises(LicensingError, match="there are: Standard, Premium"):
        written(Wanted(TERMS, "gold"), TWO, {})


def test_an_installed_edition_is_changed_upwards_only():
    installed = {"_editionId": "e1", "_integrationId": "i1"}

    up = written(Wanted(edition="Premium"), TWO, installed)
    down = written(Wanted(edition="Standard"), TWO, {**installed, "_editionId": "e2"})

    assert (up["_editionId"], up["_changeEditionId"]) == ("e1", "e2")
    assert down == {"_editionId": "e2", "_integrationId": "i1"}


def test_a_change_that_was_called_off_is_taken_back():
    live = {"_editionId": "e1", "_changeEditionId": "e2", "_integrationId": "i1"}

    assert "_changeEditionId" not in written(Wanted(edition="Standard"), TWO, live)


def test_a_child_has_only_opts():
    child = {"type": "integrationAppChild", "_parentId": "l1"}

    assert written(Wanted(TERMS, "premium", ("payouts",)), TWO, child) == {
        **child,
        "opts": {"addonLicenses": [{"type": "addon", "licenses": [{"addOnId": "payouts"}]}]},
    }


def test_what_was_written_shows_no_difference():
    wanted = Wanted(TERMS, "premium", ("payouts",), 1)

    for listing in (ONE, TWO):
        assert differences(wanted, listing, written(wanted, listing, {})) == ()


def test_differences_name_the_field_and_both_values():
    live = {**written(Wanted(TERMS, "premium"), ONE, {}), "expires": "2027-02-15T00:00:00.000Z"}

    (found,) = differences(Wanted(TERMS, "premium"), ONE, live)

    assert found.to_json() == {
        "field": "expires",
        "wanted": OFF,
        "platform": "2027-02-15T00:00:00.000Z",
        "fixable": True,
    }


def test_one_instant_in_two_spellings_is_no_difference():
    live = {"expires": "2027-02-15T00:59:59.999+01:00"}

    assert differences(Wanted(TERMS), ONE, live) == ()


def test_an_edition_that_cannot_go_down_is_shown_as_such():
    installed = {"_editionId": "e2", "_integrationId": "i1"}

    (found,) = differences(Wanted(edition="Standard"), TWO, installed)

    assert (found.field, found.wanted, found.platform) == ("_editionId", "Standard", "Premium")
    assert not found.fixable


def test_an_announced_change_of_edition_is_no_difference():
    live = {"_editionId": "e1", "_changeEditionId": "e2", "_integrationId": "i1"}

    assert differences(Wanted(edition="Premium"), TWO, live) == ()
    assert live_edition(live, TWO) == "Standard"
