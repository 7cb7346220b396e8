"""What a license grants, in whatever form the platform sends it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.blueprint import Situation, tailored
from connector_kit.blueprint.entitlements import (
    edition_named,
    of_call,
    of_edition,
    of_license,
    of_page,
)
from tests.blueprint.sold import ORDERS, Orders, page

OFFER = ORDERS.offer

PREMIUM = {"_id": "5" * 24, "displayName": "Premium", "order": 2}


def opts(word=None, *, features=(), stores=0):
    return {
        **({} if word is None else {"connectorEdition": word}),
        "addonLicenses": [
            {"type": "store", "licenses": [{"addOnEdition": "standard"}] * stores},
            {"type": "addon", "licenses": [dict(feature) for feature in features]},
        ],
    }


@pytest.mark.parametrize("word", ["premium", "Premium", " PREMIUM "])
def test_a_license_names_its_edition_in_any_case(word):
    entitled = of_license(OFFER, opts(word))

    assert (entitled.edition, entitled.unknown) == ("premium", ())
    assert entitled.has(Orders.premium)
    assert entitled.edition_at_least("standard")


@pytest.mark.parametrize("given", [None, {}, [], {"connectorEdition": ""}])
def test_a_license_that_says_nothing_grants_the_least(given):
    entitled = of_license(OFFER, given)

    assert (entitled.edition, entitled.add_ons, entitled.allowed_stores) == (
        "standard",
        frozenset(),
        1,
    )
    assert not entitled.has("premium")
    assert entitled.unknown == ()


def test_words_that_the_version_does_not_know_grant_nothing_and_are_told():
    entitled = of_license(OFFER, opts("gold", features=[{"addOnId": "magic"}]))

    assert (entitled.edition, entitled.unknown) == ("standard", ("gold", "magic"))
    assert entitled.add_ons == frozenset()


def test_every_store_license_allows_a_store():
    assert [of_license(OFFER, opts(stores=n)).allowed_stores for n in range(4)] == [1, 1, 2, 3]


def test_an_add_on_may_be_licensed_for_one_store():
    entitled = of_license(OFFER, opts(features=[{"addOnId": "payouts", "storeId": "s2"}]))

    assert entitled.grants_add_on("payouts", "s2")
    assert not entitled.grants_add_on("payouts", "s1")
    assert entitled.has(Orders.payouts)
    assert of_license(OFFER, opts(features=[{"addOnId": "payouts"}])).grants_add_on("payouts", "s1")


@pytest.mark.parametrize(
    ("edition", "name"),
    [
        (PREMIUM, "premium"),
        ("premium", "premium"),
        ({"_id": "premium"}, "premium"),
        ("5" * 24, None),
        ({"displayName": "Gold"}, None),
        (None, None),
        (7, None),
    ],
)
def test_an_edition_of_2_0_comes_as_an_object_or_as_its_id(edition, name):
    assert edition_named(OFFER, edition) == name
    assert of_edition(OFFER, edition).edition == (name or "standard")


def test_what_nobody_declares_cannot_be_asked_for():
    with pytest.raises(ValueError, match="declares no edition or add-on 'gold'; it has standard"):
        of_license(OFFER, {}).has("gold")
    with pytest.raises(ValueError, match="'payouts'"):
        of_license(OFFER, {}).edition_at_least("payouts")


def test_a_call_is_read_wherever_it_says_something():
    installed = page(tailored(ORDERS, Situation(edition="premium", stores=("s1", "s2"))))

    assert of_call(OFFER, {"settings": installed}).stores == ("s1", "s2")
    assert of_call(OFFER, {"settings": installed, "opts": {}}).edition == "premium"
    assert of_call(OFFER, {"settings": {"channel": "#a"}, "opts": opts("premium")}).edition == (
        "premium"
    )
    assert of_call(OFFER, {"license": {"opts": opts("premium")}}).edition == "premium"
    assert of_call(OFFER, {"license": {"_editionId": "premium"}}).edition == "premium"
    assert of_call(
        OFFER, {"toEdition": PREMIUM, "license": {"_editionId": "standard"}}
    ).edition == ("premium")
    assert of_call(OFFER, {}).edition == "standard"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
KEYS = ["connectorEdition", "addonLicenses", "type", "licenses", "addOnId", "sections", "addOns"]


@given(st.dictionaries(st.sampled_from([*KEYS, "supportsMultiStore"]), JSON))
def test_whatever_an_owner_wrote_there_is_an_answer(given):
    for read in (of_license, of_page):
        assert read(OFFER, given).edition in {"standard", "premium"}


@given(
    st.builds(
        Situation,
        edition=st.sampled_from(["standard", "premium"]),
        add_ons=st.frozensets(st.sampled_from(["payouts", "payouts-s2"])),
        stores=st.sampled_from([("s1",), ("s1", "s2"), ("s2",)]),
        opening=st.sampled_from(["", "s3"]),
    )
)
def test_a_page_tells_what_is_installed(situation):
    installed = of_page(OFFER, page(tailored(ORDERS, situation)))

    assert (installed.edition, installed.stores) == (situation.edition, situation.stores)
    held = {*installed.add_ons, *(f"{name}-{store}" for name, store in installed.of_store)}
    assert held == situation.add_ons
