"""Lookups, response mapping, routers, filters and transforms (protocol/resources.md#flow)."""

import pytest

from tests.sandbox.flows.plant import ORDERS, counts

PRICE = ["greaterthan", ["number", ["extract", "total"]], 10]


def lookup(plant, mapping=None, **told):
    """A page processor that asks ``/customers`` for each record."""
    http = {"relativeURI": "/customers?order={{record.id}}"}
    export = plant.export(isLookup=True, http=http, **told)
    return {"type": "export", "_exportId": export, "responseMapping": {"fields": mapping or []}}


@pytest.fixture
def customers(plant):
    """Customers by order; the order 3 has none, the order 2 breaks the application."""
    found = {"1": (200, [{"name": "Ann"}], {}), "2": (500, {}, {}), "3": (200, [], {})}
    plant.application.answers["GET /customers"] = lambda request: found[
        request["path"].split("order=")[1]
    ]
    return found


NAME = [{"extract": "data[0].name", "generate": "customer.name"}]


def test_a_lookup_adds_to_each_record_what_the_response_mapping_takes_over(plant, customers):
    customers["2"] = customers["1"]
    flow = plant.flow(plant.export(), [lookup(plant, NAME), plant.import_()])

    job = plant.run(flow)

    assert [document.get("customer") for document in plant.sent()] == [
        {"name": "Ann"},
        {"name": "Ann"},
        None,
    ]
    assert [counts(child) for child in plant.children(job)] == [(3, 0, 0)] * 3
    assert counts(job) == (9, 0, 0)


def test_a_record_whose_lookup_fails_goes_no_further(plant, customers):
    step = lookup(plant)
    flow = plant.flow(plant.export(), [step, plant.import_()])

    job = plant.run(flow)

    assert [document["id"] for document in plant.sent()] == [1, 3]
    assert counts(job) == (7, 1, 0)
    (error,) = plant.errors(flow, step["_exportId"])
    assert (error["code"], error["traceKey"]) == ("500", "2")


def test_with_proceed_on_failure_it_goes_on_and_the_error_is_kept(plant, customers):
    step = {
        **lookup(plant, [{"extract": "errors[0].code", "generate": "why"}]),
        "proceedOnFailure": True,
    }
    flow = plant.flow(plant.export(), [step, plant.import_()])

    job = plant.run(flow)

    assert [document.get("why") for document in plant.sent()] == [None, "500", None]
    assert counts(job) == (8, 1, 0)


def test_records_that_a_lookups_filter_leaves_out_go_on_without_it(plant, customers):
    only_first = {"expression": {"rules": ["equals", ["number", ["extract", "id"]], 1]}}
    step = lookup(plant, NAME, inputFilter=only_first)
    flow = plant.flow(plant.export(), [step, plant.import_()])

    job = plant.run(flow)

    assert [document.get("customer") for document in plant.sent()] == [{"name": "Ann"}, None, None]
    assert counts(job) == (7, 0, 2)


def test_the_answer_of_an_import_is_mapped_onto_the_record(plant):
    plant.application.answers["POST /items"] = lambda request: (
        200,
        {"id": request["body"]["id"] * 10, "tags": [{"t": 1}, {"t": 2}]},
        {},
    )
    mapping = {
        "fields": [
            {"extract": "id", "generate": "item.id"},
            {"extract": "_json.id", "generate": "raw"},
        ],
        "lists": [
            {"generate": "tags", "fields": [{"extract": "_json.tags[*].t", "generate": "n"}]}
        ],
    }
    step = {"type": "import", "_importId": plant.import_(), "responseMapping": mapping}
    flow = plant.flow(plant.mocked({"id": 1}), [step, plant.import_("/second")])

    plant.run(flow)

    expected = {"id": 1, "item": {"id": "10"}, "raw": 10, "tags": [{"n": 1}, {"n": 2}]}
    assert plant.sent("/second") == [expected]


# Routers


