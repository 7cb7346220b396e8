"""How the jobs of a run count, by families of real accounts (protocol/resources.md#job)."""

from datetime import datetime, timedelta

from tests.sandbox.flows.plant import ORDERS, counts
from tests.sandbox.flows.test_running_flows import Gate

EVERY = (*("status", "numSuccess", "numError", "numIgnore"), "numPagesGenerated")
MORE = ("numPagesProcessed",)


def books(job):
    """Status, what succeeded, failed, and was ignored, and the pages made and processed."""
    return tuple(job[name] for name in (*EVERY, *MORE))


def family(plant, job):
    """The books of a run and of its steps, which are named after their type and position."""
    steps = plant.children(job)
    assert [step["numExport"] for step in (job, *steps)] == [0] * (1 + len(steps))
    named = {f"{step['type']} {step['oIndex']}": books(step) for step in steps}
    return books(job), named


def test_a_run_that_waits_has_no_steps_yet(plant):
    gate = Gate(plant)
    flow = plant.flow(plant.export(), [plant.import_("/held")])
    plant.start(flow)
    gate.reached()

    waiting = plant.job(plant.start(flow))
    steps = plant.children(waiting)
    gate.open()
    plant.drain()

    assert books(waiting) == ("queued", 0, 0, 0, 0, 0)
    assert (steps, waiting["doneExporting"]) == ([], False)


def test_a_run_names_its_first_export_and_the_day_it_is_purged(plant):
    first, second = plant.export(), plant.export()

    job = plant.run(plant.flow([first, second], [plant.import_()]))

    assert (job["_exportId"], job["doneExporting"]) == (first, True)
    kept = datetime.fromisoformat(job["purgeAt"]) - datetime.fromisoformat(job["createdAt"])
    assert abs(kept - timedelta(days=30)) < timedelta(seconds=1)
    assert "purgeAt" not in plant.children(job)[0]


def test_every_step_adds_to_the_run_also_exports(plant):
    job = plant.run(plant.flow(plant.export(), [plant.import_(), plant.import_(), plant.import_()]))

    assert family(plant, job) == (
        ("completed", 12, 0, 0, 1, 0),
        {
            "export 0": ("completed", 3, 0, 0, 1, 0),
            **{f"import {place}": ("completed", 3, 0, 0, 0, 1) for place in (1, 2, 3)},
        },
    )


def test_a_lookup_is_a_step_of_type_export_and_counts_as_one(plant):
    lookup = plant.mocked({"name": "Ann"}, isLookup=True)
    steps = [plant.import_(), {"type": "export", "_exportId": lookup}, plant.import_()]

    job = plant.run(plant.flow(plant.export(), steps))

    assert family(plant, job) == (
        ("completed", 12, 0, 0, 1, 0),
        {
            "export 0": ("completed", 3, 0, 0, 1, 0),
            "import 1": ("completed", 3, 0, 0, 0, 1),
            "export 2": ("completed", 3, 0, 0, 0, 1),
            "import 3": ("completed", 3, 0, 0, 0, 1),
        },
    )


def test_a_page_counts_at_steps_that_none_of_its_records_reach(plant):
    plant.application.answers["POST /a"] = (422, {}, {})
    export = plant.export(pageSize=1)

    job = plant.run(plant.flow(export, [plant.import_("/a"), plant.import_("/b")]))

    assert family(plant, job) == (
        ("completed", 3, 3, 0, 3, 0),
        {
            "export 0": ("completed", 3, 0, 0, 3, 0),
            "import 1": ("completed", 0, 3, 0, 0, 3),
            "import 2": ("completed", 0, 0, 0, 0, 3),
        },
    )
    assert job["numOpenError"] == 3


def test_a_run_whose_export_fails_has_no_other_step(plant):
    plant.application.answers["GET /orders"] = (500, {}, {})

    job = plant.run(plant.flow(plant.export(), [plant.import_()]))

    failed = ("failed", 0, 1, 0, 0, 0)
    assert family(plant, job) == (failed, {"export 0": failed})


def test_a_simple_flow_whose_export_fails_has_failed_at_both_steps(plant):
    plant.application.answers["GET /orders"] = (500, {}, {})
    flow = plant.customer.create("flows", _exportId=plant.export(), _importId=plant.import_())

    job = plant.run(flow["_id"])

    failed = ("failed", 0, 1, 0, 0, 0)
    unreached = ("failed", 0, 0, 0, 0, 0)
    assert family(plant, job) == (failed, {"export 0": failed, "import 1": unreached})


def test_a_canceled_run_keeps_what_its_export_had_completed(plant):
    gate = Gate(plant)
    plant.application.answers["GET /orders"] = (200, ORDERS[:2], {})
    flow = plant.flow(plant.export(pageSize=2), [plant.import_("/held")])
    started = plant.start(flow)
    gate.reached()

    canceled = plant.customer.put(f"/jobs/{started}/cancel").json()
    gate.open()
    plant.drain()

    job = plant.job(started)
    assert "canceledBy" in canceled
    assert family(plant, job) == (
        ("canceled", 3, 0, 0, 1, 0),
        {
            "export 0": ("completed", 2, 0, 0, 1, 0),
            "import 1": ("canceled", 1, 0, 0, 0, 0),
        },
    )


def test_a_run_may_resolve_more_than_has_failed_in_it(plant):
    large = ["greaterthan", ["number", ["extract", "total"]], 0]
    filter_ = {"type": "expression", "expression": {"version": "1", "rules": large}}
    plant.application.answers["GET /orders"] = (200, [{"id": 1, "total": "?"}], {})
    export = plant.export(filter=filter_)
    flow = plant.flow(export, [plant.import_()], autoResolveMatchingTraceKeys=True)
    assert plant.run(flow)["numOpenError"] == 1
    plant.application.answers["GET /orders"] = (200, [{"id": 1, "total": 5}], {})

    job = plant.run(flow)

    step = plant.children(job)[0]
    assert [
        (item["numError"], item["numResolved"], item["numOpenError"]) for item in (job, step)
    ] == [
        (0, 1, 0),
        (0, 1, 0),
    ]
    assert plant.errors(flow, export) == []


def test_a_retry_adds_to_the_run_that_its_records_failed_in(plant):
    answers = iter([(422, {}, {}), *[(200, {"id": 1}, {})] * 9])
    plant.application.answers["POST /items"] = lambda _: next(answers)
    import_ = plant.import_()
    flow = plant.flow(plant.export(), [import_, plant.import_("/after")])
    job = plant.run(flow)
    assert counts(job) == (7, 1, 0)

    key = plant.errors(flow, import_)[0]["retryDataKey"]
    plant.customer.post(f"/flows/{flow}/{import_}/retry", {"retryDataKeys": [key]})
    plant.drain()

    job = plant.job(job["_id"])
    assert (counts(job), job["numResolved"], job["numOpenError"]) == ((9, 0, 0), 1, 0)
    assert sum(step["numSuccess"] for step in plant.children(job)) == 9
