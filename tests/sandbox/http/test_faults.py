"""The sandbox misbehaves when it is told to."""

import pytest
import requests

from connector_kit.sandbox.http.faults import KINDS, Faults, Misfortune
from tests.sandbox.plain import code


@pytest.fixture
def faults(control):
    def tell(*kinds, rate=1, **more):
        answer = control.post("/faults", {"rate": rate, "kinds": [*kinds], **more})
        assert answer.status_code == 200, answer.text

    return tell


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("429", (429, "rate_limit_exceeded")),
        ("500", (500, "internal_error")),
        ("503", (503, "internal_error")),
    ],
)
def test_an_error_is_answered_instead_of_the_request(customer, faults, kind, expected):
    before = len(customer.get("/templates").json())
    faults(kind)

    assert code(customer.post("/templates", {"name": "x"})) == expected

    faults(rate=0)
    assert len(customer.get("/templates").json()) == before


@pytest.mark.parametrize(("kind", "made"), [("drop", 0), ("timeout", 0), ("lost_answer", 1)])
def test_the_connection_ends_without_an_answer(customer, faults, kind, made):
    before = len(customer.get("/templates").json())
    faults(kind, timeout_seconds=0.01)

    with pytest.raises(requests.ConnectionError):
        customer.post("/templates", {"name": "x"})

    faults(rate=0)
    assert len(customer.get("/templates").json()) == before + made


def test_a_slow_answer_is_a_right_one(customer, faults):
    faults("slow", slow_seconds=0.05)

    answer = customer.get("/tokenInfo")

    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.05


def test_faults_strike_chosen_requests_only(sandbox, api, customer, faults):
    faults("500", paths="/exports", methods=["GET"], accounts=[sandbox.accounts[0].account_id])

    assert customer.get("/exports").status_code == 500
    assert customer.get("/imports").status_code == 200
    assert customer.post("/exports", {}).status_code == 422
    assert api(sandbox.accounts[1].token).get("/exports").status_code == 200


def test_faults_can_be_kept_to_what_connectors_ask(api, customer, stack, install, faults):
    identity = install()
    stack.functions["step"] = lambda options: (
        api(options["bearerToken"]).get("/exports").status_code
    )
    faults("500", tokens=["one_time"])

    assert customer.get("/exports").status_code == 200
    assert customer.put(f"/integrations/{identity}/installer/step", {}).json() == 500


def test_one_request_can_be_chosen_to_go_wrong(sandbox, api, customer, faults):
    account = sandbox.accounts[0].account_id
    faults("500", accounts=[account], methods=["GET"], skip=2, limit=1)
    api(sandbox.accounts[1].token).get("/exports")
    customer.post("/templates", {"name": "x"})

    statuses = [customer.get("/exports").status_code for _ in range(5)]

    assert statuses == [200, 200, 500, 200, 200]


def test_faults_told_anew_are_counted_anew(customer, faults):
    for _ in range(2):
        faults("503", limit=2)
        assert [customer.get("/exports").status_code for _ in range(3)] == [503, 503, 200]


def test_writes_are_refused_where_that_is_asked_for(customer, faults):
    faults("422")

    assert code(customer.post("/templates", {"name": "x"})) == (422, "invalid_field")
    assert customer.get("/templates").status_code == 200


@pytest.mark.parametrize(
    ("kind", "calls", "succeeds"),
    [("twice", 2, True), ("drop", 0, False), ("late", 1, True), ("lost_answer", 1, False)],
)
def test_calls_of_a_stack_come_twice_late_or_never(
    customer, stack, install, faults, kind, calls, succeeds
):
    identity = install()
    made = []
    stack.functions["step"] = lambda options: made.append(options["bearerToken"]) or {"ok": True}
    faults(
        rate=0, stack_rate=1, stack_kinds=[kind], stack_functions=["step"], stack_delay_seconds=0
    )

    answer = customer.put(f"/integrations/{identity}/installer/step", {})

    assert (answer.status_code == 200) is succeeds
    assert len(made) == len(set(made)) == calls


def test_the_platform_may_hang_up_on_a_function_that_still_runs(
    api, customer, control, stack, install, faults
):
    identity = install()
    kept = []

    def work(options):
        kept.append(options["bearerToken"])
        control.session.close()

    faults(rate=0, stack_rate=1, hang_up_seconds=0)
    stack.functions["step"] = work

    answer = customer.put(f"/integrations/{identity}/installer/step", {})

    assert code(answer) == (422, "invalid_extension_response")
    assert control.get("/counters").json()["faults"]["stack_hang_up"] >= 1


def test_every_fault_is_counted_by_its_kind(customer, control, faults):
    control.post("/reset_counters")
    faults("500")
    customer.get("/tokenInfo")

    counters = control.get("/counters").json()

    assert counters["faults"] == {"500": 1}
    assert counters["faults_injected"] == 1
    assert control.get("/log?limit=1").json()[0]["fault"] == "500"


def test_with_a_seed_the_same_faults_are_drawn_again():
    faults = Faults(rate=0.5, kinds=KINDS, seed=7)

    draws = [
        [misfortune.strikes("POST", "/v1/exports", "a", "account") for _ in range(50)]
        for misfortune in (Misfortune(faults), Misfortune(faults))
    ]

    assert draws[0] == draws[1]
    assert {*draws[0]} == {None, *KINDS}


def test_a_lost_answer_of_a_read_is_a_dropped_one():
    misfortune = Misfortune(Faults(rate=1, kinds=("lost_answer",)))

    assert misfortune.strikes("GET", "/v1/exports", "a", "account") == "drop"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kinds": ["earthquake"]},
        {"rate": 2},
        {"stack_rate": -1},
        {"paths": "("},
        {"sort": "x"},
        {"rate": "often"},
        {"slow_seconds": -1},
        {"tokens": ["of gold"]},
        {"skip": -1},
        {"limit": "few"},
    ],
)
def test_faults_that_make_no_sense_are_refused(control, wrong):
    assert code(control.post("/faults", wrong)) == (422, "invalid_field")
    assert control.get("/faults").json()["rate"] == 0
