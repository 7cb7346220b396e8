"""Errors of a flow's step: long lists, large batches, and what is known when one of them fails."""

import pytest

from connector_kit.integrator.errors import OutcomeUnknown, Refused
from tests.integrator.scripted import Dropped, Reply

RECORD = {"errorId": "4711"}


@pytest.fixture
def step(client):
    return client.flows.step("64f1", "64d1")


def page(link: object) -> Reply:
    return Reply(200, {"errors": [RECORD], "nextPageURL": link})


def test_pages_are_read_one_by_one(step, platform):
    platform.plays(page("/v1/flows/64f1/64d1/errors?after=1"))

    assert next(step.open()) == RECORD
    assert len(platform.received) == 1


@pytest.mark.parametrize(
    "link",
    [
        "{host}/v1/flows/64f1/64d1/errors?after=1",
        "/v1/flows/64f1/64d1/errors?after=1",
        "/api/flows/64f1/64d1/errors?after=1",
        "/flows/64f1/64d1/errors?after=1",
        "flows/64f1/64d1/errors?after=1",
    ],
)
def test_the_next_page_is_found_however_it_is_spelled(step, platform, link):
    platform.plays(page(link.format(host=platform.host)), page(""))

    assert list(step.open()) == [RECORD, RECORD]
    assert platform.lines[1] == "GET /v1/flows/64f1/64d1/errors?after=1"


def test_a_path_that_only_begins_like_the_web_ui_s_is_not_its(client, platform):
    platform.plays(page("/apis/64f1?after=1"), page(None))

    list(client.flows.step("64f1", "64d1").open())

    assert platform.lines[1] == "GET /v1/apis/64f1?after=1"


def test_the_token_goes_to_no_other_host(step, platform):
    platform.plays(page("https://evil.example.com/v1/flows/64f1/64d1/errors?after=1"))

    with pytest.raises(Refused, match=r"another host, evil\.example\.com"):
        list(step.open())


def test_a_page_that_leads_to_itself_is_an_error(step, platform):
    platform.plays(page("/v1/flows/64f1/64d1/errors?after=1"))

    with pytest.raises(Refused, match="returned itself as the next page"):
        list(step.open())

    assert len(platform.received) == 2


def test_what_was_started_is_said_when_a_later_batch_fails(step, platform):
    platform.plays(Reply(200, {"_jobId": "64b1"}), Reply(200, {"_jobId": "64b2"}), Dropped())

    with pytest.raises(OutcomeUnknown) as caught:
        step.retry(str(number) for number in range(2001))

    (note,) = caught.value.__notes__
    assert "as the jobs 64b1, 64b2." in note


def test_nothing_is_said_of_jobs_when_there_are_none(step, platform):
    platform.plays(Reply(404))

    with pytest.raises(Exception, match="404") as caught:
        step.retry(["r-1"])

    assert not hasattr(caught.value, "__notes__")


def test_a_retry_that_names_no_job_is_of_unknown_outcome(step, platform):
    platform.plays(Reply(200, {"jobId": "64b1"}))

    with pytest.raises(OutcomeUnknown, match="has no _jobId"):
        step.retry(["r-1"])


def test_a_date_without_a_time_zone_is_refused_before_anything_is_sent(step, platform):
    from datetime import datetime

    with pytest.raises(ValueError, match="has no time zone"):
        step.open(occurred_from=datetime(2026, 1, 5))  # noqa: DTZ001  that is the point

    assert platform.received == []
