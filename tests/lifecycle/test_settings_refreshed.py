"""refreshMetadata and getMappingMetadata of framework 1.0."""

from typing import Any

import pytest

from tests.lifecycle.fixtures import Customer, Reply, Shop
from tests.lifecycle.settings_fixtures import chat, installed

__all__ = ["chat"]


def refresh(customer: Customer, **about: Any) -> Reply:
    return customer.ask("PUT", f"{customer.home}/settings/refreshMetadata", about)


def test_a_select_gets_the_options_that_the_author_knows(chat: Customer) -> None:
    options = refresh(chat, fieldName="listed").body["options"]

    assert options[:2] == [["#orders", "Orders"], ["#refunds", "Refunds"]]
    assert len(options) == 3  # the function got the token of the call


def test_a_change_means_something_for_other_fields(chat: Customer) -> None:
    [rate] = refresh(chat, fieldName="currency", fieldValue="USD").body

    assert (rate["name"], rate["value"]) == ("rate", 2.5)


def test_what_a_function_set_may_be_saved_in_a_disabled_field(chat: Customer) -> None:
    path = f"{chat.home}/settings/persistSettings"
    reply = chat.ask("PUT", path, {"pending": {"currency": "USD", "rate": 2.5}})

    assert reply.body["pending"] == {"currency": "USD", "rate": 2.5}


@pytest.mark.parametrize("column", [{"type": "extracts"}, {}])
def test_a_map_gets_the_options_of_its_sides(chat: Customer, column: dict[str, str]) -> None:
    assert refresh(chat, fieldName="ways", **column).body == {
        "extracts": [{"id": "ups", "text": "UPS"}]
    }


@pytest.mark.parametrize("column", [{"type": "carrier"}, {"columnName": "carrier"}, {}])
def test_a_table_gets_its_columns(chat: Customer, column: dict[str, str]) -> None:
    columns = refresh(chat, fieldName="table", **column).body["optionsMap"]

    assert [column["id"] for column in columns] == ["carrier", "note"]
    assert columns[0]["options"] == [{"id": "ups", "text": "UPS"}]


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"fieldName": "nobody"}, "field_unknown"),
        ({}, "field_unknown"),
        ({"fieldName": "big"}, "field_unknown"),
        ({"fieldName": "channel"}, "not_refreshable"),
        ({"fieldName": "ways", "type": "generates"}, "not_refreshable"),
        ({"fieldName": "table", "type": "note"}, "not_refreshable"),
    ],
)
def test_what_nobody_knows_is_said_so(chat: Customer, about: dict[str, Any], code: str) -> None:
    reply = refresh(chat, **about)

    assert (reply.status, reply.error[0]) == (422, code)


def test_an_authors_own_function_goes_first(shop: Shop) -> None:
    shop.publish("tests.lifecycle.settings_1_0:ByHand")
    customer = installed(shop)

    assert refresh(customer, fieldName="listed").body == {"options": [["by", "listed"]]}


def test_mappings_that_are_required_or_fixed_are_told(chat: Customer) -> None:
    answer = chat.do("PUT", f"{chat.home}/settings/getMappingMetadata", {})

    assert answer == {
        "post_message": [
            {"requiredGenerateFields": ["text"], "nonEditableGenerateFields": ["text"]},
            {
                "generateList": "lines",
                "requiredGenerateFields": ["sku"],
                "nonEditableGenerateFields": [],
            },
        ]
    }
