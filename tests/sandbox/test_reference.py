"""Every route of the reference is answered."""

import re
from pathlib import Path

import pytest

from connector_kit.sandbox.control import routes as control
from connector_kit.sandbox.http.routing import Router, split
from connector_kit.sandbox.routes import router, routes
from tests.sandbox.plain import code

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"
HTTP_API = Path(__file__).parents[3] / "shared" / "protocol" / "http-api.md"
METHODS_AND_PATH = re.compile(
    r"((?:\b(?:GET|POST|PUT|PATCH|DELETE)\b(?:, | or | \([^)]*\)|\s)*)+)`(/[^`]*)`"
)
NO_ROUTES = {"/{apiIdentifier}"}
"""Answered by their form, not by the table."""
METHODS = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\b")
OF_AN_INTEGRATION = "8. Life of an installed connector"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/e1a2b3c4d5", "There is no exports e1a2b3c4d5."),
        ("/i9f8e7d6c5", "There is no imports i9f8e7d6c5."),
        ("/e-mails", "There is no route GET /v1/e-mails."),
        ("/exports/a/b/c/d", "There is no route GET /v1/exports/a/b/c/d."),
    ],
)
def test_an_api_identifier_is_a_route_and_an_unknown_path_is_none(customer, path, expected):
    answer = customer.get(path)

    assert code(answer) == (404, "not_found")
    assert answer.json()["errors"][0]["message"] == expected


def test_no_line_of_the_table_hides_another():
    table = router()

    hidden = [
        f"{route.method} {route.path}"
        for route in routes()
        if table.find(route.method, split(route.path)).route != f"{route.method} {route.path}"
    ]

    assert hidden == []


def test_a_literal_word_goes_before_a_variable_whichever_came_first():
    table = Router()
    table.add("GET", "/flows/{id}", "one")
    table.add("GET", "/flows/latest", "latest")
    table.add("GET", "/{resource}/{id}/state", "state")

    assert table.find("GET", ["flows", "latest"]).target == "latest"
    assert table.find("GET", ["flows", "latest", "state"]).params == {
        "resource": "flows",
        "id": "latest",
    }
    assert table.find("POST", ["flows", "latest"]) is None


@pytest.mark.skipif(not HTTP_API.exists(), reason="the protocol reference is not here")
def test_the_table_knows_every_route_of_the_reference():
    table = router()

    unknown = [
        (method, path)
        for method, path in _routes_of_the_reference(HTTP_API.read_text())
        if table.find(method, split(path)) is None
    ]

    assert unknown == []


def test_the_reference_is_read_well_enough_to_prove_that():
    text = """
## 6. Flows
| Method, path | OK |
| GET, POST `/flows`; GET, PUT `/flows/{id}` | 200 |
## 8. Life of an installed connector
| POST `/integrations/{connectorId}/install` (the path) | 200 |
| PUT `/installer/{fn}` for an add-on | 200 |
"""

    assert [*_routes_of_the_reference(text)] == [
        ("GET", "/flows"),
        ("POST", "/flows"),
        ("GET", "/flows/{id}"),
        ("PUT", "/flows/{id}"),
        ("POST", "/integrations/{connectorId}/install"),
        ("PUT", "/integrations/{id}/installer/{fn}"),
    ]


def _routes_of_the_reference(text):
    """Yield methods with the path in backticks after them, in the first column of each table."""
    section = ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        if line.startswith("| ") and int(section.split(".")[0]) >= 4:
            cell = line.split("|")[1]
            for methods, path in METHODS_AND_PATH.findall(cell):
                if path not in NO_ROUTES:
                    yield from ((item, _whole(path, section)) for item in METHODS.findall(methods))


def _whole(path, section):
    """The path as it is asked: with its beginning, without its query, for one resource type."""
    path = (
        path.split("?")[0]
        .replace("{resourceType}", "imports")
        .replace("{type}/{id}/cl", "flows/{id}/cl")
    )
    is_short = section == OF_AN_INTEGRATION and not path.startswith(
        ("/integrations/", "/connectors/")
    )
    return "/integrations/{id}" + path if is_short else path


def test_the_page_names_all_that_is_not_simulated_and_every_route_of_its_own():
    text = PAGE.read_text()

    reasons = {reason for route in routes() for reason in route.unless}
    rows = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")}

    assert reasons <= rows
    assert all(f"`{method} {path}`" in text for method, path, _ in control.ROUTES)
