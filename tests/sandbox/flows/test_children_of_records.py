"""Steps that run once for each child of a record (``oneToMany``, ``pathToMany``)."""

from tests.sandbox.flows.plant import counts
from tests.sandbox.flows.test_books_of_runs import books

ORDER = {"id": 7, "lines": [{"sku": "a"}, {"sku": "b"}]}
MANY = {"oneToMany": True, "pathToMany": "lines"}


def step(import_, *fields, **more):
    mapping = {
        "fields": [dict(zip(("extract", "generate"), pair, strict=True)) for pair in fields],
        "lists": [],
    }
    return {"type": "import", "_importId": import_, "responseMapping": mapping, **more}


def test_an_import_sends_each_child_which_sees_its_parent(plant):
    lines = [("sku", "sku"), ("_PARENT.id", "order")]
    fields = [{"extract": extract, "generate": generate} for extract, generate in lines]
    import_ = plant.import_(**MANY, mapping={"fields": fields, "lists": []})

    job = plant.run(plant.flow(plant.mocked(ORDER), [import_, plant.import_("/after")]))

    assert plant.sent() == [{"sku": "a", "order": 7}, {"sku": "b", "order": 7}]
    assert plant.sent("/after") == [ORDER]
    assert books(plant.children(job)[1]) == ("completed", 2, 0, 0, 0, 1)


def test_without_a_mapping_children_are_sent_as_they_are(plant):
    plant.run(plant.flow(plant.mocked(ORDER), [plant.import_(**MANY)]))

    assert plant.sent() == ORDER["lines"]


def test_a_record_without_children_is_taken_whole(plant):
    plant.run(plant.flow(plant.mocked({"id": 8}), [plant.import_(**MANY)]))

    assert plant.sent() == [{"id": 8}]


def test_what_is_answered_for_a_child_is_added_to_the_child(plant):
    plant.application.answers["POST /items"] = lambda request: (
        200,
        {"id": request["body"]["sku"].upper()},
        {},
    )
    first = step(plant.import_(**MANY), ("id", "target"))

    plant.run(plant.flow(plant.mocked(ORDER), [first, step(plant.import_("/after"))]))

    lines = [{"sku": "a", "target": "A"}, {"sku": "b", "target": "B"}]
    assert plant.sent("/after") == [{"id": 7, "lines": lines}]


def test_a_lookup_asks_for_each_child(plant):
    plant.application.answers["GET /stock"] = lambda request: (
        200,
        [{"left": len(request["path"])}],
        {},
    )
    lookup = plant.export(http={"relativeURI": "/stock?of={{record.sku}}"}, isLookup=True, **MANY)
    mapping = {"fields": [{"extract": "data[0].left", "generate": "left"}], "lists": []}
    first = {"type": "export", "_exportId": lookup, "responseMapping": mapping}

    plant.run(plant.flow(plant.mocked(ORDER), [first, step(plant.import_())]))

    lines = [{"sku": "a", "left": 11}, {"sku": "b", "left": 11}]
    assert plant.sent() == [{"id": 7, "lines": lines}]


def test_a_child_that_fails_stops_its_record_and_both_are_retried_together(plant):
    refused = {"b"}
    plant.application.answers["POST /items"] = lambda request: (
        422 if request["body"]["sku"] in refused else 200,
        {},
        {},
    )
    import_ = plant.import_(**MANY)
    flow = plant.flow(plant.mocked(ORDER), [import_, plant.import_("/after")])

    job = plant.run(flow)

    assert books(plant.children(job)[1]) == ("completed", 1, 1, 0, 0, 1)
    assert plant.sent("/after") == []
    (error,) = plant.errors(flow, import_)
    assert error["traceKey"] == "7"
    refused.clear()
    plant.customer.post(
        f"/flows/{flow}/{import_}/retry", {"retryDataKeys": [error["retryDataKey"]]}
    )
    plant.drain()
    assert plant.errors(flow, import_) == []
    assert plant.sent("/after") == [ORDER]
    assert plant.job(job["_id"])["numOpenError"] == 0


def test_two_errors_of_a_record_share_the_key_of_its_retry(plant):
    plant.application.answers["POST /items"] = (422, {}, {})
    import_ = plant.import_(**MANY)
    flow = plant.flow(plant.mocked(ORDER), [import_])

    assert counts(plant.run(flow)) == (1, 2, 0)
    first, second = plant.errors(flow, import_)
    assert first["retryDataKey"] == second["retryDataKey"]


def test_the_hook_after_the_response_gets_whole_records(plant):
    hook = plant.hook("after", lambda told: told["postResponseMapData"])
    first = step(plant.import_(**MANY), hooks={"postResponseMap": hook})

    plant.run(plant.flow(plant.mocked(ORDER), [first]))

    options = plant.stack.last["options"]
    assert (options["oneToMany"], options["pathToMany"]) == (True, "lines")
    assert options["postResponseMapData"] == [ORDER]
    assert [len(responses) for responses in options["responseData"]] == [2]


def test_an_import_that_runs_alone_has_no_children(plant):
    import_ = plant.import_(**MANY)

    answer = plant.customer.post(f"/imports/{import_}/invoke", [ORDER])

    assert answer.status_code == 501
    assert "as a step of a flow" in answer.json()["errors"][0]["message"]
