"""What is repeated, and what the caller gets to know when repeating does not help."""

import pytest

from connector_kit.integrator import Client, RetryPolicy
from connector_kit.integrator.errors import (
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from tests.integrator.scripted import STORED, CutOff, Dropped, Reply, Silent

OK = Reply(200, STORED)
GONE = Reply(404, {"errors": [{"code": "not_found", "message": "Gone"}]})
LIMITED = Reply(429, {"errors": [{"code": "rate_limit", "message": "Slow down"}]})
BROKEN = Reply(500, {"errors": [{"code": "oops", "message": "We are on it"}]})
NOT_JSON = Reply(200, b"<html>Sign in to the hotel's network</html>")

CALLS = {
    "read": lambda client: client.exports.get("64a1"),
    "replace": lambda client: client.exports.update("64a1", STORED),
    "set a field": lambda client: client.exports.patch(
        "64a1", [{"op": "replace", "path": "/name", "value": "x"}]
    ),
    "insert into a list": lambda client: client.exports.patch(
        "64a1", [{"op": "add", "path": "/http/headers/0", "value": {}}]
    ),
    "remove a field": lambda client: client.exports.patch(
        "64a1", [{"op": "remove", "path": "/name"}]
    ),
    "delete": lambda client: client.exports.delete("64a1"),
    "push": lambda client: client.connectors.push_update("64ff", ["64a1"]),
    "create": lambda client: client.exports.create({"name": "x"}),
    "install": lambda client: client.integrations.install("64ff"),
    "ping in context": lambda client: client.connections.ping("64c1", flow_id="64f1"),
    "preview": lambda client: client.exports.preview({"name": "x"}),
    "page of an export": lambda client: client.connections.export("64c1", {"name": "x"}),
    "refresh of a field": lambda client: client.integrations.refresh_metadata(
        "64a1", fieldName="x"
    ),
    "step of 1.0": lambda client: client.integrations.installer_step("64a1", "verify"),
    "export that marks": lambda client: client.connections.export("64c1", {"type": "once"}),
    "new store": lambda client: client.integrations.add_store("64a1"),
    "step of 2.0": lambda client: client.integrations.answer_install_step("64a1"),
    "utility": lambda client: client.integrations.utility("64a1", "free"),
    "export run by its identifier": lambda client: client.exports.invoke_by_identifier("e1a2b3"),
    "bulk retry by PUT": lambda client: client.jobs.retry_jobs(["64b1"]),
    "retry of records by PUT": lambda client: client.jobs.retry_records("64b1", ["6490"]),
}
REPEATABLE = ("read", "replace", "set a field", "delete", "push")
ONCE = ("insert into a list", "remove a field", "create", "install")
READS_IN_DISGUISE = (
    "ping in context",
    "preview",
    "page of an export",
    "refresh of a field",
    "step of 1.0",
)
STARTS_IN_DISGUISE = (
    "export that marks",
    "new store",
    "step of 2.0",
    "utility",
    "export run by its identifier",
    "bulk retry by PUT",
    "retry of records by PUT",
)


@pytest.mark.parametrize("trouble", [BROKEN, Dropped(), CutOff(), Silent()], ids=str)
@pytest.mark.parametrize("name", REPEATABLE)
def test_what_may_happen_twice_is_sent_again(client, platform, name, trouble):
    platform.plays(trouble, OK)

    CALLS[name](client)

    assert len(platform.received) == 2
    assert platform.received[0] == platform.received[1]


@pytest.mark.parametrize("trouble", [BROKEN, Dropped(), CutOff(), Silent()], ids=str)
@pytest.mark.parametrize("name", ONCE)
def test_what_must_not_happen_twice_is_sent_once(client, platform, name, trouble):
    platform.plays(trouble, OK)

    with pytest.raises(OutcomeUnknown, match="Check before repeating"):
        CALLS[name](client)

    assert len(platform.received) == 1


@pytest.mark.parametrize("name", READS_IN_DISGUISE)
def test_a_post_that_only_reads_is_sent_again(client, platform, name):
    platform.plays(Dropped(), OK)

    CALLS[name](client)

    assert len(platform.received) == 2


@pytest.mark.parametrize("name", STARTS_IN_DISGUISE)
def test_a_put_or_a_get_that_starts_something_is_sent_once(client, platform, name):
    platform.plays(Dropped(), OK)

    with pytest.raises(OutcomeUnknown):
        CALLS[name](client)

    assert len(platform.received) == 1


@pytest.mark.parametrize("name", CALLS)
def test_what_the_rate_limit_turned_away_is_always_sent_again(client, platform, name):
    platform.plays(LIMITED, OK)

    CALLS[name](client)

    assert len(platform.received) == 2


@pytest.mark.parametrize("name", CALLS)
def test_what_was_never_sent_is_tried_again_and_reported_as_unavailable(make_client, clock, name):
    client = make_client(base_url="http://127.0.0.1:1/v1")

    with pytest.raises(Unavailable, match=r"did not reach .* Connection refused"):
        CALLS[name](client)

    assert len(clock.slept) == 2


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422, 501])
def test_a_refusal_is_not_repeated(client, platform, status):
    platform.plays(Reply(status, {"errors": [{"code": "no", "message": "No"}]}))

    with pytest.raises(Exception, match=rf"returned {status}: no: No\."):
        client.exports.get("64a1")

    assert len(platform.received) == 1


