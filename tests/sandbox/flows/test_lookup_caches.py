"""Rows of lookup caches: where they are kept, where copies get them, how flows look them up."""

import pytest


@pytest.fixture
def countries(plant):
    """A lookup cache with names, and with JSON."""
    cache = plant.customer.create("lookupcaches")["_id"]
    rows = {"1": "Germany", "2": "France", "3": '{"name": {"long": "Italia"}}'}
    data = [{"key": key, "value": value} for key, value in rows.items()]
    plant.customer.post(f"/lookupcaches/{cache}/data", {"data": data})
    return cache


def lookups(cache, **more):
    return [{"name": "country", "_lookupCacheId": cache, **more}]


ONE = {"fields": [{"extract": "id", "generate": "to", "lookupName": "country"}]}
TWO = [
    {
        "generate": "to",
        "dataType": "string",
        "extract": "$.id",
        "lookupName": "country",
        "status": "Active",
    }
]


@pytest.mark.parametrize("mapping", [{"mapping": ONE}, {"mappings": TWO}], ids=["one", "two"])
def test_a_mapping_looks_its_value_up_in_a_cache(plant, countries, mapping):
    step = plant.import_(lookups=lookups(countries), **mapping)

    plant.run(plant.flow(plant.export(), [step]))

    assert [record["to"] for record in plant.sent()][:2] == ["Germany", "France"]


def test_extract_takes_a_part_of_the_json_that_a_row_holds(plant, countries):
    found = lookups(countries, extract="$.name.long", default="?", allowFailures=True)
    step = plant.import_(lookups=found, mapping=ONE)

    plant.run(plant.flow(plant.export(), [step]))

    assert [record["to"] for record in plant.sent()] == ["?", "?", "Italia"]


def test_a_record_without_a_row_fails_and_the_others_go_on(plant, countries):
    plant.customer("DELETE", f"/lookupcaches/{countries}/data", {"keys": ["2"]})
    step = plant.import_(lookups=lookups(countries), mapping=ONE)
    flow = plant.flow(plant.export(), [step])

    plant.run(flow)

    assert len(plant.sent()) == 2
    (error,) = plant.errors(flow, step)
    assert error["code"] == "lookup_failed"


def test_a_transformation_looks_up_too(plant, countries):
    rules = {"mode": "modify", "mappings": TWO, "lookups": lookups(countries)}
    export = plant.export(transform={"expression": {"rulesTwoDotZero": rules}})

    plant.run(plant.flow(export, [plant.import_()]))

    assert [record["to"] for record in plant.sent()][:2] == ["Germany", "France"]


@pytest.mark.parametrize(("with_data", "size"), [(True, 7), (False, 0)])
def test_a_copy_has_the_rows_only_if_the_cache_says_so(customer, with_data, size):
    integration = customer.create("integrations")["_id"]
    cache = customer.create(
        "lookupcaches", _integrationId=integration, includeDataInTemplatesAndCloning=with_data
    )["_id"]
    customer.post(f"/lookupcaches/{cache}/data", {"data": [{"key": "key", "value": "text"}]})

    customer.post(f"/integrations/{integration}/clone", {"connectionMap": {}})

    copies = [
        item for item in customer.get("/lookupcaches").json() if item.get("_sourceId") == cache
    ]
    assert [copy["size"] for copy in copies] == [size]
