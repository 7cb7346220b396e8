"""Arrays of mapper 2.0: where inner paths begin, and what stays in reach."""

import pytest

from connector_kit.sandbox.pipeline.conditions import Circumstances
from connector_kit.sandbox.pipeline.lookups import Lookups
from connector_kit.sandbox.pipeline.mappers import MapperTwo

RECORD = {
    "id": 99,
    "customer": "C",
    "orders": [
        {"id": 1, "items": [{"sku": "a"}, {"sku": "b"}]},
        {"id": 2, "items": [{"sku": "c"}]},
    ],
}


def entry(generate, **fields):
    return {"generate": generate, "status": "Active", **fields}


def leaves(**extracts):
    return [entry(name, extract=extract) for name, extract in extracts.items()]


def mapped(**line):
    mapper = MapperTwo([entry("rows", dataType="objectarray", **line)], Lookups({}))
    return mapper(RECORD, Circumstances()).get("rows")


def array(extract, mappings):
    return {"buildArrayHelper": [{"extract": extract, "mappings": mappings}]}


def test_inner_paths_begin_at_the_record_and_reach_the_parents():
    lines = leaves(sku="$.orders.items.sku", order="$.orders.id", who="$.customer")

    assert mapped(**array("$.orders[*].items[*]", lines)) == [
        {"sku": "a", "order": 1, "who": "C"},
        {"sku": "b", "order": 1, "who": "C"},
        {"sku": "c", "order": 2, "who": "C"},
    ]


def test_a_name_that_item_and_record_share_is_the_records():
    lines = leaves(head="$.id", order="$.orders.id")

    assert mapped(**array("$.orders[*]", lines)) == [
        {"head": 99, "order": 1},
        {"head": 99, "order": 2},
    ]


@pytest.mark.parametrize("line", [{"extract": "$.orders[0].items"}, array("$.orders[0].items", [])])
def test_a_list_may_be_copied_whole(line):
    assert mapped(**line) == [{"sku": "a"}, {"sku": "b"}]


def test_arrays_nest():
    lines = entry(
        "lines",
        dataType="objectarray",
        **array("$.orders.items[*]", leaves(sku="$.orders.items.sku")),
    )

    rows = mapped(**array("$.orders[*]", [lines]))

    assert [row["lines"] for row in rows] == [[{"sku": "a"}, {"sku": "b"}], [{"sku": "c"}]]
