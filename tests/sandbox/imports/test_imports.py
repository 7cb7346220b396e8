"""Running imports against an application on this machine (protocol/http-api.md#42)."""

import pytest

from tests.sandbox.plain import code

ORDER = {
    "number": "7",
    "total": 12.5,
    "buyer": {"name": "Ada", "country": "DE"},
    "date": "01/31/2026 10:00:00",
    "items": [{"sku": "a", "qty": 1}, {"sku": "b", "qty": 2}],
}


@pytest.fixture
def connection(customer, application):
    http = {"baseURI": application.uri, "mediaType": "json"}
    return customer.connection(http=http)["_id"]


@pytest.fixture
def mapped(customer, connection):
    """Map one record."""

    def run(record=ORDER, **import_):
        answer = customer.post(
            f"/connections/{connection}/import/map", {"import": import_, "data": [record]}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()[0]

    return run


@pytest.fixture
def submit(customer, connection):
    """Submit records; returns the answer's elements."""

    def run(records=(ORDER,), **import_):
        http = {"relativeURI": ["/items"], "method": ["POST"], **import_.pop("http", {})}
        answer = customer.post(
            f"/connections/{connection}/import",
            {"import": {"http": http, **import_}, "data": [*records]},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    return run


LOOKUP = {"name": "regions", "map": {"DE": "EU"}, "allowFailures": False}
LINES = {
    "a field": ([{"extract": "number", "generate": "no"}], {"no": "7"}),
    "a nested field": (
        [{"extract": "buyer.name", "generate": "who.name"}],
        {"who": {"name": "Ada"}},
    ),
    "an item": ([{"extract": "items[1].sku", "generate": "second"}], {"second": "b"}),
    "a constant": ([{"generate": "channel", "hardCodedValue": "#a"}], {"channel": "#a"}),
    "a null": ([{"generate": "gone", "hardCodedValue": None}], {"gone": None}),
    "a template": (
        [{"extract": "{{buyer.name}}/{{record.number}}", "generate": "x"}],
        {"x": "Ada/7"},
    ),
    "a lookup": (
        [{"extract": "buyer.country", "generate": "region", "lookupName": "regions"}],
        {"region": "EU"},
    ),
    "a number": ([{"extract": "number", "generate": "no", "dataType": "number"}], {"no": 7}),
    "a text": ([{"extract": "total", "generate": "t", "dataType": "string"}], {"t": "12.5"}),
    "a flag": ([{"extract": "number", "generate": "f", "dataType": "boolean"}], {"f": False}),
    "nothing": ([{"extract": "nowhere", "generate": "x"}], {}),
    "a date": (
        [
            {
                "extract": "date",
                "generate": "d",
                "extractDateFormat": "MM/DD/YYYY HH:mm:ss",
                "extractDateTimezone": "UTC",
            }
        ],
        {"d": "2026-01-31T10:00:00.000Z"},
    ),
    "a date in another format": (
        [
            {
                "extract": "date",
                "generate": "d",
                "extractDateFormat": "MM/DD/YYYY HH:mm:ss",
                "generateDateFormat": "YYYY-MM-DD",
            }
        ],
        {"d": "2026-01-31"},
    ),
}


@pytest.mark.parametrize("row", LINES.values(), ids=LINES.keys())
def test_mapper_one_maps(mapped, row):
    fields, expected = row

    assert mapped(mapping={"fields": fields, "lists": []}, lookups=[LOOKUP]) == expected


def test_mapper_one_maps_lists(mapped):
    lines = [
        {"extract": "items[*].sku", "generate": "sku"},
        {"extract": "number", "generate": "order"},
    ]

    found = mapped(mapping={"fields": [], "lists": [{"generate": "lines", "fields": lines}]})

    assert found == {"lines": [{"sku": "a", "order": "7"}, {"sku": "b", "order": "7"}]}


def _two(generate, extract, **more):
    return {"generate": generate, "extract": extract, "status": "Active", **more}


TWO = {
    "a field": ([_two("no", "$.number")], {"no": "7"}),
    "a constant": ([_two("channel", "#a")], {"channel": "#a"}),
    "a template": ([_two("x", "{{record.number}}!")], {"x": "7!"}),
    "an object": (
        [_two("who", None, dataType="object", mappings=[_two("name", "$.buyer.name")])],
        {"who": {"name": "Ada"}},
    ),
    "a list of numbers": (
        [_two("all", "$.items[*].qty", dataType="numberarray")],
        {"all": [1, 2]},
    ),
    "a list of objects": (
        [
            _two(
                "lines",
                None,
                dataType="objectarray",
                buildArrayHelper=[
                    {"extract": "$.items[*]", "mappings": [_two("sku", "$.items[*].sku")]}
                ],
            )
        ],
        {"lines": [{"sku": "a"}, {"sku": "b"}]},
    ),
    "a default": ([_two("x", "$.nowhere", default="none")], {"x": "none"}),
    "a lookup": ([_two("region", "$.buyer.country", lookupName="regions")], {"region": "EU"}),
    "an inactive line": ([{**_two("x", "$.number"), "status": "Inactive"}], {}),
    "an empty value": (
        [_two("x", "$.nowhere", default="", conditional={"when": "extract_not_empty"})],
        {},
    ),
}


@pytest.mark.parametrize("row", TWO.values(), ids=TWO.keys())
def test_mapper_two_maps(mapped, row):
    mappings, expected = row

    assert mapped(mappings=mappings, lookups=[LOOKUP]) == expected


FAILURES = {
    "a lookup": (
        {"extract": "number", "generate": "x", "lookupName": "regions"},
        "lookup_failed",
    ),
    "an unknown lookup": (
        {"extract": "number", "generate": "x", "lookupName": "y"},
        "invalid_lookup",
    ),
    "a data type": ({"extract": "buyer", "generate": "x", "dataType": "number"}, "mapping_error"),
    "a date": (
        {"extract": "number", "generate": "x", "extractDateFormat": "YYYY"},
        "mapping_error",
    ),
}


@pytest.mark.parametrize("row", FAILURES.values(), ids=FAILURES.keys())
def test_a_record_that_cannot_be_mapped_has_errors(mapped, row):
    line, expected = row

    found = mapped(mapping={"fields": [line]}, lookups=[LOOKUP])

    assert [error["code"] for error in found["errors"]] == [expected]


def test_a_lookup_may_fail_with_a_default(mapped):
    lookup = {"name": "regions", "map": {}, "allowFailures": True, "default": "other"}
    line = {"extract": "buyer.country", "generate": "region", "lookupName": "regions"}

    assert mapped(mapping={"fields": [line]}, lookups=[lookup]) == {"region": "other"}


def test_a_lookup_may_ask_the_application(application, mapped):
    application.answers["/customers"] = (200, {"results": [{"id": 99}]}, {})
    lookup = {
        "name": "customer",
        "relativeURI": "/customers?name={{record.buyer.name}}",
        "method": "GET",
        "extract": "results[0].id",
    }
    line = {"generate": "customer", "lookupName": "customer"}

    assert mapped(mapping={"fields": [line]}, lookups=[lookup]) == {"customer": 99}
    assert application.last["path"] == "/customers?name=Ada"


# Submitting


def test_every_record_gets_an_answer_of_its_own_in_order(application, submit):
    def answer(request):
        ok = request["body"]["number"] != "bad"
        return (200, {"id": request["body"]["number"]}, {}) if ok else (400, {"why": "bad"}, {})

    application.answers["/items"] = answer
    records = [{"number": "1"}, {"number": "bad"}, {"number": "3"}]

    found = submit(records)

    assert [document["statusCode"] for document in found] == [200, 422, 200]
    assert [document.get("id") for document in found] == ["1", None, "3"]
    assert found[0]["_json"] == {"id": "1"}
    assert [error["code"] for error in found[1]["errors"]] == ["400"]


def test_an_answer_is_read_by_the_imports_rules(application, submit):
    application.answers["/items"] = (200, {"ok": "no", "reason": "closed", "new": {"no": 5}}, {})
    rules = {
        "resourceIdPath": ["new.no"],
        "successPath": ["ok"],
        "successValues": [["yes"]],
        "errorPath": "reason",
    }

    (found,) = submit(http={"response": rules})

    assert found["id"] == "5"
    assert [error["message"] for error in found["errors"]] == ["closed"]


def test_addresses_and_bodies_are_filled_in_from_the_record(application, submit):
    http = {
        "relativeURI": ["/items/{{record.number}}"],
        "method": ["PUT"],
        "body": ['{"name": "{{buyer.name}}", "total": {{total}}}'],
    }

    submit(http=http)

    assert (application.last["method"], application.last["path"]) == ("PUT", "/items/7")
    assert application.last["body"] == {"name": "Ada", "total": 12.5}


def test_what_exists_is_updated_and_what_does_not_is_created(application, submit):
    http = {
        "relativeURI": ["/items", "/items/{{record.id}}"],
        "method": ["POST", "PUT"],
        "requestType": ["CREATE", "UPDATE"],
        "existingExtract": "id",
    }

    submit([{"a": 1}, {"a": 2, "id": 5}], http=http)

    assert [(request["method"], request["path"]) for request in application.requests] == [
        ("POST", "/items"),
        ("PUT", "/items/5"),
    ]


@pytest.mark.parametrize(("rule", "sent"), [("ignoreExisting", 1), ("ignoreMissing", 2)])
def test_what_exists_or_does_not_may_be_ignored(application, submit, rule, sent):
    found = submit([{"a": 1}, {"a": 2, "id": 5}], **{rule: True}, http={"existingExtract": "id"})

    assert [request["body"]["a"] for request in application.requests] == [sent]
    assert [document.get("ignored", False) for document in found] == [sent == 2, sent == 1]


def test_an_application_that_is_not_there_fails_the_records(customer):
    http = {"baseURI": "http://127.0.0.1:1", "mediaType": "json"}
    connection = customer.connection(http=http)["_id"]
    import_ = {"http": {"relativeURI": ["/items"]}}

    answer = customer.post(f"/connections/{connection}/import", {"import": import_, "data": [{}]})

    assert answer.status_code == 200
    (found,) = answer.json()
    assert found["statusCode"] == 422
    assert found["errors"][0]["code"] == "backend_unreachable"


# Hooks and wrappers


@pytest.fixture
def own_stack(customer, stack):
    return customer.create("stacks", type="server", server={"hostURI": stack.uri})["_id"]


def test_hooks_run_around_the_mapping(application, stack, own_stack, submit):
    stack.functions["before"] = lambda options: [
        {"data": {**options["data"][0], "added": 1}},
        {},
        {"errors": [{"code": "no", "message": "not this one"}]},
    ]
    stack.functions["after"] = lambda options: [
        {"data": {**item, "mapped": True}} for item in options["postMapData"]
    ]
    stack.functions["last"] = lambda options: [
        {**document, "id": f"<{document.get('id')}>"} for document in options["responseData"]
    ]
    hooks = {
        name: {"function": function, "_stackId": own_stack}
        for name, function in (("preMap", "before"), ("postMap", "after"), ("postSubmit", "last"))
    }
    mapping = {"fields": [{"extract": "added", "generate": "x"}]}

    found = submit([{"n": 1}, {"n": 2}, {"n": 3}], hooks=hooks, mapping=mapping)

    assert [request["body"] for request in application.requests] == [{"x": 1, "mapped": True}]
    assert [document["id"] for document in found] == ["<77>", "<None>", "<None>"]
    assert [document.get("ignored") for document in found] == [None, True, None]
    assert found[2]["errors"] == [{"code": "no", "message": "not this one"}]
    assert len(stack.last["options"]["preMapData"]) == 3


def test_a_hook_answers_as_many_entries_as_it_gets(customer, connection, stack, own_stack):
    stack.functions["before"] = lambda _: []
    hooks = {"preMap": {"function": "before", "_stackId": own_stack}}
    body = {"import": {"hooks": hooks, "http": {"relativeURI": ["/items"]}}, "data": [{}]}

    answer = customer.post(f"/connections/{connection}/import", body)

    assert code(answer) == (422, "invalid_extension_response")


def test_a_wrapper_gets_the_records_before_and_after_the_mapping(customer, stack, own_stack):
    own = {"_stackId": own_stack, "pingFunction": "ping"}
    wrapper = customer.create("connections", type="wrapper", wrapper=own)["_id"]
    stack.functions["write"] = lambda options: [
        {"statusCode": 200, "id": document["x"]} for document in options["postMapData"]
    ]
    import_ = {
        "wrapper": {"function": "write"},
        "mapping": {"fields": [{"extract": "a", "generate": "x"}]},
    }

    answer = customer.post(
        f"/connections/{wrapper}/import", {"import": import_, "data": [{"a": "1"}]}
    )

    assert answer.json() == [{"statusCode": 200, "id": "1"}]
    assert stack.last["options"]["preMapData"] == [{"a": "1"}]
