"""Values on a settings page that other code made, as declared settings."""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit import Connector, Number, Select, Text
from connector_kit.blueprint import compile_connector
from connector_kit.takeover import Rules, carry_settings


class Told(Connector):
    name = "Told"
    version = "1.0.0"
    applications = ("shopify",)

    class Settings:
        channel = Text("Channel", default="#orders")
        size = Number("Size", minimum=1, default=10)
        currency = Select("Currency", options=["EUR", "USD"], default="EUR")


SCHEMA = compile_connector(Told).schema


def page(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"sections": [{"title": "Orders", "fields": list(fields), "flows": []}]}


def field(name: str, value: Any, label: str = "") -> dict[str, Any]:
    return {"name": name, "label": label, "type": "input", "value": value}


@pytest.mark.parametrize(
    ("old", "rules"),
    [
        (field("channel", "#ours"), Rules()),
        (field("exports_64a1_x", "#ours", "channel "), Rules()),
        (field("exports_64a1_x", "#ours", "Room"), Rules(settings={"channel": ("exports_*_x",)})),
        (field("exports_64a1_x", "#ours", "Room"), Rules(settings={"channel": ("room",)})),
    ],
    ids=["name", "label", "rule for the name", "rule for the label"],
)
def test_a_value_is_taken_by_name_label_or_rule(old, rules):
    carried = carry_settings(SCHEMA, page(old), rules)

    assert carried.values == {"channel": "#ours"}
    assert carried.fields == {"channel": old["name"]}
    assert not carried.dropped


def test_defaults_are_no_customers_values():
    assert carry_settings(SCHEMA, page(field("channel", "#orders")), Rules()).values == {}


def test_what_no_setting_takes_or_allows_is_dropped_with_the_reason_and_without_the_value():
    old = page(field("secret", "s3cr3t"), field("currency", "GBP"))

    carried = carry_settings(SCHEMA, old, Rules())

    assert carried.values == {}
    assert carried.dropped["secret"] == "No declared setting takes it."
    assert "currency does not allow" in carried.dropped["currency"]
    assert "s3cr3t" not in str(carried.to_json())


def test_of_two_fields_with_one_label_neither_is_taken():
    old = page(field("a", "#one", "Channel"), field("b", "#two", "Channel"))

    assert carry_settings(SCHEMA, old, Rules()).values == {}


@pytest.mark.parametrize("odd", [None, [], "text", {"sections": "none"}])
def test_a_page_that_is_none_has_no_values(odd):
    assert carry_settings(SCHEMA, odd, Rules()).values == {}
