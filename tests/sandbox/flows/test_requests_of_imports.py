"""Which requests an import makes: create or update, in batches, one after another."""

import threading

import pytest

from tests.sandbox.flows.test_books_of_runs import books

RECORDS = [{"id": 1, "key": "x1"}, {"id": 2, "key": ""}, {"id": 3, "key": "x3"}]
BOTH = {
    "relativeURI": ["/new", "/old/{{record.key}}"],
    "method": ["POST", "PUT"],
    "requestType": ["CREATE", "UPDATE"],
}


def line(generate, when, **more):
    return {"extract": "id", "generate": generate, "conditional": {"when": when}, **more}


def sent(plant):
    return [
        (request["method"], request["path"], request["body"])
        for request in plant.application.requests
        if request["method"] != "GET"
    ]


def run(plant, *records, http=None, **fields):
    import_ = plant.import_(**({"http": http} if http else {}), **fields)
    return plant.run(plant.flow(plant.mocked(*records), [import_]))


CREATED = {"always": 1, "new": 1}
UPDATED = {"always": 1, "old": 1}
MAPPING = {
    "fields": [
        {"extract": "id", "generate": "always"},
        line("new", "record_created"),
        line("old", "record_updated"),
    ],
    "lists": [],
}
MAPPINGS = [
    {**field, "extract": "$.id", "dataType": "number", "status": "Active"}
    for field in MAPPING["fields"]
]


@pytest.mark.parametrize("mapper", [{"mapping": MAPPING}, {"mappings": MAPPINGS}], ids=["1", "2"])
@pytest.mark.parametrize(
    ("key", "request_"),
    [("", ("POST", "/new", CREATED)), ("x1", ("PUT", "/old/x1", UPDATED))],
    ids=["created", "updated"],
)
def test_lines_may_count_for_created_or_for_updated_records(plant, mapper, key, request_):
    run(plant, {"id": 1, "key": key}, http={**BOTH, "existingExtract": "key"}, **mapper)

    assert sent(plant) == [request_]


def test_a_single_request_type_says_what_all_records_are(plant):
    http = {"relativeURI": ["/items"], "method": ["PUT"], "requestType": ["UPDATE"]}

    run(plant, {"id": 1}, http=http, mapping=MAPPING)

    assert sent(plant) == [("PUT", "/items", UPDATED)]


def test_a_lookup_may_say_that_a_record_is_there(plant):
    plant.application.answers["GET /find"] = lambda request: (
        200,
        {"id": "x1"} if request["path"].endswith("1") else {},
        {},
    )
    lookup = {"name": "there", "relativeURI": "/find?id={{record.id}}", "extract": "id"}
    lookup |= {"method": "GET", "allowFailures": True}
    http = {**BOTH, "existingLookupName": "there", "lookups": [lookup]}
    http["relativeURI"] = ["/new", "/old/{{lookup.there}}"]

    run(plant, {"id": 1}, {"id": 2}, http=http)

    assert sent(plant) == [("PUT", "/old/x1", {"id": 1}), ("POST", "/new", {"id": 2})]


EMPTY_OR_NOT = {
    "extract_not_empty": {"full": "EU"},
    "lookup_not_empty": {"full": "EU"},
    "lookup_empty": {"none": "other", "empty": "other"},
}


@pytest.mark.parametrize(("when", "expected"), EMPTY_OR_NOT.items(), ids=EMPTY_OR_NOT)
def test_lines_may_count_by_what_they_extract_or_look_up(plant, when, expected):
    lookup = {"name": "region", "map": {"DE": "EU"}, "default": "other", "allowFailures": True}
    names = ("full", "none", "empty")
    fields = [line(name, when, lookupName="region") | {"extract": name} for name in names]
    mapping = {"fields": fields, "lists": []}
    record = {"full": "DE", "empty": ""}

    run(plant, record, mapping=mapping, lookups=[lookup])

    assert plant.sent() == [expected]


def test_a_line_may_leave_what_is_set_already(plant):
    fields = [{"generate": "o", "hardCodedValue": "first"}, line("o", "ignore_if_set")]

    run(plant, {"id": 1}, mapping={"fields": fields, "lists": []})

    assert plant.sent() == [{"o": "first"}]