def router(plant, way, **more):
    def branch(name, rules, path, **told):
        steps = [{"type": "import", "_importId": plant.import_(path)}]
        filter_ = {"version": "1", "rules": rules}
        return {"name": name, "inputFilter": filter_, "pageProcessors": steps, **told}

    return {
        "id": "first",
        "routeRecordsTo": way,
        "routeRecordsUsing": "input_filters",
        "branches": [
            branch("dear", PRICE, "/dear", nextRouterId="second"),
            branch("all", [], "/all"),
        ],
        **more,
    }


WAYS = {"first_matching_branch": [1], "all_matching_branches": [1, 2, 3]}


@pytest.mark.parametrize(("way", "rest"), WAYS.items(), ids=WAYS)
def test_records_take_the_branches_that_they_match(plant, way, rest):
    huge = ["greaterthan", ["number", ["extract", "total"]], 100]
    second = {
        "id": "second",
        "routeRecordsTo": "first_matching_branch",
        "branches": [
            {
                "name": "huge",
                "inputFilter": {"rules": huge},
                "pageProcessors": [{"type": "import", "_importId": plant.import_("/huge")}],
            }
        ],
    }
    flow = plant.flow(plant.export(), [], routers=[second, router(plant, way)])

    job = plant.run(flow)

    assert [document["id"] for document in plant.sent("/dear")] == [2, 3]
    assert [document["id"] for document in plant.sent("/all")] == rest
    assert [document["id"] for document in plant.sent("/huge")] == [3]
    assert counts(job) == (6 + len(rest), 0, 0)


def test_a_script_tells_which_branches_a_record_takes(plant):
    script = plant.script("function way (options) { return [options.record.id % 2] }")
    told = {
        "routeRecordsUsing": "script",
        "script": {"_scriptId": script, "function": "way"},
    }
    flow = plant.flow(plant.export(), [], routers=[router(plant, "first_matching_branch", **told)])

    plant.run(flow)

    assert [document["id"] for document in plant.sent("/dear")] == [2]
    assert [document["id"] for document in plant.sent("/all")] == [1, 3]


# Filters and transforms


def test_an_exports_transform_then_its_filter_stand_before_its_hook(plant):
    late = ["greaterthan", ["number", ["extract", "order.number"]], 1]
    hook = plant.hook(
        "save", lambda told: {"data": told["data"], "errors": told["errors"], "abort": False}
    )
    export = plant.export(
        filter={"type": "expression", "expression": {"version": "1", "rules": late}},
        transform={
            "type": "expression",
            "expression": {
                "version": "1",
                "rules": [[{"extract": "id", "generate": "order.number"}]],
            },
        },
        hooks={"preSavePage": hook},
    )

    job = plant.run(plant.flow(export, [plant.import_()]))

    assert plant.stack.last["options"]["data"] == [
        {"order": {"number": 2}},
        {"order": {"number": 3}},
    ]
    assert plant.sent() == plant.stack.last["options"]["data"]
    assert counts(job) == (4, 0, 1)


def test_an_imports_filter_ignores_records_which_go_on_to_the_next_step(plant):
    first = plant.import_(filter={"expression": {"rules": PRICE}})
    flow = plant.flow(plant.export(), [first, plant.import_("/second")])

    job = plant.run(flow)

    assert [document["id"] for document in plant.sent()] == [2, 3]
    assert [document["id"] for document in plant.sent("/second")] == [1, 2, 3]
    assert counts(job) == (8, 0, 1)


MODES = {"create": {"n": 1}, "modify": {"id": 1, "total": 5, "n": 1}}


@pytest.mark.parametrize(("mode", "expected"), MODES.items(), ids=MODES)
def test_a_transform_of_version_two_makes_or_changes_a_record(plant, mode, expected):
    line = {"generate": "n", "extract": "$.id", "dataType": "number", "status": "Active"}
    rules = {"mode": mode, "mappings": [line]}
    transform = {"type": "expression", "expression": {"version": "2", "rulesTwoDotZero": rules}}
    export = plant.mocked(ORDERS[0], transform=transform)

    plant.run(plant.flow(export, [plant.import_()]))

    assert plant.sent() == [expected]


