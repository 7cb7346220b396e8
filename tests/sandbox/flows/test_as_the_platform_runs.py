"""What real applications answer, and what the platform makes of it: pages, limits, mocks."""

from __future__ import annotations

from typing import Any

import pytest

PAGE = "/orders?page={{export.http.paging.page}}"
SKIP = "/orders?skip={{export.http.paging.skip}}"


def asked(plant, path="/orders"):
    """The addresses of the pages that the application was asked for."""
    requests = plant.application.requests
    return [item["path"] for item in requests if item["path"].split("?")[0] == path]


def run(plant, http):
    return plant.run(plant.flow(plant.export(http={"method": "GET", **http}), [plant.import_()]))


def in_turn(*answers):
    """An answer to each request in turn; the last one to all that follow."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    ("paging", "answer", "pages"),
    [
        ({"method": "page", "page": 1}, {"records": [{"id": 1}], "pages": 1}, 3),
        ({"method": "page", "page": 1, "maxPagePath": "pages"}, {"pages": 1}, 1),
        ({"method": "page", "lastPagePath": "next", "lastPageValues": ["null"]}, {"next": None}, 1),
        ({"method": "page", "lastPagePath": "next", "lastPageValues": [""]}, {}, 3),
    ],
    ids=["goes on", "pages are counted", "null is a text", "what is not there says nothing"],
)
def test_the_last_page_is_the_one_that_the_answer_says(plant, paging, answer, pages):
    body = {"records": [{"id": 1}], **answer}
    full = (200, body, {})
    plant.application.answers["GET /orders"] = in_turn(
        full, (200, {**body, "records": [{"id": 2}]}, {}), (404, {"error": "no such page"}, {})
    )

    job = run(
        plant, {"relativeURI": PAGE, "paging": paging, "response": {"resourcePath": "records"}}
    )

    assert (job["status"], job["numError"]) == ("completed", 0)
    assert len(asked(plant)) == pages


def test_pages_count_from_zero_unless_told_otherwise(plant):
    plant.application.answers["GET /orders"] = in_turn((200, [{"id": 1}], {}), (200, [], {}))

    run(plant, {"relativeURI": PAGE, "paging": {"method": "page"}})

    assert asked(plant) == ["/orders?page=0", "/orders?page=1"]


def test_a_count_of_all_records_ends_the_pages(plant):
    body = {"total": 2, "records": [{"id": 1}, {"id": 2}]}
    plant.application.answers["GET /orders"] = (200, body, {})
    paging = {"method": "skip", "maxCountPath": "total"}

    run(plant, {"relativeURI": SKIP, "paging": paging, "response": {"resourcePath": "records"}})

    assert asked(plant) == ["/orders?skip=0"]


def test_a_token_may_come_in_a_header(plant):
    plant.application.answers["GET /orders"] = in_turn(
        (200, [{"id": 1}], {"X-Next": "t2"}), (200, [{"id": 2}], {})
    )
    paging = {"method": "token", "path": "X-Next", "pathLocation": "header"}

    run(plant, {"relativeURI": "/orders?token={{export.http.paging.token}}", "paging": paging})

    assert asked(plant) == ["/orders?token=", "/orders?token=t2"]


def test_the_next_address_may_be_made_of_the_previous_page(plant):
    plant.application.answers["GET /orders"] = in_turn((200, [{"id": 5}], {}), (200, [], {}))
    paging = {
        "method": "relativeuri",
        "relativeURI": "/orders?after={{previous_page.last_record.id}}",
    }

    run(plant, {"relativeURI": "/orders", "paging": paging})

    assert asked(plant) == ["/orders", "/orders?after=5"]


def test_a_status_ends_the_pages_but_not_on_the_first(plant):
    plant.application.answers["GET /orders"] = in_turn((200, [{"id": 1}], {}), (400, {}, {}))
    paging = {"method": "page", "lastPageStatusCode": 400}

    job = run(plant, {"relativeURI": PAGE, "paging": paging})
    assert (job["status"], job["numError"]) == ("completed", 0)

    plant.application.answers["GET /orders"] = (404, {}, {})
    assert run(plant, {"relativeURI": PAGE, "paging": {"method": "page"}})["numError"] == 1


@pytest.mark.parametrize("place", ["GET /orders", "POST /items"])
def test_an_application_that_is_asked_too_often_is_asked_again(plant, place):
    late: Any = (429, {}, {"Retry-After": "0"})
    answer = (200, [{"id": 1}], {}) if place.startswith("GET") else (200, {"id": "x"}, {})
    plant.application.answers["GET /orders"] = (200, [{"id": 1}], {})
    plant.application.answers[place] = in_turn(late, answer)

    job = run(plant, {"relativeURI": "/orders"})

    assert (job["status"], job["numError"]) == ("completed", 0)
    assert len(plant.sent()) == (1 if place.startswith("GET") else 2)


def test_a_connection_may_name_another_status_and_header(plant):
    limits = {"rateLimit": {"failStatusCode": 503}, "retryHeader": "X-Wait"}
    plant.application.answers["GET /orders"] = in_turn(
        (503, {}, {"X-Wait": "0"}), (200, [{"id": 1}], {})
    )
    export = plant.export(_connectionId=plant.http(**limits))

    assert plant.run(plant.flow(export, [plant.import_()]))["numError"] == 0


def test_a_lookup_of_an_application_that_is_not_here_uses_its_mock_output(plant):
    lookup = plant.mocked({"name": "Ann"}, isLookup=True)
    mapping = {"fields": [{"extract": "data[0].name", "generate": "name"}], "lists": []}
    step = {"type": "export", "_exportId": lookup, "responseMapping": mapping}
    last = {"type": "import", "_importId": plant.import_()}

    job = plant.run(plant.flow(plant.mocked({"id": 1}), [step, last]))

    assert job["numError"] == 0
    assert plant.sent() == [{"id": 1, "name": "Ann"}]


@pytest.mark.parametrize(("value", "sent"), [("", {}), ("1", {"o": "1"})])
def test_a_mapping_can_leave_out_what_is_empty(plant, value, sent):
    line = {"extract": "x", "generate": "o", "conditional": {"when": "extract_not_empty"}}
    import_ = plant.import_(mapping={"fields": [line], "lists": []})

    plant.run(plant.flow(plant.mocked({"x": value}), [import_]))

    assert plant.sent() == [sent]


def test_later_pages_may_be_asked_for_and_read_in_another_way(plant):
    plant.application.answers["GET /orders"] = (
        200,
        {"first": {"next": "t2"}, "all": [{"id": 1}]},
        {},
    )
    plant.application.answers["GET /more"] = in_turn(
        (200, {"next": "t3", "rest": [{"id": 2}]}, {}), (200, {"rest": [{"id": 3}]}, {})
    )
    paging = {
        "method": "token",
        "path": "first.next",
        "pathAfterFirstRequest": "next",
        "relativeURI": "/more?token={{export.http.paging.token}}",
        "resourcePath": "rest",
    }

    run(plant, {"relativeURI": "/orders", "paging": paging, "response": {"resourcePath": "all"}})

    assert asked(plant, "/more") == ["/more?token=t2", "/more?token=t3"]
    assert [body["id"] for body in plant.sent()] == [1, 2, 3]


def test_a_legacy_export_pages_too(plant):
    plant.application.answers["GET /orders"] = in_turn(
        (200, {"next": "/orders?after=1", "all": [{"id": 1}]}, {}), (200, {"all": [{"id": 2}]}, {})
    )
    rest = {"relativeURI": "/orders", "method": "GET", "resourcePath": "all"}
    rest |= {"pagingMethod": "nextpageurl", "nextPagePath": "next"}
    export = plant.export(http=None, rest=rest)

    plant.run(plant.flow(export, [plant.import_()]))

    assert asked(plant) == ["/orders", "/orders?after=1"]
    assert [body["id"] for body in plant.sent()] == [1, 2]


def test_a_router_may_lead_on_from_all_of_its_branches(plant):
    first = {
        "id": "one",
        "branches": [{"name": "all", "pageProcessors": []}],
        "nextRouterId": "two",
    }
    steps = [{"type": "import", "_importId": plant.import_()}]
    second = {"id": "two", "branches": [{"name": "all", "pageProcessors": steps}]}

    plant.run(plant.flow(plant.mocked({"id": 1}), [], pageProcessors=None, routers=[second, first]))

    assert plant.sent() == [{"id": 1}]


def test_a_branching_function_may_answer_names(plant):
    script = plant.script("function choose (options) { return [options.record.to] }")
    names = ("left", "right")
    branches = [
        {
            "name": name,
            "pageProcessors": [{"type": "import", "_importId": plant.import_(f"/{name}")}],
        }
        for name in names
    ]
    router = {"id": "one", "routeRecordsUsing": "script", "branches": branches}
    router["script"] = {"_scriptId": script, "function": "choose"}
    records = [{"to": "right"}, {"to": "left"}, {"to": "right"}]

    plant.run(plant.flow(plant.mocked(*records), [], pageProcessors=None, routers=[router]))

    assert [len(plant.sent(f"/{name}")) for name in names] == [1, 2]


def test_an_import_may_know_its_records_by_a_key_of_its_own(plant):
    plant.application.answers["POST /items"] = (422, {}, {})
    import_ = plant.import_(traceKeyTemplate="{{uppercase record.name}}-{{record.id}}")
    flow = plant.flow(plant.mocked({"id": 1, "name": "ann"}), [import_])

    plant.run(flow)

    (error,) = plant.errors(flow, import_)
    assert error["traceKey"] == "ANN-1"


def test_a_single_export_of_another_flow_may_run_next(plant):
    wanted, other = plant.export(), plant.mocked({"id": 9})
    following = plant.flow([other, wanted], [plant.import_("/after")])
    starts = [{"_flowId": following, "_exportId": other}]

    plant.run(plant.flow(plant.export(), [plant.import_()], _runNextExportIds=starts))
    plant.drain()

    assert plant.sent("/after") == [{"id": 9}]
