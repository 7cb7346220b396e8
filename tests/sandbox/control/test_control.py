"""What tests and benchmarks read from the sandbox."""

import pytest

from tests.sandbox.plain import Api, code


def test_counters_tell_routes_statuses_accounts_and_tokens(sandbox, customer, control):
    control.post("/reset_counters")
    made = customer.create("scripts", content="1")
    customer.get(f"/scripts/{made['_id']}")
    customer.get("/scripts/none")
    customer.get("/nowhere")

    counters = control.get("/counters").json()

    assert counters["requests"] == 4
    assert counters["by_route"] == {
        "POST /scripts": 1,
        "GET /scripts/{id}": 2,
        "unknown": 1,
    }
    assert counters["by_status"] == {"201": 1, "200": 1, "404": 2}
    assert counters["by_account"] == {sandbox.accounts[0].account_id: 4}
    assert counters["by_token"] == {"account": 4}
    assert 1 <= counters["peak_per_second"] <= 4


def test_function_calls_and_one_time_tokens_are_counted(api, control, customer, stack, install):
    identity = install()
    stack.functions["step"] = lambda options: api(options["bearerToken"]).get("/flows") and None
    control.post("/reset_counters")

    customer.put(f"/integrations/{identity}/installer/step", {})

    counters = control.get("/counters").json()
    assert counters["function_calls"] == {"step": 1}
    assert counters["by_token"] == {"account": 1, "one_time": 1}
    kinds = [document["kind"] for document in control.get("/log?limit=3").json()]
    assert kinds == ["request", "function", "request"]


def test_the_log_can_be_asked_for_an_account_and_a_path(sandbox, api, customer, control):
    customer.get("/imports")
    api(sandbox.accounts[1].token).get("/imports")
    account = sandbox.accounts[1].account_id

    (entry,) = control.get(f"/log?limit=1&account={account}&path=imports").json()

    assert entry.pop("at") > 0
    assert entry.pop("ms") >= 0
    assert entry == {
        "kind": "request",
        "method": "GET",
        "path": "/v1/imports",
        "status": 200,
        "account_id": account,
        "token": "account",
        "fault": None,
    }


def test_more_accounts_can_be_opened(sandbox, api, control):
    (added,) = control.post("/accounts", {"count": 1}).json()["accounts"]

    assert added["email"].startswith("customer-")
    assert api(added["token"]).get("/tokenInfo").json()["_userId"] == added["user_id"]


def test_everything_of_an_account_can_be_audited(sandbox, api, control):
    client = api(sandbox.accounts[2].token)
    made = client.create("flows")

    documents = control.get(f"/accounts/{sandbox.accounts[2].account_id}/documents").json()

    assert documents["flows"] == [made]


def test_it_says_that_it_is_ready(control):
    assert control.get("/ready").json()["ready"] is True


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/nowhere", None, (404, "not_found")),
        ("GET", "/accounts/none/documents", None, (404, "not_found")),
        ("POST", "/clock", {"advance_seconds": -1}, (422, "invalid_field")),
        ("POST", "/limits", {"bucket": "big"}, (422, "invalid_field")),
        ("POST", "/faults", [1], (400, "invalid_json")),
        ("POST", "/accounts/none/jobs", {"type": "flow"}, (404, "not_found")),
        ("POST", "/accounts/{account}/jobs", {}, (422, "missing_required_field")),
        ("POST", "/accounts/{account}/jobs", {"type": 5}, (422, "invalid_field")),
        ("POST", "/accounts/{account}/errors", {"_flowId": "x"}, (422, "invalid_field")),
        ("POST", "/logs", {"about": ["weather"]}, (422, "invalid_field")),
        ("GET", "/files/none/a.zip", None, (403, "forbidden")),
    ],
)
def test_a_mistaken_control_request_is_told_so(sandbox, control, method, path, body, expected):
    path = path.format(account=sandbox.accounts[0].account_id)
    assert code(control(method, path, body)) == expected


def test_outside_of_the_api_there_is_nothing(sandbox, customer):
    client = Api(sandbox.base_url.removesuffix("/v1"), sandbox.accounts[0].token)

    assert code(client.get("/")) == (404, "not_found")
    assert code(client.get("/v2/exports")) == (404, "not_found")
    client.close()
