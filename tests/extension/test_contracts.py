"""Results that the platform would fail for are refused with the reason and the way out."""

import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit import fail, flat, hook, ignore, keep, wrapper
from connector_kit.extension import (
    Dispatcher,
    ExtensionError,
    FunctionCall,
    FunctionModule,
    Registry,
)
from connector_kit.extension.contracts import check_contract

PRE_MAP = {"_importId": "m", "data": [{"id": 1}, {"id": 2}]}
POST_MAP = {"_importId": "m", "preMapData": [1, 2], "postMapData": [1, 2]}
POST_SUBMIT = {**POST_MAP, "responseData": [{"statusCode": 200}, {"statusCode": 422}]}
POST_RESPONSE_MAP = {"postResponseMapData": [1, 2], "responseData": [{}, {}]}
PAGE = {"_exportId": "e", "data": [1, 2], "errors": [], "pageIndex": 0, "preview": False}
CONNECTION = {"connection": {"_id": "c", "encrypted": {}, "unencrypted": {}}}


def answer(options: dict[str, Any], returned: Any, type_: str | None = "hook") -> Any:
    """What a call gets whose function, of no known kind, returns *returned*."""
    module = FunctionModule(
        hooks={"f": lambda _: returned},
        wrappers={"f": lambda _: returned},
        flat={"f": lambda _: returned},
    )
    call = FunctionCall(connector_id="c", type=type_, function="f", options=options)
    return Dispatcher(Registry(connectors={"c": module})).dispatch(call)


def refusal(mark: Any, options: dict[str, Any], returned: Any) -> str | None:
    """What is said of *returned* by a function marked by *mark*; None when nothing is."""
    module = FunctionModule.of({"f": mark(name="f")(lambda options: options)})
    [part, *_] = (place.partition(".")[0] for place in module)
    function = module.find("" if part == "flat" else part, "f")
    try:
        check_contract(FunctionCall(options=options), returned, function)
    except ExtensionError as refused:
        return f"{refused.code}: {refused.message}"
    return None


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
    "preSavePage may drop records": PAGE,
    "a page processor's export is no import": {"_exportId": "e", "data": [1, 2]},
    "postAggregate": {"_importId": "m", "postAggregateData": {"success": True}},
    "preSave": {"newResource": {}, "oldResource": {}},
    "a ping, or the first call of an export": {**CONNECTION, "_exportId": "e"},
    "data that is no list": {"_importId": "m", "data": "text"},
}


@pytest.mark.parametrize("options", FREE.values(), ids=FREE.keys())
def test_other_functions_answer_what_they_like(options: dict[str, Any]) -> None:
    assert answer(options, {"data": [1]}, None).status == 200


def test_a_wrapper_is_no_hook() -> None:
    assert answer(POST_MAP, [], "wrapper").status == 200


IMPORT = {**CONNECTION, "preMapData": [1, 2], "postMapData": [1, 2]}

TOLD_BY_THE_CALL = {
    "preSavePage": ("hook", PAGE, [1, 2], "preSavePage must return an object, "),
    "preSavePage, 2.0": (None, PAGE, None, "preSavePage must return an object, "),
    "import": ("wrapper", IMPORT, {}, "import must return one entry for each of the 2 in "),
    "import, 2.0": (None, IMPORT, {}, "import must return one entry for each of the 2 in "),
    "export with a type": ("wrapper", {**CONNECTION, "type": "all"}, [], "export must return an "),
    "export with a state": ("wrapper", {**CONNECTION, "state": 1}, [], "export must return an "),
    "preSave": (None, {"newResource": {}}, None, "preSave must return an object, "),
    "initChild": (None, {"parentIntegration": {}}, {}, "initChild must return an object with name"),
}


@pytest.mark.parametrize(
    ("type_", "options", "returned", "message"),
    TOLD_BY_THE_CALL.values(),
    ids=TOLD_BY_THE_CALL.keys(),
)
def test_the_kind_of_an_unmarked_function_is_told_by_what_it_is_called_with(
    type_: str | None, options: dict[str, Any], returned: Any, message: str
) -> None:
    refused = answer(options, returned, type_)

    assert refused.status == 422
    assert orjson.loads(refused.body)["errors"][0]["message"].startswith(message)


@pytest.mark.parametrize("type_", ["installer", "setting", "utility", 7, ["hook"]])
def test_functions_of_other_types_are_not_taken_for_hooks(type_: Any) -> None:
    check_contract(FunctionCall(type=type_, options=POST_MAP), None)


