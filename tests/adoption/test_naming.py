"""Names for people become names in Python: readable, valid, each once."""

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.adoption.download import Found
from connector_kit.adoption.naming import Names, attribute, class_name, is_class_name
from connector_kit.adoption.source import MODULE_NAMES
from connector_kit.blueprint.declare import LISTING
from tests.adoption.strategies import NAMES


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("New orders (EU)", "new_orders_eu"),
        ("Shopify - NetSuite", "shopify_netsuite"),
        ("newOrders", "new_orders"),
        ("HTTPExport2", "http_export2"),
        ("Größe, Straße & Ærø", "grosse_strasse_and_aero"),
        ("Don't stop", "dont_stop"),
        ("100 %", "100_percent"),
        ("заказы", ""),
        ("", ""),
    ],
)
def test_a_name_becomes_an_attribute(name, expected):
    assert attribute(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Shopify - NetSuite", "ShopifyNetSuite"),
        ("netsuite_test_flow", "NetsuiteTestFlow"),
        ("3PL orders", "Connector3PLOrders"),
        ("Export", "ExportConnector"),
        ("class", "Class"),
        ("заказы", "AdoptedConnector"),
    ],
)
def test_a_name_becomes_the_name_of_a_class(name, expected):
    assert class_name(name) == expected


@given(NAMES)
def test_every_name_becomes_a_class_that_can_be_written(name):
    assert is_class_name(class_name(name))


def named(*names, resource="exports"):
    return [Found(resource, "", {"name": name}, "") for name in names]


def test_namesakes_are_told_apart_by_kind_and_number():
    found = [*named("Orders"), *named("Orders", "orders", resource="imports")]

    assert Names().of(found) == ["orders", "orders_import", "orders_import_2"]


def test_an_external_id_stays_where_it_can():
    found = [
        Found("exports", "", {"name": "Orders"}, ""),
        Found("exports", "", {"name": "x", "externalId": "orders"}, ""),
        Found("exports", "", {"name": "y", "externalId": "orders"}, ""),
        Found("exports", "", {"name": "z", "externalId": "no good"}, ""),
        Found("exports", "", {"name": "long", "externalId": "a" * 90}, ""),
    ]

    assert Names().of(found) == ["orders_export", "orders", "y", "z", "long"]


def test_the_nameless_are_called_after_their_kind():
    found = [*named("", "!!"), *named("", resource="asynchelpers"), *named("7", resource="flows")]

    assert Names().of(found) == ["export_1", "export_2", "async_helper_1", "flow_7"]


@given(st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["exports", "imports", "flows"]))))
def test_attributes_are_valid_and_differ_whatever_their_case(named):
    found = [
        Found(resource, "", {"name": name, "externalId": external_id}, "")
        for name, external_id, resource in named
    ]

    made = Names().of(found)

    assert len({name.casefold() for name in made}) == len(made) == len(found)
    for name in made:
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not name.startswith("__")
        assert name not in MODULE_NAMES
        assert name not in LISTING
