"""Exports that would never come to an end are told so before the platform gives up on them."""

from typing import Any

import orjson
import pytest

from connector_kit.extension import Dispatcher, FunctionCall, FunctionModule, Registry
from connector_kit.extension.contracts.loops import Loops

EXPORT = {"connection": {"_id": "c", "encrypted": {}, "unencrypted": {}}, "_exportId": "e"}


@pytest.fixture
def loops() -> Loops:
    return Loops(most_exports=2)


def times(loops: Loops, given: Any = None, *, export: str = "e", **page: Any) -> int:
    options = {**EXPORT, "_exportId": export, "bearerToken": object()}
    if given is not None:
        options["state"] = given
    return loops.times(options, {"data": [1], **page})


def test_the_sixth_time_is_one_too_many() -> None:
    module = FunctionModule(wrappers={"f": lambda _: {"data": [1]}})
    dispatcher = Dispatcher(Registry(diy=module))
    options = {**EXPORT, "_exportId": "endless", "type": "all"}
    call = FunctionCall(diy=True, type="wrapper", function="f", options=options)

    answers = [dispatcher.dispatch(call) for _ in range(7)]

    assert [answer.status for answer in answers] == [200] * 5 + [422] * 2
    assert orjson.loads(answers[5].body)["errors"] == [
        {
            "code": "invalid_extension_response",
            "message": (
                "export must return lastPage, or a state that leads to another page, but "
                'returned the same page 6 times. Return {"data": [...], "lastPage": true}, or '
                "lastPage false and the state for the next call."
            ),
        }
    ]


def test_the_page_that_led_to_a_state_counts(loops: Loops) -> None:
    assert times(loops, None, state=1) == 0
    assert [times(loops, 1, state=1) for _ in range(3)] == [2, 3, 4]


def test_another_page_between_them_begins_anew(loops: Loops) -> None:
    first = [times(loops) for _ in range(3)]

    assert times(loops, data=[2]) == 1
    assert (first, times(loops)) == ([1, 2, 3], 1)


ENDS = {
    "lastPage": {"lastPage": True},
    "connectionOffline": {"connectionOffline": True},
    "another state": {"state": {"page": 2}},
}


@pytest.mark.parametrize("page", ENDS.values(), ids=ENDS.keys())
def test_what_leads_elsewhere_is_no_loop(loops: Loops, page: dict[str, Any]) -> None:
    times(loops)

    assert times(loops, **page) == 0
    assert times(loops) == 1


SINGLE = {"a test": {"type": "test"}, "a lookup": {"data": [{"id": 1}]}}


@pytest.mark.parametrize("options", SINGLE.values(), ids=SINGLE.keys())
def test_calls_that_come_once_are_no_loop(loops: Loops, options: dict[str, Any]) -> None:
    assert [loops.times({**EXPORT, **options}, {"data": []}) for _ in range(9)] == [0] * 9


def test_exports_are_counted_each_by_itself(loops: Loops) -> None:
    both = [times(loops, export=name) for name in ("a", "b", "a", "b")]

    assert both == [1, 1, 2, 2]


def test_only_so_many_exports_are_remembered(loops: Loops) -> None:
    for name in ("a", "b", "c"):
        times(loops, export=name)

    assert [times(loops, export=name) for name in ("c", "a")] == [2, 1]


def test_a_page_that_cannot_be_written_is_left_to_the_check_for_that(loops: Loops) -> None:
    assert [times(loops, data=[{1: "no text as key"}]) for _ in range(9)] == [0] * 9
