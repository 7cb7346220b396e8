"""Running exports against an application on this machine (protocol/http-api.md#41, #5)."""

import pytest

from tests.sandbox.plain import Failure, code


@pytest.fixture
def connection(customer, application):
    http = {"baseURI": application.uri, "mediaType": "json"}
    return customer.connection(http=http)["_id"]


@pytest.fixture
def pages(customer, connection):
    """Fetch all pages of a virtual export, one after the other."""

    def run(**export):
        body = {"export": {"asynchronous": True, **export}}
        found = []
        while True:
            answer = customer.post(f"/connections/{connection}/export/pages", body)
            assert answer.status_code == 200, answer.text
            found.append(answer.json()["data"])
            body["pagedExportState"] = answer.json()["pagedExportState"]
            if body["pagedExportState"]["done"]:
                return found

    return run


def _numbered(request):
    """Three pages of two, by a number in the query."""
    number = int(request["path"].split("=")[-1])
    return 200, [number * 10, number * 10 + 1] if number <= 3 else [], {}


def test_pages_follow_each_other_until_done(application, pages):
    application.answers["/orders"] = _numbered
    http = {
        "relativeURI": "/orders?page={{export.http.paging.page}}",
        "paging": {"method": "page", "page": 1},
    }

    assert pages(http=http) == [[10, 11], [20, 21], [30, 31], []]


def test_a_page_of_the_application_is_cut_to_the_callers_size(application, pages):
    application.answers["/orders"] = (200, [1, 2, 3, 4, 5], {})

    assert pages(pageSize=2, http={"relativeURI": "/orders"}) == [[1, 2], [3, 4], [5]]


def test_the_state_names_the_next_page_and_is_signed(customer, application, connection):
    application.answers["/orders"] = (200, [1, 2, 3], {})
    path = f"/connections/{connection}/export/pages"
    export = {"asynchronous": True, "pageSize": 2, "http": {"relativeURI": "/orders"}}

    state = customer.post(path, {"export": export}).json()["pagedExportState"]

    assert (state["pageIndex"], state["pageSize"], state["done"]) == (2, 2, False)
    assert len(state["sig"]) == 64
    assert state["issuedAt"] > 1_700_000_000
    changed = {"export": export, "pagedExportState": {**state, "pageIndex": 7}}
    other = {"export": {**export, "pageSize": 3}, "pagedExportState": state}
    for body in (changed, other):
        assert code(customer.post(path, body)) == (422, "invalid_field")
    last = customer.post(path, {"export": export, "pagedExportState": state}).json()
    assert last["pagedExportState"]["done"] is True
    again = {"export": export, "pagedExportState": last["pagedExportState"]}
    assert code(customer.post(path, again)) == (422, "invalid_field")


PAGINGS = {
    "skip": (
        {"relativeURI": "/o?from={{export.http.paging.skip}}", "paging": {"method": "skip"}},
        lambda request: (200, [1, 2] if request["path"].endswith("=0") else [], {}),
    ),
    "token": (
        {
            "relativeURI": "/o?token={{export.http.paging.token}}",
            "paging": {"method": "token", "path": "next"},
            "response": {"resourcePath": "data"},
        },
        lambda request: (
            200,
            {"data": [1, 2], "next": "" if request["path"].endswith("=b") else "b"},
            {},
        ),
    ),
    "link header": (
        {"relativeURI": "/o", "paging": {"method": "linkheader"}},
        lambda request: (
            200,
            [1, 2],
            {} if "2" in request["path"] else {"Link": '</o?page=2>; rel="next"'},
        ),
    ),
    "address": (
        {
            "relativeURI": "/o",
            "paging": {"method": "url", "path": "more"},
            "response": {"resourcePath": "data"},
        },
        lambda request: (
            200,
            {"data": [1, 2], **({} if "2" in request["path"] else {"more": "/o?page=2"})},
            {},
        ),
    ),
    "last page": (
        {
            "relativeURI": "/o?page={{export.http.paging.page}}",
            "paging": {
                "method": "page",
                "page": 1,
                "lastPagePath": "last",
                "lastPageValues": ["true"],
            },
            "response": {"resourcePath": "data"},
        },
        lambda request: (200, {"data": [1, 2], "last": request["path"].endswith("2")}, {}),
    ),
}


@pytest.mark.parametrize("row", PAGINGS.values(), ids=PAGINGS.keys())
def test_the_next_page_is_found(customer, application, connection, row):
    http, answer = row
    application.answers["/o"] = answer

    found = customer.post(f"/connections/{connection}/export", {"export": {"http": http}})

    assert found.json()["data"] in ([1, 2, 1, 2], [1, 2])
    assert len(application.requests) == 2


def test_the_same_page_again_and_again_is_left(customer, application, connection):
    http = {"relativeURI": "/o", "paging": {"method": "linkheader"}}
    application.answers["/o"] = lambda _: (
        200,
        [1],
        {"Link": f'</o?n={len(application.requests)}>; rel="next"'},
    )

    found = customer.post(f"/connections/{connection}/export", {"export": {"http": http}})

    assert found.json()["data"] == [1] * 6


