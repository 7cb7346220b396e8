"""What was used, counted from jobs."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector_kit.integrator import Usage
from connector_kit.integrator.resources.usage import by_installation, usage, usage_by_day
from tests.integrator.scripted import Reply

MAY = datetime(2026, 5, 31, tzinfo=UTC)


def run(number: int = 1, **fields: object) -> dict:
    job = {
        "_id": f"64b{number}",
        "type": "flow",
        "status": "completed",
        "_integrationId": "64a1",
        "_flowId": "64f1",
        "startedAt": "2026-05-05T10:00:00.000Z",
    }
    return {**job, **fields}


def step(number: int, of: str, **fields: object) -> dict:
    return run(number, type="import", _flowJobId=of, **fields)


def test_nothing_is_nothing():
    assert usage([]) == []


def test_a_run_counts_with_its_records_and_errors():
    assert usage([run(numSuccess=48, numError=2, numIgnore=3, numResolved=1)]) == [
        Usage("64a1", "64f1", "2026-05", 1, records=48, errors=2, ignored=3, resolved=1)
    ]


def test_failed_and_cancelled_runs_are_told_apart_in_both_spellings():
    jobs = [
        run(1, status="failed"),
        run(2, status="cancelled"),
        run(3, status="canceled"),
        run(4, status="running"),
    ]

    assert usage(jobs) == [Usage("64a1", "64f1", "2026-05", runs=4, failed=1, canceled=2)]


def test_steps_count_once_in_their_run_whichever_way_they_are_given():
    steps = [step(2, "64b1", numSuccess=30), step(3, "64b1", numSuccess=18, numError=2)]

    for jobs in (
        [run(numSuccess=48, numError=2), *steps],
        [run(numSuccess=48, numError=2, children=steps)],
        [*steps, run()],
        [run(children=steps)],
    ):
        assert usage(jobs) == [Usage("64a1", "64f1", "2026-05", 1, records=48, errors=2)]


FAMILIES = {
    "an export and two imports, one of which fails everything": (
        {"numSuccess": 55, "numError": 55},
        [("export", 55, 0), ("import", 0, 55), ("import", 0, 0)],
        (0, 55),
    ),
    "a lookup in the middle": (
        {"numSuccess": 7},
        [("export", 1, 0), ("import", 1, 0), ("import", 1, 0), ("export", 1, 0)]
        + [("import", 1, 0)] * 3,
        (5, 0),
    ),
    "four steps, all well": (
        {"numSuccess": 4},
        [("export", 1, 0), ("import", 1, 0), ("import", 1, 0), ("import", 1, 0)],
        (3, 0),
    ),
    "the export failed": ({"numError": 1, "status": "failed"}, [("export", 0, 1)], (0, 1)),
    "canceled": (
        {"numSuccess": 5005, "numError": 1440, "status": "canceled"},
        [("export", 5005, 0), ("import", 0, 1440)],
        (0, 1440),
    ),
    "queued": ({"status": "queued"}, [], (0, 0)),
}
"""What real accounts say of a run and its steps: the run's numSuccess is the sum over all steps."""


@pytest.mark.parametrize("case", FAMILIES)
def test_records_are_what_imports_did_and_not_the_sum_over_all_steps(case):
    fields, steps, expected = FAMILIES[case]
    family = [
        run(number, type=kind, _flowJobId="64b1", numSuccess=success, numError=errors)
        for number, (kind, success, errors) in enumerate(steps, start=2)
    ]

    for jobs in ([run(**fields), *family], [run(**fields, children=family)]):
        [row] = usage(jobs)
        assert (row.records, row.errors) == expected


def test_a_day_is_told_from_the_next():
    jobs = [
        run(1, startedAt="2026-05-05T23:59:59.000Z"),
        run(2, startedAt="2026-05-06T00:00:00.000Z"),
        run(3, startedAt=None),
    ]

    days = usage_by_day(jobs)

    assert {str(day): [row.runs for row in rows] for day, rows in days.items()} == {
        "2026-05-05": [1],
        "2026-05-06": [1],
    }


def test_what_is_run_again_counts_towards_the_run_that_it_repeats():
    jobs = [
        run(1, numSuccess=50),
        run(2, type="retry", _retryOfJobId="64b1", numSuccess=2),
        run(3, type="bulk_retry", numSuccess=2),
    ]

    assert [(item.runs, item.records) for item in usage(jobs)] == [(1, 50)]