def test_a_condition_that_nobody_knows_fails_the_record(plant):
    import_ = plant.import_(mapping={"fields": [line("o", "moon_is_full")], "lists": []})
    flow = plant.flow(plant.mocked({"id": 1}), [import_])

    assert plant.run(flow)["numError"] == 1
    (error,) = plant.errors(flow, import_)
    assert (error["code"], error["source"]) == ("invalid_mapping", "mapping")
    assert "'moon_is_full'" in error["message"]


def test_a_request_holds_as_many_records_as_the_batch_size_says(plant):
    answer = {"results": [{"id": "a", "ok": True}, {"id": "b", "ok": False}]}
    plant.application.answers["POST /items"] = (200, answer, {})
    response = {"resourcePath": ["results"], "successPath": ["ok"], "successValues": [["True"]]}
    http = {"relativeURI": ["/items"], "method": ["POST"], "batchSize": 2, "response": response}
    import_ = plant.import_(http=http)
    mapping = {"fields": [{"extract": "id", "generate": "target"}], "lists": []}
    step = {"type": "import", "_importId": import_, "responseMapping": mapping}
    last = {"type": "import", "_importId": plant.import_("/after")}

    job = plant.run(plant.flow(plant.mocked(*RECORDS[:2]), [step, last]))

    assert plant.sent() == [RECORDS[:2]]
    assert plant.sent("/after") == [{**RECORDS[0], "target": "a"}]
    assert books(plant.children(job)[1]) == ("completed", 1, 1, 0, 0, 1)


def test_a_batch_that_fails_fails_all_of_its_records(plant):
    plant.application.answers["POST /items"] = (500, {}, {})
    http = {"relativeURI": ["/items"], "method": ["POST"], "batchSize": 2}

    assert run(plant, *RECORDS, http=http)["numError"] == 3
    assert plant.sent() == [RECORDS[:2], RECORDS[2:]]


def test_a_body_can_be_written_for_a_batch(plant):
    body = "[{{#each batch_of_records}}{{record.n}}{{#unless @last}},{{/unless}}{{/each}}]"
    http = {"relativeURI": ["/items"], "method": ["POST"], "batchSize": 5, "body": [body]}
    mapping = {"fields": [{"extract": "id", "generate": "n"}], "lists": []}

    run(plant, *RECORDS, http=http, mapping=mapping)

    assert plant.sent() == [[1, 2, 3]]


@pytest.mark.parametrize(("is_mapped", "body"), [(True, {"n": 1}), (False, {"id": 1})])
def test_the_address_sees_the_record_before_mapping_and_the_body_the_mapped_one(
    plant, is_mapped, body
):
    http = {"relativeURI": ["/items?id={{record.id}}&n={{record.n}}"], "method": ["POST"]}
    http["sendPostMappedData"] = is_mapped
    mapping = {"fields": [{"extract": "id", "generate": "n"}], "lists": []}

    run(plant, {"id": 1}, http=http, mapping=mapping)

    assert sent(plant) == [("POST", "/items?id=1&n=", body)]


def test_records_of_one_lock_are_sent_one_after_another(plant):
    another, met = threading.Event(), []

    def answer(request):
        if request["body"]["id"]:
            another.set()
        else:
            met.append(another.wait(0.2))
        return 200, {"id": 1}, {}

    plant.application.answers["POST /items"] = answer
    connection = plant.http(concurrencyLevel=10)
    import_ = plant.import_(_connectionId=connection, idLockTemplate="{{record.customer}}")
    records = [{"id": number, "customer": "one"} for number in range(6)]

    plant.run(plant.flow(plant.mocked(*records), [import_]))

    assert met == [False]
    assert [body["id"] for body in plant.sent()] == [*range(6)]


def test_a_link_shows_where_the_application_has_a_record(plant):
    plant.application.answers["POST /items"] = (200, {"id": 99}, {})
    import_ = plant.import_(dataURITemplate="https://shop.example.com/{{responseData.id}}")
    mapping = {"fields": [{"extract": "dataURI", "generate": "link"}], "lists": []}
    step = {"type": "import", "_importId": import_, "responseMapping": mapping}
    last = {"type": "import", "_importId": plant.import_("/after")}

    plant.run(plant.flow(plant.mocked({"id": 1}), [step, last]))

    assert plant.sent("/after") == [{"id": 1, "link": "https://shop.example.com/99"}]