@pytest.mark.parametrize(
    ("name", "trouble", "kind"),
    [
        ("read", BROKEN, Unavailable),
        ("read", Dropped(), Unavailable),
        ("read", NOT_JSON, Unavailable),
        ("read", LIMITED, RateLimited),
        ("replace", BROKEN, OutcomeUnknown),
        ("replace", Dropped(), OutcomeUnknown),
        ("replace", LIMITED, RateLimited),
        ("delete", Dropped(), OutcomeUnknown),
        ("create", LIMITED, RateLimited),
        ("create", NOT_JSON, OutcomeUnknown),
    ],
)
def test_lasting_trouble_ends_in_an_error_that_says_what_is_known(
    client, platform, name, trouble, kind
):
    platform.plays(trouble)

    with pytest.raises(kind) as caught:
        CALLS[name](client)

    assert type(caught.value) is kind


def test_a_write_that_may_have_happened_stays_unknown_whatever_comes_after(client, platform):
    platform.plays(Dropped(), LIMITED)

    with pytest.raises(OutcomeUnknown) as caught:
        client.exports.update("64a1", STORED)

    assert caught.value.status == 429


def test_a_delete_whose_answer_was_lost_is_done_when_the_document_is_gone(client, platform):
    platform.plays(Dropped(), GONE)

    client.exports.delete("64a1")


def test_a_delete_of_what_was_never_there_is_an_error(client, platform):
    platform.plays(LIMITED, GONE)

    with pytest.raises(NotFound):
        client.exports.delete("64a1")


def test_a_replacement_of_what_has_gone_meanwhile_is_an_error(client, platform):
    platform.plays(Dropped(), GONE)

    with pytest.raises(NotFound):
        client.exports.update("64a1", STORED)


def test_a_second_attempt_that_is_refused_is_refused(client, platform):
    platform.plays(BROKEN, Reply(422, {"message": "No such field"}))

    with pytest.raises(Refused):
        client.exports.update("64a1", STORED)


def test_waits_double_up_to_a_ceiling(make_client, platform, clock):
    platform.plays(BROKEN)
    retry = RetryPolicy(attempts=7, first=1.0, ceiling=10.0, clock=clock, random=lambda: 1.0)

    with pytest.raises(Unavailable):
        make_client(retry=retry).exports.get("64a1")

    assert clock.slept == [1, 2, 4, 8, 10, 10]


def test_waits_are_spread_over_their_whole_range(make_client, platform, clock):
    platform.plays(BROKEN)
    draws = iter([0.0, 0.25, 0.5, 1.0])
    retry = RetryPolicy(attempts=4, first=1.0, clock=clock, random=lambda: next(draws))

    with pytest.raises(Unavailable):
        make_client(retry=retry).exports.get("64a1")

    assert clock.slept == [0, 0.5, 2]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0.5"}, 0.5),
        (
            {
                "Retry-After": "Fri, 01 Jan 2027 10:00:30 GMT",
                "Date": "Fri, 01 Jan 2027 10:00:00 GMT",
            },
            30,
        ),
        ({"Retry-After": "Fri, 01 Jan 2021 10:00:30 GMT"}, 0),
    ],
    ids=["seconds", "parts of a second", "a date, by the platform's clock", "a date gone by"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_with_a_little_spread(
    client, platform, clock, status, headers, seconds
):
    platform.plays(Reply(status, headers=headers), OK)

    client.exports.get("64a1")

    assert clock.slept == [pytest.approx(seconds + 0.2)]


@pytest.mark.parametrize("nonsense", ["soon", "-3", "", "nan"])
def test_a_retry_after_that_says_nothing_is_passed_over(client, platform, clock, nonsense):
    platform.plays(Reply(429, headers={"Retry-After": nonsense}), OK)

    client.exports.get("64a1")

    assert clock.slept == [0.2]


def test_a_retry_after_beyond_all_patience_is_handed_to_the_caller(client, platform, clock):
    platform.plays(Reply(429, headers={"Retry-After": "3600"}))

    with pytest.raises(RateLimited) as caught:
        client.exports.get("64a1")

    assert caught.value.retry_after == 3600
    assert clock.slept == []


def test_every_attempt_counts_as_a_request(client: Client, platform):
    platform.plays(BROKEN, LIMITED, OK)

    client.exports.get("64a1")

    assert client.requests_sent == 3