def test_an_error_of_the_application_is_passed_on(customer, application, connection):
    application.answers["/orders"] = (500, {"error": {"text": "out of order"}}, {})
    http = {"relativeURI": "/orders", "response": {"errorPath": "error.text"}}

    answer = customer.post(f"/connections/{connection}/export", {"export": {"http": http}})

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"code": "500", "message": "out of order", "source": "application"}
    ]


def test_a_success_that_does_not_look_like_one_is_an_error(customer, application, connection):
    application.answers["/orders"] = (200, {"ok": False}, {})
    http = {"relativeURI": "/orders", "response": {"successPath": "ok", "successValues": ["true"]}}

    answer = customer.post(f"/connections/{connection}/export", {"export": {"http": http}})

    assert code(answer) == (422, "success_path")


def test_a_delta_export_asks_for_what_is_new(customer, application, connection):
    http = {"relativeURI": "/orders?since={{{lastExportDateTime}}}"}
    delta = {"startDate": "2026-01-01T00:00:00.000Z", "lagOffset": 60000}

    customer.post(
        f"/connections/{connection}/export",
        {"export": {"type": "delta", "delta": delta, "http": http}},
    )

    assert application.last["path"] == "/orders?since=2025-12-31T23:59:00.000Z"


def test_bodies_and_headers_are_filled_in(customer, application, connection):
    http = {
        "relativeURI": "/search",
        "method": "POST",
        "body": '{"tenant": "{{connection.name}}"}',
        "headers": [{"name": "X-Tenant", "value": "{{connection.name}}"}],
    }

    customer.post(f"/connections/{connection}/export", {"export": {"http": http}})

    assert application.last["body"] == {"tenant": "Shop"}
    assert application.last["headers"]["x-tenant"] == "Shop"


def test_a_helper_that_is_none_is_refused(customer, connection):
    http = {"relativeURI": "/orders?at={{midnight 'UTC'}}"}

    answer = customer.post(f"/connections/{connection}/export", {"export": {"http": http}})

    assert code(answer) == (422, "invalid_template")


def test_each_record_has_a_link_where_the_export_makes_one(customer, application, connection):
    application.answers["/orders"] = (200, [{"id": 1}, {"id": 2}], {})
    export = {
        "http": {"relativeURI": "/orders"},
        "dataURITemplate": "https://shop.example.com/{{record.id}}",
    }

    found = customer.post(f"/connections/{connection}/export", {"export": export}).json()

    assert found["dataURIs"] == ["https://shop.example.com/1", "https://shop.example.com/2"]


# Previews


def test_a_preview_shows_its_stages_without_secrets(customer, application):
    http = {"baseURI": application.uri, "mediaType": "json"}
    headers = [{"name": "X-Key", "value": "k3y"}]
    shop = customer.connection(http={**http, "headers": headers})["_id"]
    application.answers["/orders"] = (200, {"data": [1, 2, 3]}, {})
    export = {
        "name": "Orders",
        "_connectionId": shop,
        "http": {"relativeURI": "/orders", "response": {"resourcePath": "data"}},
        "test": {"limit": 2},
    }

    preview = customer.post("/exports/preview", export).json()

    assert preview["data"] == [1, 2]
    stages = {stage["name"]: stage for stage in preview["stages"]}
    assert [*stages] == ["request", "raw", "parse"]
    assert stages["request"]["data"][0]["url"] == f"{application.uri}/orders"
    assert stages["raw"]["data"][0]["statusCode"] == 200
    assert "k3y" not in str(stages["request"])
    assert application.last["headers"]["x-key"] == "k3y"


def test_a_preview_that_fails_tells_so_in_its_stage(customer, application, connection):
    application.answers["/orders"] = (404, {}, {})
    export = {"name": "x", "_connectionId": connection, "http": {"relativeURI": "/orders"}}

    answer = customer.post("/exports/preview", export)

    assert answer.status_code == 200
    assert answer.json()["data"] == []
    assert [error["code"] for error in answer.json()["stages"][-1]["errors"]] == ["404"]


# Hooks and wrappers


@pytest.fixture
def own_stack(customer, stack):
    return customer.create("stacks", type="server", server={"hostURI": stack.uri})["_id"]


def test_a_hook_runs_in_a_preview_and_is_told_so(
    customer, application, connection, stack, own_stack
):
    application.answers["/orders"] = (200, [{"paid": True}, {"paid": False}], {})
    stack.functions["keepPaid"] = lambda options: {
        "data": [document for document in options["data"] if document["paid"]],
        "errors": [],
        "abort": False,
    }
    hook = {"function": "keepPaid", "_stackId": own_stack, "configuration": {"status": "paid"}}
    export = {
        "name": "x",
        "_connectionId": connection,
        "http": {"relativeURI": "/orders"},
        "hooks": {"preSavePage": hook},
    }

    preview = customer.post("/exports/preview", export).json()

    assert preview["data"] == [{"paid": True}]
    assert preview["stages"][-1]["name"] == "preSavePage"
    assert (stack.last["diy"], stack.last["type"]) == (True, "hook")
    options = stack.last["options"]
    assert options["configuration"] == {"status": "paid"}
    assert (options["preview"], options["pageIndex"]) == (True, 0)
    assert options["_connectionId"] == connection


