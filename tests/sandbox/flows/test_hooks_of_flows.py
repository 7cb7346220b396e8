"""Hooks of a flow, called on the stack (protocol/extension.md#51-hooks, #6)."""

from functools import partial

import pytest

from tests.sandbox.flows.plant import ORDERS, counts
from tests.sandbox.plain import Failure


def passed_on(told):
    """What a preSavePage hook answers that changes nothing."""
    return {"data": told["data"], "errors": told["errors"], "abort": False}


def every(told):
    """What preMap answers that changes nothing."""
    return [{"data": item} for item in told["data"]]


def fail(_):
    raise Failure("no_stock", "There is none.")


def test_hooks_are_called_in_order_with_what_they_work_on(plant):
    export = plant.export(hooks={"preSavePage": plant.hook("save", passed_on)})
    import_ = plant.import_(
        hooks={
            "preMap": plant.hook("before", every, configuration={"a": 1}),
            "postMap": plant.hook("after", lambda told: [{"data": x} for x in told["postMapData"]]),
            "postSubmit": plant.hook("sent", lambda told: told["responseData"]),
            "postAggregate": plant.hook("whole", lambda _: None),
        },
        mapping={"fields": [{"extract": "id", "generate": "number"}]},
    )
    mapped = plant.hook("mapped", lambda told: told["postResponseMapData"])
    step = {"type": "import", "_importId": import_, "hooks": {"postResponseMap": mapped}}
    flow = plant.flow(export, [step])

    plant.run(flow)

    calls = {call["function"]: call["options"] for call in plant.stack.calls}
    assert [*calls] == ["save", "before", "after", "sent", "mapped", "whole"]
    assert {call["type"] for call in plant.stack.calls} == {"hook"}
    assert {options["_flowId"] for options in calls.values()} == {flow}
    assert calls["save"]["_exportId"] == export
    assert (calls["save"]["data"], calls["save"]["pageIndex"]) == (ORDERS, 0)
    assert calls["save"]["preview"] is False
    assert calls["before"]["_importId"] == import_
    assert calls["before"]["configuration"] == {"a": 1}
    assert calls["after"]["postMapData"] == [{"number": 1}, {"number": 2}, {"number": 3}]
    assert [document["statusCode"] for document in calls["sent"]["responseData"]] == [200, 200, 200]
    assert calls["mapped"]["responseData"][0]["_json"] == {"id": "77", "echo": {"number": 1}}
    assert calls["whole"]["postAggregateData"]["success"] is True


def test_pre_save_page_changes_the_page_and_may_end_the_export(plant):
    plant.application.answers["GET /orders"] = (200, [{"id": number} for number in range(6)], {})
    hook = plant.hook(
        "save",
        lambda told: {"data": told["data"][:1], "errors": [], "abort": told["pageIndex"] == 1},
    )
    export = plant.export(pageSize=2, hooks={"preSavePage": hook})

    job = plant.run(plant.flow(export, [plant.import_()]))

    assert plant.sent() == [{"id": 0}, {"id": 2}]
    assert job["status"] == "completed"


def test_what_pre_save_page_says_is_wrong_becomes_errors_of_the_export(plant):
    told = {"code": "odd", "message": "An odd one."}
    hook = plant.hook("save", lambda item: {**passed_on(item), "errors": [told]})
    export = plant.export(hooks={"preSavePage": hook})
    flow = plant.flow(export, [plant.import_()])

    job = plant.run(flow)

    assert (job["status"], counts(job)) == ("completed", (6, 1, 0))
    (error,) = plant.errors(flow, export)
    assert (error["code"], error["source"]) == ("odd", "pre_save_page_hook")


def test_a_pre_save_page_that_fails_stops_the_flow(plant):
    export = plant.export(hooks={"preSavePage": plant.hook("save", fail)})
    flow = plant.flow(export, [plant.import_()])

    job = plant.run(flow)

    assert (job["status"], counts(job)) == ("failed", (0, 1, 0))
    assert plant.sent() == []
    (error,) = plant.errors(flow, export)
    assert (error["code"], error["source"]) == ("no_stock", "pre_save_page_hook")
    assert [child["status"] for child in plant.children(job)] == ["failed"]


def test_pre_map_says_of_each_record_what_becomes_of_it(plant):
    wrong = {"code": "odd", "message": "An odd one."}
    answers = [{"data": {"id": 9}}, {"errors": [wrong]}, {"data": {"id": 8}, "errors": [wrong]}, {}]
    plant.application.answers["GET /orders"] = (200, [{"id": number} for number in range(4)], {})
    import_ = plant.import_(hooks={"preMap": plant.hook("before", lambda _: answers)})
    flow = plant.flow(plant.export(), [import_])

    job = plant.run(flow)

    assert plant.sent() == [{"id": 9}, {"id": 8}]
    assert counts(job) == (6, 2, 1)
    assert [error["source"] for error in plant.errors(flow, import_)] == ["pre_map_hook"] * 2


