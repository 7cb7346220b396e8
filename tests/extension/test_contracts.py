"""Hooks that must answer one for one are held to it before the platform sees their answer."""

from typing import Any

import orjson
import pytest

from connector_kit.extension import FunctionCall, FunctionModule, Registry, dispatch

PRE_MAP = {"_importId": "m", "data": [{"id": 1}, {"id": 2}]}
POST_MAP = {"_importId": "m", "preMapData": [1, 2], "postMapData": [1, 2]}
POST_SUBMIT = {**POST_MAP, "responseData": [{"statusCode": 200}, {"statusCode": 422}]}
POST_RESPONSE_MAP = {"postResponseMapData": [1, 2], "responseData": [{}, {}]}


def answer(options: dict[str, Any], returned: Any, type_: str | None = "hook") -> Any:
    module = FunctionModule(
        hooks={"f": lambda _: returned},
        wrappers={"f": lambda _: returned},
        flat={"f": lambda _: returned},
    )
    call = FunctionCall(connector_id="c", type=type_, function="f", options=options)
    return dispatch(call, Registry(connectors={"c": module}))


SAME_LENGTH = {
    "preMap": (PRE_MAP, "data"),
    "postMap": (POST_MAP, "postMapData"),
    "postSubmit": (POST_SUBMIT, "responseData"),
    "postResponseMap": (POST_RESPONSE_MAP, "postResponseMapData"),
}


@pytest.mark.parametrize("type_", ["hook", None], ids=["1.0", "2.0"])
@pytest.mark.parametrize(("kind", "case"), SAME_LENGTH.items(), ids=SAME_LENGTH.keys())
@pytest.mark.parametrize(
    ("returned", "described"),
    [([{}], "1"), ([{}] * 3, "3"), (None, "nothing"), ({"data": []}, "a dict")],
    ids=["too few", "too many", "nothing", "no list"],
)
def test_another_number_of_entries_is_refused_with_the_reason(
    kind: str,
    case: tuple[dict[str, Any], str],
    returned: Any,
    described: str,
    type_: str | None,
) -> None:
    options, counted = case
    refused = answer(options, returned, type_)

    [error] = orjson.loads(refused.body)["errors"]
    assert (refused.status, error["code"]) == (422, "invalid_extension_response")
    assert error["message"].startswith(
        f"{kind} must return one entry for each of the 2 in {counted}, in the same order, "
        f"but returned {described}. Return "
    )


@pytest.mark.parametrize("case", SAME_LENGTH.values(), ids=SAME_LENGTH.keys())
def test_as_many_entries_as_came_in_are_let_through(case: tuple[dict[str, Any], str]) -> None:
    assert answer(case[0], [{}, {"errors": []}]).status == 200
    assert answer(case[0], ({}, {})).status == 200


FREE = {
    "preSavePage may drop records": {
        "_exportId": "e",
        "data": [1, 2],
        "errors": [],
        "pageIndex": 0,
        "preview": False,
    },
    "a page processor's export is no import": {"_exportId": "e", "data": [1, 2]},
    "postAggregate": {"_importId": "m", "postAggregateData": {"success": True}},
    "an import wrapper of 2.0": {**POST_MAP, "connection": {"unencrypted": {}}},
    "preSave": {"newResource": {}, "oldResource": {}},
    "data that is no list": {"_importId": "m", "data": "text"},
}


@pytest.mark.parametrize("options", FREE.values(), ids=FREE.keys())
def test_other_functions_answer_what_they_like(options: dict[str, Any]) -> None:
    assert answer(options, {"data": [1]}, None).status == 200


def test_a_wrapper_is_no_hook() -> None:
    assert answer(POST_MAP, [], "wrapper").status == 200
