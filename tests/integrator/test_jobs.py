"""Waiting for jobs, and reading how they stand."""

import pytest

from connector_kit.integrator import Deadline
from connector_kit.integrator.errors import StillRunning
from connector_kit.integrator.resources.job_states import JobState, status_of
from tests.integrator.scripted import Reply

QUEUED = {"_id": "64b1", "status": "queued"}
RUNNING = {
    "_id": "64b1",
    "status": "running",
    "percentComplete": 40,
    "numSuccess": 1,
    "children": [{"numSuccess": 3, "numError": 1}, {"numSuccess": 2, "numIgnore": 4}],
}
COMPLETED = {"_id": "64b1", "status": "completed", "numSuccess": 9, "numError": 1}


def plays(platform, *jobs):
    platform.plays(*(Reply(200, job) for job in jobs))


def test_a_job_is_looked_at_until_it_is_done(client, platform, clock):
    plays(platform, QUEUED, RUNNING, COMPLETED)

    states = list(client.jobs.watch("64b1"))

    assert [state.status for state in states] == ["queued", "running", "completed"]
    assert [state.is_done for state in states] == [False, False, True]
    assert clock.slept == [5, 5]
    assert set(platform.lines) == {"GET /v1/jobs/64b1/family"}


def test_a_state_says_how_far_the_job_is():
    state = JobState.of(RUNNING)

    assert (state.successes, state.errors, state.ignored) == (5, 1, 4)
    assert state.percent == 40
    assert state.job is RUNNING


def test_a_state_counts_what_imports_took_and_not_what_exports_passed_on():
    steps = [{"type": "export", "numSuccess": 3}, {"type": "import", "numSuccess": 2}]

    state = JobState.of({"_id": "64b1", "type": "flow", "numSuccess": 5, "children": steps})

    assert state.successes == 2


def test_a_state_of_a_job_that_says_little_says_little():
    assert JobState.of({"_id": "64b1"}) == JobState("64b1", "", 0, 0, 0, None, {})


@pytest.mark.parametrize(
    ("said", "status", "is_done"),
    [
        ("cancelled", "canceled", True),
        ("canceled", "canceled", True),
        ("cancelling", "canceling", False),
        ("canceling", "canceling", False),
        ("failed", "failed", True),
        ("retrying", "retrying", False),
        ("something new", "something new", False),
    ],
)
def test_both_spellings_of_a_status_are_one(said, status, is_done):
    assert status_of({"status": said}) == status
    assert JobState.of({"_id": "64b1", "status": said}).is_done is is_done


def test_waiting_ends_with_an_error_that_says_that_the_job_goes_on(client, platform, clock):
    plays(platform, RUNNING)
    states = client.jobs.watch("64b1", every=3, deadline=Deadline.after(10, clock=clock))

    with pytest.raises(StillRunning, match=r"The job 64b1 is running .* continues to run"):
        list(states)

    assert clock.slept == [3, 3, 3]


def test_the_client_s_deadline_counts_where_none_is_given(make_client, platform, clock):
    plays(platform, RUNNING)
    client = make_client(deadline=Deadline.after(4, clock=clock))

    with pytest.raises(StillRunning):
        list(client.jobs.watch("64b1"))

    assert clock.slept == []


def test_a_watcher_may_stop_looking(client, platform, clock):
    plays(platform, RUNNING)

    assert next(client.jobs.watch("64b1")).percent == 40
    assert clock.slept == []
