"""The table of endpoints: what is missing is said, whoever it is missing from."""

import pytest

from tests.integrator import calls
from tests.integrator.calls.case import Sent, case
from workshop.coverage.endpoints import Endpoint, Finder, endpoints
from workshop.coverage.exercise import exercise
from workshop.coverage.reference import unlisted

FLOWS = Endpoint("6", "A", "GET", "/flows")
LATEST = Endpoint("6", "N", "GET", "/flows/{id}/jobs/latest")
ERRORS = Endpoint("6.1", "N", "GET", "/flows/{id}/{step}/errors")
RUN = Endpoint("6", "A", "POST", "/flows/{id}/run")


@pytest.fixture
def cases(monkeypatch):
    made = []
    monkeypatch.setattr(calls, "CASES", made)
    return made


def test_every_endpoint_of_the_reference_is_listed_once():
    listed = [str(endpoint) for endpoint in endpoints()]

    assert len(listed) == len(set(listed)) > 200


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/flows", FLOWS),
        ("GET", "/flows/64f1/jobs/latest", LATEST),
        ("GET", "/flows/64f1/64d1/errors", ERRORS),
        ("POST", "/flows", None),
        ("GET", "/flows/64f1", None),
    ],
)
def test_a_request_belongs_to_one_endpoint(method, path, found):
    assert Finder([ERRORS, LATEST, FLOWS, RUN]).find(method, path) == found


@pytest.mark.parametrize(
    "known", [("/jobs/{id}", "/jobs/current"), ("/jobs/current", "/jobs/{id}")]
)
def test_a_word_goes_before_a_variable(known):
    finder = Finder(Endpoint("11", "A", "GET", item) for item in known)

    assert finder.find("GET", "/jobs/current").path == "/jobs/current"
    assert finder.find("GET", "/jobs/64b1").path == "/jobs/{id}"


def test_a_method_covers_what_it_was_seen_to_call(cases):
    cases.append(
        case(
            "errors are listed",
            lambda c: list(c.flows.step("64f1", "64d1").open()),
            {"errors": []},
            "GET /flows/64f1/64d1/errors",
            [],
        )
    )

    seen = exercise([FLOWS, ERRORS])

    assert [(use.method, use.test) for use in seen.of(ERRORS)] == [
        ("flows.step(…).open", "errors are listed")
    ]
    assert seen.of(FLOWS) == []
    assert seen.problems == ()


def test_a_call_beside_the_reference_is_shown_as_such(cases):
    cases.append(case("agents", lambda c: list(c.resource("agents").list()), [], "GET /agents", []))

    assert exercise([FLOWS]).beside == ("GET /v1/agents",)


@pytest.mark.parametrize(
    ("wanted", "answer"), [(Sent("GET /flows"), ["another"]), (Sent("GET /other"), [])]
)
def test_a_test_that_fails_covers_nothing_and_is_said(cases, wanted, answer):
    cases.append(case("flows", lambda c: list(c.flows.list()), [], wanted, answer))

    seen = exercise([FLOWS])

    assert seen.of(FLOWS) == []
    assert "The test 'flows' fails" in seen.problems[0]


REFERENCE = r"""
## 6. Flows
| Method, path | OK | Answer |
|---|---|---|
| GET, POST `/flows`; PUT `/flows/{flowId}` | 200 | see POST `/flows/{id}/run` |
| GET `/flows/{id}/debug?type=a\|b` and `/debug/{step}` | 200 | |
| GET `/{type}/{id}/clone/preview` | 200 | |
## 8. Installed
| PUT `/installer/{fn}` | 200 | |
"""


def listing(*lines: str) -> list[Endpoint]:
    return [Endpoint("0", "A", *line.split()) for line in lines]


WHOLE = (
    "GET /flows",
    "POST /flows",
    "PUT /flows/{id}",
    "POST /flows/{id}/run",
    "GET /flows/{id}/debug",
    "GET /flows/{id}/debug/{exportId}",
    "GET /exports/{id}/clone/preview",
    "PUT /integrations/{id}/installer/{fn}",
)


def test_a_list_that_has_everything_lacks_nothing():
    assert unlisted(REFERENCE, listing(*WHOLE)) == []


@pytest.mark.parametrize("line", WHOLE)
def test_what_the_reference_has_and_the_list_has_not_is_said_with_its_line(line):
    rest = [name for name in WHOLE if name != line]

    (missing,) = unlisted(REFERENCE, listing(*rest))

    assert missing.startswith(line.split("/")[0])
    assert "(line " in missing