EXPORT = {**CONNECTION, "_exportId": "e"}
FORM = {"resource": {}, "license": {}}

REFUSED = {
    "preMap, records as they are": (
        hook.pre_map,
        PRE_MAP,
        PRE_MAP["data"],
        (
            "preMap must return entries with data, errors or nothing, "
            "but returned an object with id at index 0."
        ),
    ),
    "preMap, a word misspelled": (
        hook.pre_map,
        PRE_MAP,
        [{"data": 1}, {"data": 2, "error": []}],
        "but returned an object with data, error at index 1.",
    ),
    "preMap, an entry that is no object": (
        hook.pre_map,
        PRE_MAP,
        [{"data": 1}, None],
        "preMap must return an object as every entry, but returned nothing at index 1.",
    ),
    "preMap, errors that are no list": (
        hook.pre_map,
        PRE_MAP,
        [{"errors": "sold out"}, {}],
        "preMap must return a list as errors, but returned a str at index 0.",
    ),
    "postMap, a list as entry": (
        hook.post_map,
        POST_MAP,
        [[], {}],
        "postMap must return an object as every entry, but returned a list at index 0.",
    ),
    "postSubmit, an entry that is no object": (
        hook.post_submit,
        POST_SUBMIT,
        [{}, 200],
        "postSubmit must return an object as every entry, but returned an int at index 1.",
    ),
    "preSavePage, records alone": (
        hook.pre_save_page,
        PAGE,
        [1, 2],
        "preSavePage must return an object, but returned a list.",
    ),
    "preSavePage, no data": (
        hook.pre_save_page,
        PAGE,
        {"errors": []},
        "preSavePage must return an object with data, a list, but returned no data.",
    ),
    "preSavePage, errors as an object": (
        hook.pre_save_page,
        PAGE,
        {"data": [], "errors": {}},
        "preSavePage must return a list as errors, but returned a dict.",
    ),
    "preSavePage, abort as a text": (
        hook.pre_save_page,
        PAGE,
        {"data": [], "abort": "no"},
        "preSavePage must return true or false as abort, but returned a str.",
    ),
    "ping, nothing": (wrapper.ping, EXPORT, None, "ping must return an object, but returned noth"),
    "ping, true": (wrapper.ping, EXPORT, True, "ping must return an object, but returned a bool."),
    "ping, a status as text": (
        wrapper.ping,
        EXPORT,
        {"statusCode": "200"},
        "ping must return an object with statusCode, a whole number, but returned a str.",
    ),
    "export, records alone": (wrapper.export, EXPORT, [1], "export must return an object, but "),
    "export, another word for data": (
        wrapper.export,
        EXPORT,
        {"records": []},
        (
            "export must return an object with data or errors or connectionOffline or lastPage, "
            "but returned an object with records."
        ),
    ),
    "export, lastPage as a text": (
        wrapper.export,
        EXPORT,
        {"data": [], "lastPage": "true"},
        "export must return true or false as lastPage, but returned a str.",
    ),
    "import, too few answers": (
        wrapper.import_,
        IMPORT,
        [{"statusCode": 200}],
        (
            "import must return one entry for each of the 2 in postMapData, in the same order, "
            "but returned 1."
        ),
    ),
    "import, an answer without status": (
        wrapper.import_,
        IMPORT,
        [{"statusCode": 200}, {"id": "7"}],
        (
            "import must return statusCode, a whole number, in every entry, "
            "but returned no statusCode at index 1."
        ),
    ),
    "formInit, nothing": (flat.form_init, FORM, None, "formInit must return an object, but "),
    "preSave, nothing": (flat.pre_save, FORM, None, "preSave must return an object, but returned"),
    "initChild, no name": (
        flat.init_child,
        FORM,
        {"installSteps": []},
        "initChild must return an object with name, text, but returned no name.",
    ),
    "initChild, steps by name": (
        flat.init_child,
        FORM,
        {"name": "Child", "installSteps": {}},
        "initChild must return a list as installSteps, but returned a dict.",
    ),
    "filter, a number": (flat.filter, {}, 1, "filter must return true or false, but returned an i"),
    "transform, nothing": (
        flat.transform,
        {},
        None,
        "transform must return a record, but returned",
    ),
    "branching, one index": (
        flat.branching,
        {},
        0,
        "branching must return a list, but returned an",
    ),
    "branching, truths": (
        flat.branching,
        {},
        [True],
        "branching must return a whole number as every entry, but returned a bool at index 0.",
    ),
    "handleRequest, no status": (
        flat.handle_request,
        {},
        {"body": ""},
        "handleRequest must return an object with statusCode, a whole number, but ",
    ),
    "contentBasedFlowRouter, nothing": (
        flat.content_based_flow_router,
        {},
        None,
        "contentBasedFlowRouter must return an object, but returned nothing.",
    ),
}


