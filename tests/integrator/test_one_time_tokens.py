"""A one-time token and its clients last as long as the function call that brought it."""

import pickle
import threading

import pytest

from connector_kit.integrator import Client, Deadline, NoThrottle, OneTimeToken
from connector_kit.integrator.errors import CallEnded, RateLimited, Unauthorized
from tests.integrator.conftest import TOKEN
from tests.integrator.scripted import STORED, Reply


@pytest.fixture
def call_client(platform, retry):
    """Makes clients of a call's token."""
    made: list[Client] = []

    def make(token: OneTimeToken, **options: object) -> Client:
        defaults = {"base_url": platform.base_url, "retry": retry, "throttle": NoThrottle()}
        made.append(Client.for_call(token, **{**defaults, **options}))
        return made[-1]

    yield make
    for client in made:
        client.close()


def test_a_client_is_good_while_the_function_runs(platform, call_client):
    with OneTimeToken(TOKEN, function="verify_shop") as token:
        assert call_client(token).exports.get("64a1") == STORED

    assert platform.received[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_afterwards_it_sends_nothing_and_says_why(platform, call_client):
    with OneTimeToken(TOKEN, function="verify_shop") as token:
        client = call_client(token)

    with pytest.raises(
        CallEnded, match=r"The function verify_shop has returned.*next call"
    ) as over:
        client.exports.get("64a1")

    assert platform.received == []
    assert over.value.code == "call_ended"
    assert isinstance(over.value, Unauthorized)


def test_the_function_may_as_well_have_failed(call_client):
    token = OneTimeToken(TOKEN)
    client = call_client(token)
    with pytest.raises(ZeroDivisionError), token:
        _ = 1 / 0

    with pytest.raises(CallEnded):
        client.token_info()


def test_a_list_that_was_not_read_to_its_end_stays_unread(platform, call_client):
    platform.plays(Reply(200, [1], {"Link": '</v1/exports?after=1>; rel="next"'}))
    with OneTimeToken(TOKEN) as token:
        exports = call_client(token).exports.list()
        next(exports)

    with pytest.raises(CallEnded):
        next(exports)


def test_a_thread_that_outlives_the_call_is_stopped(platform, call_client):
    returned = threading.Event()
    caught: list[BaseException] = []
    with OneTimeToken(TOKEN) as token:
        client = call_client(token)

        def work() -> None:
            returned.wait(5)
            try:
                client.exports.get("64a1")
            except CallEnded as over:
                caught.append(over)

        thread = threading.Thread(target=work)
        thread.start()
    returned.set()
    thread.join()

    assert len(caught) == 1
    assert platform.received == []


def test_nothing_is_repeated_once_the_call_is_over(platform, make_ending, call_client):
    platform.plays(Reply(429))
    with OneTimeToken(TOKEN) as token:
        client = call_client(token, throttle=make_ending(token))
        with pytest.raises(CallEnded):
            client.exports.get("64a1")

    assert len(platform.received) == 1


@pytest.fixture
def make_ending():
    """A throttle during whose pause the function returns."""

    class Ending(NoThrottle):
        def __init__(self, token: OneTimeToken) -> None:
            self.token = token

        def slow_down(self, *_: object) -> None:
            self.token.end()

    return Ending


def test_no_client_is_made_of_a_call_that_is_over():
    token = OneTimeToken(TOKEN)
    token.end()
    token.end()

    with pytest.raises(CallEnded):
        Client.for_call(token)


def test_a_token_is_good_for_fifteen_minutes_at_most(platform, clock, call_client):
    token = OneTimeToken(TOKEN, function="slow", clock=clock)
    client = call_client(token)
    clock.sleep(899)
    client.exports.get("64a1")
    clock.sleep(1)

    with pytest.raises(CallEnded, match="The function slow ran longer than its token"):
        client.exports.get("64a1")


def test_the_stricter_of_the_token_s_time_and_the_deadline_counts(platform, clock, call_client):
    platform.plays(Reply(429, headers={"Retry-After": "5"}))
    token = OneTimeToken(TOKEN, clock=clock)

    with pytest.raises(RateLimited):
        call_client(token, deadline=Deadline.after(4, clock=clock)).exports.get("64a1")

    assert clock.slept == []


def test_the_rate_limit_is_still_asked_for(platform, call_client):
    asked: list[str] = []

    class Counting(NoThrottle):
        def acquire(self, account: str, **_: object) -> None:
            asked.append(account)

    with OneTimeToken(TOKEN) as token:
        call_client(token, throttle=Counting(), account="acme").exports.get("64a1")

    assert asked == ["acme"]


def test_a_token_shows_itself_to_nobody_and_does_not_travel():
    token = OneTimeToken(TOKEN, function="verify_shop")

    assert TOKEN not in f"{token!r} {token} {vars(token)}"
    assert repr(token) == "<OneTimeToken of verify_shop, in call>"
    with pytest.raises(TypeError):
        pickle.dumps(token)


@pytest.mark.parametrize("token", ["", "two words"])
def test_what_cannot_be_a_token_is_refused(token):
    with pytest.raises(Unauthorized):
        OneTimeToken(token)
