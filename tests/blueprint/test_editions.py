"""Editions, add-ons and stores: what is declared, and what an installation gets of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit import (
    AddOn,
    Component,
    Connection,
    Connector,
    Edition,
    Export,
    Flow,
    Import,
    Ref,
    Stores,
)
from connector_kit.blueprint import (
    INTEGRATION,
    Blueprint,
    Situation,
    compile_connector,
    problems,
    tailored,
)
from connector_kit.documents import references
from tests.blueprint.accounts import Account
from tests.blueprint.sold import HTTP, ORDERS, Orders, page


def names(blueprint):
    return [component.external_id for component in blueprint.components]


def declare(**attributes):
    return type(Connector)(
        "Declared", (Connector,), {"name": "D", "version": "1.0.0", **attributes}
    )


def found(**attributes):
    return [
        (problem.id.removeprefix("connector_kit."), problem.attribute)
        for problem in problems(declare(**attributes))
    ]


def connection(**belonging):
    return Connection("Shop", type="http", http=HTTP, **belonging)


def test_an_installation_gets_what_its_edition_grants():
    basic, better = (tailored(ORDERS, Situation(edition=name)) for name in ("standard", "premium"))

    assert names(basic) == ["erp", "shop-s1", "orders-s1", "save", "stock", "sync-s1"]
    assert set(names(better)) - set(names(basic)) == {"stock_flow", "refunds-s1"}
    assert page(basic)["connectorEdition"] == "standard"
    assert page(better)["connectorEdition"] == "premium"


def test_without_an_edition_it_gets_the_lowest():
    assert tailored(ORDERS, Situation()) == tailored(ORDERS, Situation(edition="standard"))
    assert tailored(ORDERS, Situation(edition="gone")) == tailored(ORDERS, Situation())


def test_an_add_on_of_one_store_brings_what_that_store_needs():
    both = tailored(ORDERS, Situation(stores=("s1", "s2"), add_ons=frozenset({"payouts-s2"})))

    added = set(names(both)) - set(names(tailored(ORDERS, Situation(stores=("s1", "s2")))))
    assert added == {"payout-s2", "settle", "payout_flow-s2"}
    assert page(both)["addOns"] == ["payouts-s2"]


def test_every_store_has_its_own_and_refers_to_its_own():
    two = tailored(ORDERS, Situation(stores=("s1", "s2")))

    assert two.component("orders-s2").document["_connectionId"] == {"$ref": "shop-s2"}
    assert two.component("sync-s2").document["name"] == "Sync [Shopify store 2]"
    [processor] = two.component("sync-s2").document["pageProcessors"]
    assert processor["_importId"] == {"$ref": "save"}


def test_the_page_lists_the_flows_of_each_store_and_the_common_ones_in_all():
    two = page(tailored(ORDERS, Situation(edition="premium", stores=("s1", "s2"))))

    assert (two["supportsMultiStore"], two["storeLabel"]) == (True, "Shopify store")
    assert [(section["id"], section["title"], section["mode"]) for section in two["sections"]] == [
        ("s1", "Shopify store 1", "settings"),
        ("s2", "Shopify store 2", "settings"),
    ]
    flows = [
        [
            (section["title"], [flow["_id"]["$ref"] for flow in section["flows"]])
            for section in store["sections"]
        ]
        for store in two["sections"]
    ]
    assert flows == [
        [("Orders", ["sync-s1"]), ("Stock", ["stock_flow"])],
        [("Orders", ["sync-s2"]), ("Stock", ["stock_flow"])],
    ]


def test_a_store_that_is_being_set_up_has_its_connections_only():
    opening = tailored(ORDERS, Situation(stores=("s1",), opening="s2"))

    assert [name for name in names(opening) if name.endswith("-s2")] == ["shop-s2"]
    [first, second] = page(opening)["sections"]
    assert (first["mode"], second["mode"]) == ("settings", "install")
    assert second["sections"]
    assert page(opening)["defaultSectionId"] == "s2"


def test_the_page_of_a_single_store_loses_the_sections_that_became_empty():
    class Single(Connector):
        name = "Single"
        version = "1.0.0"
        standard = Edition("Standard")
        premium = Edition("Premium")
        shop = connection()
        orders = Export("Orders", connection=shop)
        save = Import("Save", connection=shop)
        sync = Flow("Sync", source=orders, steps=[save], section="Orders", edition=premium)

    blueprint = compile_connector(Single)

    assert page(tailored(blueprint, Situation())) == {
        "connectorEdition": "standard",
        "sections": [{"title": "Single", "flows": []}],
    }
    better = page(tailored(blueprint, Situation(edition="premium")))
    assert [section["title"] for section in better["sections"]] == ["Orders"]


def test_the_page_names_an_edition_as_the_platform_ranks_it():
    blueprint = compile_connector(declare(fba=Edition("Custom FBA"), shop=connection()))

    assert page(tailored(blueprint, Situation()))["connectorEdition"] == "custom fba"


def test_data_that_looks_like_a_reference_is_left_alone():
    blueprint = compile_connector(
        declare(
            stores=Stores("Store"),
            shop=connection(per_store=True),
            orders=Export(
                "Orders",
                connection=Ref("shop"),
                per_store=True,
                mock_output={"$ref": "shop"},
            ),
        )
    )

    document = tailored(blueprint, Situation()).component("orders-s1").document
    assert document["mockOutput"] == {"$literal": {"$ref": "shop"}}


def test_a_blueprint_with_an_offer_survives_being_stored():
    assert Blueprint.from_json(ORDERS.to_json()) == ORDERS
    assert ORDERS.to_json()["editions"][1] == {"name": "premium", "displayName": "Premium"}
    assert ORDERS.component("payout").to_json()["addOn"] == "payouts"


def test_what_offers_nothing_compiles_to_what_it_always_did():
    plain = compile_connector(declare(shop=connection()))

    assert plain.to_json().keys() == {
        *("name", "version", "description", "applications", "components", "integration", "digest")
    }
    assert plain.component("shop").to_json().keys() == {
        *("externalId", "resource", "document", "customerOwns")
    }
    assert tailored(plain, Situation(edition="premium", stores=("s9",))) is plain


SITUATIONS = st.builds(
    Situation,
    edition=st.sampled_from([None, "standard", "premium", "gone"]),
    add_ons=st.frozensets(st.sampled_from(["payouts", "payouts-s1", "payouts-s2", "old"])),
    stores=st.lists(st.sampled_from(["s1", "s2", "s3"]), unique=True).map(tuple),
    opening=st.sampled_from(["", "s4"]),
)


@st.composite
def offers(draw):
    """Draw a sound connector: what refers to something needs at least what that needs.

    In framework 2.0, a store has add-ons of its own, so what belongs to one is in each store.
    """
    rank, framework = st.integers(0, 2), draw(st.sampled_from([1, 2]))
    editions = {name: Edition(name.title()) for name in ("low", "middle", "high")}
    attributes = {
        **editions,
        "framework": framework,
        "stores": Stores("Store"),
        "extra": AddOn("Extra"),
    }
    made = []
    for n in range(draw(st.integers(1, 7))):
        targets = draw(st.lists(st.sampled_from(made), max_size=2, unique=True)) if made else []
        add_on = any(target[2] for target in targets) or draw(st.booleans())
        is_per_store = any(target[3] for target in targets) or draw(st.booleans())
        is_per_store = is_per_store or (add_on and framework == 2)
        level = max([draw(rank), *(target[1] for target in targets)])
        wire = {"uses": [Ref(target[0]) for target in targets]}
        attributes[f"x{n}"] = Component(
            draw(st.sampled_from(["asynchelpers", "filedefinitions"])),
            "X",
            wire=wire,
            edition=("low", "middle", "high")[level],
            add_on="extra" if add_on else None,
            per_store=is_per_store,
        )
        made.append((f"x{n}", level, add_on, is_per_store))
    return compile_connector(declare(**attributes))


DRAWN = st.builds(
    Situation,
    edition=st.sampled_from([None, "low", "middle", "high"]),
    add_ons=st.frozensets(st.sampled_from(["extra", "extra-s1", "extra-s2"])),
    stores=st.lists(st.sampled_from(["s1", "s2", "s3"]), unique=True).map(tuple),
    opening=st.sampled_from(["", "s4"]),
)
"""Of an installation; in framework 2.0, where stores are installations, also of a child."""


def shared_names(blueprint, situation):
    """What a child may refer to: the components of its parent, which has its edition."""
    if not situation.is_child:
        return set()
    return set(names(tailored(blueprint, Situation(edition=situation.edition))))


@given(offers(), DRAWN, st.booleans())
def test_every_reference_leads_to_something_that_came_before(blueprint, situation, is_child):
    situation = replace(situation, is_child=is_child and blueprint.framework == 2)
    seen = shared_names(blueprint, situation)
    for component in tailored(blueprint, situation).components:
        assert references(component.document) <= seen
        seen.add(component.external_id)


@given(offers(), DRAWN)
def test_tailoring_again_gives_the_same(blueprint, situation):
    first, second = tailored(blueprint, situation), tailored(blueprint, situation)

    assert first.digest == second.digest
    assert Situation.from_json(situation.to_json()) == situation


@given(offers(), DRAWN)
def test_a_higher_edition_has_all_that_a_lower_one_has(blueprint, situation):
    held = [
        set(tailored(blueprint, Situation(edition, situation.add_ons, situation.stores)).components)
        for edition in ("low", "middle", "high")
    ]

    assert held[0] <= held[1] <= held[2]


@given(offers(), DRAWN, DRAWN)
def test_going_to_another_situation_and_back_ends_where_it_began(blueprint, one, other):
    account = Account.empty()
    account.apply(plan(account, blueprint, one))
    before = account.contents()

    account.apply(plan(account, blueprint, other))
    assert not plan(account, blueprint, other)
    account.apply(plan(account, blueprint, one))

    assert not plan(account, blueprint, one)
    assert account.contents() == before


def plan(account, blueprint, situation):
    version = tailored(blueprint, situation)
    return account.plan(*version.components, version.integration)


@given(SITUATIONS)
def test_the_page_lists_only_flows_that_are_there(situation):
    blueprint = tailored(ORDERS, situation)

    assert references(page(blueprint)) <= set(names(blueprint))
    assert all(section["sections"] for section in page(blueprint)["sections"])


EDITIONS = {"standard": Edition("Standard"), "premium": Edition("Premium")}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"version": Edition("Standard")}, ("E004", "version")),
        ({"low": Edition("")}, ("E070", "low")),
        ({"more": AddOn("More", description=5)}, ("E070", "more")),
        ({"stores": Stores(None)}, ("E070", "stores")),
        ({"one": Edition("Same"), "other": Edition("same")}, ("E071", "other")),
        ({"one": Edition("Other"), "other": Edition("One more")}, ("E071", "other")),
        ({"one": AddOn("Same"), "other": AddOn("Same")}, ("E071", "other")),
        ({"one": EDITIONS["standard"], "two": EDITIONS["standard"]}, ("E006", "two")),
        ({**EDITIONS, "x": connection(edition="premum")}, ("E072", "x")),
        ({"x": connection(edition=Edition("Loose"))}, ("E072", "x")),
        ({"more": AddOn("More"), "x": connection(edition="more")}, ("E072", "x")),
        ({**EDITIONS, "x": connection(add_on=EDITIONS["premium"])}, ("E072", "x")),
        ({"x": connection(per_store=True)}, ("E073", "x")),
        ({"stores": Stores("S"), "x": connection(per_store="yes")}, ("E073", "x")),
        (
            {"stores": Stores("Shop"), "x": Connection("n" * 95, per_store=True)},
            ("W024", "x"),
        ),
        ({"stores": Stores("S"), "shops": Stores("T")}, ("E075", "shops")),
    ],
)
def test_what_is_wrong_with_an_offer_is_said_by_name(attributes, expected):
    assert expected in found(**attributes)


@pytest.mark.parametrize(
    ("target", "referrer"),
    [
        ({"edition": "premium"}, {}),
        ({"edition": "premium"}, {"edition": "standard"}),
        ({"add_on": "more"}, {}),
        ({"add_on": "more"}, {"add_on": "other"}),
        ({"per_store": True}, {}),
    ],
)
def test_a_reference_to_what_may_not_be_there_is_refused(target, referrer):
    offer = {**EDITIONS, "more": AddOn("More"), "other": AddOn("Other"), "stores": Stores("S")}
    export = Export("X", connection=Ref("shop"), **referrer)

    assert ("E074", "x") in found(**offer, shop=connection(**target), x=export)


@pytest.mark.parametrize(
    ("target", "referrer"),
    [
        ({"edition": "standard"}, {}),
        ({"edition": "standard"}, {"edition": "premium"}),
        ({"add_on": "more"}, {"add_on": "more", "edition": "premium"}),
        ({}, {"add_on": "more", "per_store": True}),
        ({"per_store": True}, {"per_store": True}),
    ],
)
def test_a_reference_to_what_is_there_is_not(target, referrer):
    offer = {**EDITIONS, "more": AddOn("More"), "stores": Stores("S")}
    export = Export("X", connection=Ref("shop"), **referrer)

    assert found(**offer, shop=connection(**target), x=export) == []


def test_the_components_stay_what_they_are_called():
    assert INTEGRATION not in names(ORDERS)
    assert Orders.premium.name == "premium"


class Branches(Connector):
    name = "Branches"
    version = "1.0.0"
    framework = 2

    premium = Edition("Premium")
    payouts = AddOn("Payouts")
    stores = Stores("Shopify store")
    erp = connection()
    shop = connection(per_store=True)
    orders = Export("Orders", connection=shop, per_store=True)
    paid_out = Export("Paid out", connection=shop, per_store=True, add_on=payouts)


def test_in_framework_two_a_parent_has_what_stores_share_and_a_child_the_rest():
    blueprint = compile_connector(Branches)
    parent = tailored(blueprint, Situation())
    child = tailored(blueprint, Situation(is_child=True))

    assert names(parent) == ["erp"]
    assert names(child) == ["shop", "orders"]
    assert child.component("shop").document["name"] == "Shop"
    assert parent.integration.document["childDisplayName"] == "Shopify store"
    assert "initChild" not in child.integration.document
    licensed = tailored(blueprint, Situation(is_child=True, add_ons=frozenset({"payouts"})))
    assert names(licensed) == ["shop", "orders", "paid_out"]


def test_in_framework_two_a_store_may_have_an_add_on_that_the_installation_lacks():
    extra = AddOn("Extra")
    mine = connection(add_on=extra)
    offers = {"framework": 2, "extra": extra, "stores": Stores("Store"), "mine": mine}
    export = Export("X", connection=mine, per_store=True, add_on=extra)

    assert found(**offers, x=export) == [("E076", "x")]