@pytest.mark.parametrize(
    ("mark", "options", "returned", "message"), REFUSED.values(), ids=REFUSED.keys()
)
def test_a_wrong_result_of_a_marked_function_is_refused(
    mark: Any, options: dict[str, Any], returned: Any, message: str
) -> None:
    refused = refusal(mark, options, returned)

    assert refused is not None
    assert refused.startswith("invalid_extension_response: ")
    assert message in refused
    assert " Return " in refused


LET_THROUGH = {
    "preMap, every sort of entry": (hook.pre_map, PRE_MAP, [keep(1), fail("no", "No lines.")]),
    "preMap, an ignored record": (hook.pre_map, PRE_MAP, [ignore(), keep(None, [])]),
    "preMap, errors null": (hook.pre_map, PRE_MAP, [{"data": 1, "errors": None}, {}]),
    "postMap, both": (hook.post_map, POST_MAP, [{"data": 1, "errors": []}, {}]),
    "postResponseMap, records that are lists": (
        hook.post_response_map,
        POST_RESPONSE_MAP,
        [[1], [2]],
    ),
    "preSavePage, data alone": (hook.pre_save_page, PAGE, {"data": []}),
    "preSavePage, everything": (
        hook.pre_save_page,
        PAGE,
        {"data": (), "errors": [], "abort": True, "newErrorsAndRetryData": []},
    ),
    "postAggregate, nothing": (hook.post_aggregate, {"postAggregateData": {}}, None),
    "ping, refused": (wrapper.ping, EXPORT, {"statusCode": 401, "errors": [{}]}),
    "export, offline": (wrapper.export, EXPORT, {"connectionOffline": True}),
    "export, a page with a state": (wrapper.export, EXPORT, {"data": [1], "state": {"page": 2}}),
    "import, an ignored record": (
        wrapper.import_,
        IMPORT,
        [{"ignored": True}, {"statusCode": 422}],
    ),
    "initChild": (flat.init_child, FORM, {"name": "Child"}),
    "filter": (flat.filter, {}, False),
    "transform, a row": (flat.transform, {}, [1, 2]),
    "branching, none": (flat.branching, {}, []),
    "step, nothing": (flat.step, {}, None),
    "update, anything": (flat.update, {}, {"done": True}),
}


@pytest.mark.parametrize(
    ("mark", "options", "returned"), LET_THROUGH.values(), ids=LET_THROUGH.keys()
)
def test_a_right_result_of_a_marked_function_is_let_through(
    mark: Any, options: dict[str, Any], returned: Any
) -> None:
    assert refusal(mark, options, returned) is None


ENTRY = st.one_of(
    st.fixed_dictionaries({"data": st.integers()}, optional={"errors": st.lists(st.none())}),
    st.fixed_dictionaries({"errors": st.lists(st.none())}),
    st.just({}),
)
NO_ENTRY = st.one_of(
    st.none(), st.integers(), st.lists(st.none()), st.just({"id": 1}), st.just({"errors": 1})
)


@given(st.lists(ENTRY, max_size=5), st.lists(ENTRY, max_size=5), NO_ENTRY)
def test_one_wrong_entry_is_found_wherever_it_stands(
    before: list[Any], after: list[Any], wrong: Any
) -> None:
    right, spoilt = [*before, *after], [*before, wrong, *after]

    assert refusal(hook.pre_map, {"data": [1] * len(right)}, right) is None
    assert f"at index {len(before)}." in str(
        refusal(hook.pre_map, {"data": [1] * len(spoilt)}, spoilt)
    )


def test_a_page_of_ten_thousand_entries_costs_next_to_nothing() -> None:
    options = {"_importId": "m", "data": [{"id": n} for n in range(10_000)]}
    call, returned = (
        FunctionCall(options=options),
        [{"data": collection} for collection in options["data"]],
    )

    def seconds() -> float:
        began = time.perf_counter()
        check_contract(call, returned)
        return time.perf_counter() - began

    assert min(seconds() for _ in range(20)) < 0.005  # a tenth of it, on a quiet machine