PAGE_FAILS = {
    "preMap": ("pre_map_hook", 0),
    "postMap": ("post_map_hook", 0),
    "postSubmit": ("post_submit_hook", 3),
}


@pytest.mark.parametrize(("name", "told"), PAGE_FAILS.items(), ids=PAGE_FAILS.keys())
def test_a_hook_of_an_import_that_fails_fails_the_whole_page_and_no_other(plant, name, told):
    source, sent = told
    pages = [fail, partial(_unchanged, name)]
    hook = plant.hook("hook", lambda options: pages.pop(0)(options))  # noqa: PLW0108 - a new one each time
    plant.application.answers["GET /orders"] = (200, [{"id": number} for number in range(6)], {})
    import_ = plant.import_(hooks={name: hook})
    flow = plant.flow(plant.export(pageSize=3), [import_])

    job = plant.run(flow)

    assert (job["status"], counts(job)) == ("completed", (9, 3, 0))
    assert len(plant.sent()) == 3 + sent
    errors = plant.errors(flow, import_)
    assert {(error["code"], error["source"]) for error in errors} == {("no_stock", source)}
    assert {error["traceKey"] for error in errors} == {"0", "1", "2"}


def test_a_hook_that_answers_too_few_entries_fails_the_page(plant):
    import_ = plant.import_(hooks={"preMap": plant.hook("before", lambda _: [])})
    flow = plant.flow(plant.export(), [import_])

    assert counts(plant.run(flow)) == (3, 3, 0)
    codes = {error["code"] for error in plant.errors(flow, import_)}
    assert codes == {"invalid_extension_response"}


def test_post_submit_may_change_what_became_of_a_record(plant):
    def change(told):
        first, *others = told["responseData"]
        return [{**first, "statusCode": 422, "errors": [{"code": "late"}]}, *others]

    import_ = plant.import_(hooks={"postSubmit": plant.hook("sent", change)})
    flow = plant.flow(plant.export(), [import_])

    assert counts(plant.run(flow)) == (5, 1, 0)
    assert [error["code"] for error in plant.errors(flow, import_)] == ["late"]


def test_post_response_map_changes_what_goes_on_and_a_failure_fails_the_page(plant):
    renamed = plant.hook(
        "renamed", lambda told: [{"n": x["id"]} for x in told["postResponseMapData"]]
    )
    broken = plant.hook("broken", fail)
    first, second = plant.import_("/first"), plant.import_("/second")
    step = {"type": "import", "_importId": first, "hooks": {"postResponseMap": renamed}}
    last = {"type": "import", "_importId": second, "hooks": {"postResponseMap": broken}}
    flow = plant.flow(plant.export(), [step, last])

    job = plant.run(flow)

    assert plant.sent("/second") == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert counts(job) == (6, 3, 0)
    assert {error["source"] for error in plant.errors(flow, second)} == {"post_response_map_hook"}


def test_a_post_aggregate_that_fails_fails_the_flow(plant):
    import_ = plant.import_(hooks={"postAggregate": plant.hook("whole", fail)})
    flow = plant.flow(plant.export(), [import_])

    job = plant.run(flow)

    assert (job["status"], counts(job)) == ("failed", (6, 1, 0))
    assert [error["source"] for error in plant.errors(flow, import_)] == ["post_aggregate_hook"]


# Scripts


def test_a_hook_on_a_script_is_run(plant):
    script = plant.script(
        "function save (options) {"
        " var least = options.configuration.least\n"
        " var kept = options.data.filter(function (each) { return each.total > least })\n"
        " return { data: kept, errors: options.errors, abort: false } }"
    )
    hook = {"function": "save", "_scriptId": script, "configuration": {"least": 10}}

    plant.run(plant.flow(plant.export(hooks={"preSavePage": hook}), [plant.import_()]))

    assert plant.sent() == ORDERS[1:]


SCRIPTS = {
    "throws": ("function f () { throw new TypeError('no total') }", "TypeError", "no total"),
    "has no such function": ("function g () {}", "invalid_function", "'f'"),
    "is no JavaScript": ("function (", "SyntaxError", ""),
    "goes on for ever": ("function f () { while (true) {} }", "InternalError", "interrupted"),
    "needs a module": ("import { a } from 'integrator-api'", "not_implemented", "imports a module"),
}


@pytest.mark.parametrize("told", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_script_that_does_not_work_says_why(plant, told, monkeypatch):
    monkeypatch.setattr("connector_kit.sandbox.scripts.javascript.SECONDS", 0.2)
    content, code, message = told
    hook = {"function": "f", "_scriptId": plant.script(content)}
    export = plant.export(hooks={"preSavePage": hook})
    flow = plant.flow(export, [plant.import_()])

    job = plant.run(flow)

    assert job["status"] == "failed"
    (error,) = plant.errors(flow, export)
    assert error["code"] == code
    assert message in error["message"]


def _unchanged(name, options):
    if name == "postSubmit":
        return options["responseData"]
    return [{"data": item} for item in options.get("postMapData", options.get("data"))]