def test_a_virtual_export_and_import_go_through_them_too(plant):
    dear = {"expression": {"rules": PRICE}}
    renamed = {"expression": {"rules": [[{"extract": "id", "generate": "n"}]]}}
    late = {"expression": {"rules": ["greaterthan", ["number", ["extract", "n"]], 1]}}
    export = {"http": {"relativeURI": "/orders"}, "filter": late, "transform": renamed}
    import_ = {"http": {"relativeURI": ["/items"], "method": ["POST"]}}
    import_ |= {"filter": dear, "transform": renamed}
    path = f"/connections/{plant.connection}"

    exported = plant.customer.post(f"{path}/export", {"export": export}).json()
    answers = plant.customer.post(f"{path}/import", {"import": import_, "data": ORDERS}).json()

    assert exported["data"] == [{"n": 2}, {"n": 3}]
    assert [answer.get("ignored", False) for answer in answers] == [True, False, False]
    assert plant.sent() == [{"n": 2}, {"n": 3}]


def test_scripts_filter_and_transform_too(plant):
    script = plant.script(
        "function dear (options) { return options.record.name > 'Order 1' }\n"
        "function named (options) { return { name: 'Order ' + options.record.id } }"
    )
    told = {"type": "script", "script": {"_scriptId": script}}
    export = plant.export(
        filter={**told, "script": {"_scriptId": script, "function": "dear"}},
        transform={**told, "script": {"_scriptId": script, "function": "named"}},
    )

    plant.run(plant.flow(export, [plant.import_()]))

    assert plant.sent() == [{"name": "Order 2"}, {"name": "Order 3"}]


def test_a_word_that_nobody_knows_fails_the_flow_and_says_so(plant):
    export = plant.export(filter={"expression": {"rules": ["resembles", ["extract", "id"], 1]}})
    flow = plant.flow(export, [plant.import_()])

    assert plant.run(flow)["status"] == "failed"
    (error,) = plant.errors(flow, export)
    assert error["code"] == "not_implemented"
    assert "'resembles'" in error["message"]


def test_a_router_that_cannot_be_told_fails_the_flow(plant):
    script = plant.script("function way () { return [7] }")
    told = {"routeRecordsUsing": "script", "script": {"_scriptId": script, "function": "way"}}
    export = plant.export()
    flow = plant.flow(export, [], routers=[router(plant, "first_matching_branch", **told)])

    assert plant.run(flow)["status"] == "failed"
    (error,) = plant.errors(flow, export)
    assert "indices from 0 to 1, not [7]" in error["message"]


def test_a_template_with_a_helper_that_is_none_is_refused(plant):
    export = plant.export(traceKeyTemplate="{{shout record.id}}")
    flow = plant.flow(export, [plant.import_()])

    assert plant.run(flow)["status"] == "failed"
    (error,) = plant.errors(flow, export)
    assert error["code"] == "invalid_template"


def test_a_mapping_of_version_two_and_settings_in_a_template(plant):
    line = {
        "generate": "text",
        "extract": "{{record.id}} to {{settings.integration.to}}",
        "dataType": "string",
        "status": "Active",
    }
    integration = plant.customer.create("integrations", settings={"to": "us"})["_id"]
    member = {"_integrationId": integration}
    http = {"relativeURI": ["/{{settings.integration.to}}"], "method": ["POST"]}
    import_ = plant.import_(
        mappings=[{**line, "extract": "No. {{record.id}}"}], http=http, **member
    )

    plant.run(plant.flow(plant.export(**member), [import_], **member))

    assert plant.sent("/us")[0] == {"text": "No. 1"}


@pytest.mark.parametrize(
    ("adaptor", "field", "own"),
    [
        ("AiAgentImport", "aiAgent", {}),
        ("GuardrailImport", "guardrail", {"type": "pii", "pii": {"entities": ["iban_code"]}}),
        ("ToolImport", "tool", {}),
    ],
)
def test_a_step_that_needs_a_model_ends_the_run_with_its_field(plant, adaptor, field, own):
    step = plant.customer.create("imports", adaptorType=adaptor, **{field: own})["_id"]

    job = plant.run(plant.flow(plant.export(), [step]))

    assert job["status"] == "failed"
    (error,) = plant.errors(job["_flowId"], step)
    assert error["code"] == "not_implemented"
    assert f"{field} of an import" in error["message"]