def test_an_export_that_runs_alone_is_a_run_without_a_flow():
    alone = {"_id": "64b1", "type": "export", "createdAt": "2026-05-05T10:00:00Z", "numSuccess": 7}

    assert usage([alone]) == [Usage("", "", "2026-05", runs=1, records=7)]


def test_months_are_those_of_utc():
    jobs = [
        run(1, startedAt="2026-05-31T23:59:59.999Z"),
        run(2, startedAt="2026-06-01T00:00:00+02:00"),
        run(3, startedAt="2026-06-01T00:00:00.000Z"),
        run(4, startedAt=None, createdAt="2026-06-01T00:00:00"),
        run(5, startedAt=None),
    ]

    assert [(item.month, item.runs) for item in usage(jobs)] == [
        ("", 1),
        ("2026-05", 2),
        ("2026-06", 2),
    ]


def test_flows_of_one_installation_can_be_added_up():
    rows = usage([run(1, numSuccess=1), run(2, _flowId="64f2", numSuccess=2)])

    assert len(rows) == 2
    assert by_installation(rows) == [Usage("64a1", "", "2026-05", runs=2, records=3)]


jobs_of_many = st.lists(
    st.builds(
        run,
        st.integers(0, 30),
        _flowId=st.sampled_from(["64f1", "64f2"]),
        _integrationId=st.sampled_from(["64a1", "64a2"]),
        numSuccess=st.integers(0, 9),
        type=st.sampled_from(["flow", "import", "retry"]),
    ),
    unique_by=lambda job: job["_id"],
)


@settings(deadline=None)
@given(jobs_of_many, st.integers())
def test_order_and_repetition_change_nothing(jobs, seed):
    shuffled = [*jobs, *jobs[: len(jobs) // 2]]
    random.Random(seed).shuffle(shuffled)

    assert usage(shuffled) == usage(jobs)


@settings(deadline=None)
@given(jobs_of_many)
def test_nothing_is_lost_and_nothing_is_counted_twice(jobs):
    runs = [job for job in jobs if job["type"] != "retry"]

    assert sum(item.runs for item in usage(jobs)) == len(runs)
    assert sum(item.records for item in usage(jobs)) == sum(job["numSuccess"] for job in runs)


def test_a_client_reads_the_last_thirty_days_of_every_integration(client, platform):
    platform.plays(
        Reply(200, [{"_id": "64a1"}, {"_id": "64a2"}]),
        Reply(200, [run(1)]),
        Reply(200, [run(2, _integrationId="64a2")]),
    )

    rows = client.usage(until=MAY)

    assert [row.integration_id for row in rows] == ["64a1", "64a2"]
    assert platform.lines[1:] == [
        f"GET /v1/jobs?_integrationId={name}&createdAt_gte=2026-05-01T00%3A00%3A00.000Z"
        "&createdAt_lte=2026-05-31T00%3A00%3A00.000Z"
        for name in ("64a1", "64a2")
    ]


def test_a_list_that_may_have_been_cut_off_is_asked_for_in_halves(client, platform):
    first = [run(number) for number in range(700)]
    second = [run(number) for number in range(650, 1200)]
    platform.plays(Reply(200, [*first, *second][:1000]), Reply(200, first), Reply(200, second))

    rows = client.usage(since=MAY - timedelta(days=2), until=MAY, integration_ids=["64a1"])

    assert [row.runs for row in rows] == [1200]
    assert [line.rpartition("?")[2].split("&")[1:] for line in platform.lines] == [
        [
            f"createdAt_gte=2026-05-{since}T00%3A00%3A00.000Z",
            f"createdAt_lte=2026-05-{until}T00%3A00%3A00.000Z",
        ]
        for since, until in (("29", "31"), ("29", "30"), ("30", "31"))
    ]


def test_a_minute_with_more_than_can_be_listed_is_taken_as_it_is(client, platform):
    platform.plays(Reply(200, [run(number) for number in range(1000)]))

    rows = client.usage(since=MAY, until=MAY + timedelta(minutes=1), integration_ids=["64a1"])

    assert [row.runs for row in rows] == [1000]
    assert len(platform.received) == 1


def test_no_integrations_are_no_requests(client, platform):
    assert client.usage(integration_ids=[]) == []
    assert platform.received == []