def test_a_hook_that_fails_fails_the_export(customer, application, connection, stack, own_stack):
    def fail(_):
        raise Failure("broken")

    stack.functions["keep"] = fail
    hooks = {"preSavePage": {"function": "keep", "_stackId": own_stack}}
    made = customer.create(
        "exports", _connectionId=connection, http={"relativeURI": "/orders"}, hooks=hooks
    )

    assert code(customer.post(f"/exports/{made['_id']}/invoke")) == (422, "broken")


def test_a_hook_may_stop_the_export(customer, application, connection, stack, own_stack):
    application.answers["/orders"] = _numbered
    stack.functions["stop"] = lambda options: {
        "data": options["data"],
        "errors": [],
        "abort": options["pageIndex"] == 1,
    }
    http = {
        "relativeURI": "/orders?page={{export.http.paging.page}}",
        "paging": {"method": "page", "page": 1},
    }
    hooks = {"preSavePage": {"function": "stop", "_stackId": own_stack}}
    made = customer.create("exports", _connectionId=connection, http=http, hooks=hooks)

    answer = customer.post(f"/exports/{made['_id']}/invoke")

    assert answer.json() == {"data": [10, 11, 20, 21]}


def test_the_token_of_a_hook_without_connector_may_only_invoke(
    api, customer, application, connection, stack, own_stack
):
    other = customer.create("exports", _connectionId=connection, http={"relativeURI": "/other"})
    seen = []

    def look(options):
        client = api(options["bearerToken"])
        seen.append(code(client.get("/exports")))
        seen.append(client.post(f"/exports/{other['_id']}/invoke").status_code)
        return {"data": [], "errors": [], "abort": False}

    stack.functions["look"] = look
    hooks = {"preSavePage": {"function": "look", "_stackId": own_stack}}
    made = customer.create(
        "exports", _connectionId=connection, http={"relativeURI": "/orders"}, hooks=hooks
    )

    customer.post(f"/exports/{made['_id']}/invoke")

    assert seen == [(403, "forbidden"), 200]


@pytest.fixture
def wrapper(customer, own_stack):
    own = {
        "_stackId": own_stack,
        "pingFunction": "ping",
        "encrypted": {"secret": "s3cret"},
        "unencrypted": {"tenant": "acme"},
    }
    return customer.create("connections", type="wrapper", wrapper=own)["_id"]


def test_a_wrapper_is_pinged_with_its_values_in_clear(customer, stack, wrapper):
    stack.functions["ping"] = lambda options: {
        "statusCode": 200 if options["connection"]["encrypted"]["secret"] == "s3cret" else 401
    }

    assert customer.get(f"/connections/{wrapper}/ping").json() == {"code": 200}
    assert stack.last["type"] == "wrapper"
    assert stack.last["options"]["connection"] == {
        "_id": wrapper,
        "encrypted": {"secret": "s3cret"},
        "unencrypted": {"tenant": "acme"},
    }


def test_a_wrapper_whose_ping_fails_is_offline(customer, stack, wrapper):
    errors = [{"code": "invalid_credentials", "message": "wrong"}]
    stack.functions["ping"] = lambda _: {"statusCode": 401, "errors": errors}

    answer = customer.post(f"/connections/{wrapper}/ping")

    assert answer.json() == {"code": 401, "errors": errors}
    assert customer.get(f"/connections/{wrapper}").json()["offline"] is True


def test_a_wrapper_exports_until_its_last_page_and_keeps_its_state(customer, stack, wrapper):
    def export(options):
        page = (options.get("state") or {"page": 0})["page"]
        return {"data": [page], "lastPage": page == 2, "state": {"page": page + 1}}

    stack.functions["read"] = export

    answer = customer.post(
        f"/connections/{wrapper}/export",
        {"export": {"wrapper": {"function": "read", "configuration": {"a": 1}}}},
    )

    assert answer.json()["data"] == [0, 1, 2]
    assert stack.last["options"]["configuration"] == {"a": 1}


def test_the_same_answer_again_and_again_is_an_endless_loop(customer, stack, wrapper):
    stack.functions["read"] = lambda _: {"data": [1], "lastPage": False}

    answer = customer.post(
        f"/connections/{wrapper}/export", {"export": {"wrapper": {"function": "read"}}}
    )

    assert answer.json()["data"] == [1] * 6


# Events


def test_an_event_starts_the_flows_that_wait_for_it(customer):
    listener = customer.create("exports", type="webhook")
    waiting, off = (
        customer.create(
            "flows", pageGenerators=[{"_exportId": listener["_id"]}], disabled=disabled
        )["_id"]
        for disabled in (False, True)
    )

    customer.post(f"/{listener['apiIdentifier']}", {"order": 1})

    (job,) = customer.get(f"/jobs?_flowId={waiting}&type=flow").json()
    assert job["createdAt"]
    assert customer.get(f"/jobs?_flowId={off}").json() == []
