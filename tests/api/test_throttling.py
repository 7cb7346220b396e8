"""How often somebody may ask: reads and writes apart, each token for itself, over real HTTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisAway

from connector_kit import parsing
from connector_kit.client_address import Proxies
from connector_kit.publisher.roles import Role
from connector_kit.throttles import seconds_to_wait
from tests.api.fixtures import token_of


@pytest.fixture
def slow(settings):
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "api_rate": "3/hour",
        "api_write_rate": "1/hour",
    }


def statuses(client, method, path, times):
    return [client.ask(method, path).status_code for _ in range(times)]


def test_who_asks_too_often_is_told_how_long_to_wait(slow, api):
    assert statuses(api, "GET", "connectors/", 3) == [200] * 3

    refused = api.ask("GET", "connectors/")

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.json()["errors"][0]["code"] == "throttled"


def test_writes_are_counted_apart_from_reads(slow, api):
    assert statuses(api, "POST", "rollouts/9/pause/", 2) == [404, 429]
    assert statuses(api, "GET", "connectors/", 1) == [200]


def test_each_token_is_counted_for_itself(slow, client_of):
    first, second = (client_of(token_of("alice", Role.VIEWER)) for _ in range(2))

    assert statuses(first, "GET", "connectors/", 4)[-1] == 429
    assert statuses(second, "GET", "connectors/", 1) == [200]


def test_without_redis_everybody_is_let_in(slow, api, monkeypatch):
    def away(*_, **__):
        raise RedisAway("nobody listens")

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCacheClient.incr", away)

    assert statuses(api, "GET", "connectors/", 5) == [200] * 5


def test_unknown_tokens_are_slowed_and_known_ones_at_the_same_address_are_not(slow, client_of):
    guess, known = client_of("ck_000000000000_guess"), client_of(token_of("alice", Role.VIEWER))

    assert statuses(guess, "GET", "connectors/", 3) == [401, 429, 429]

    assert statuses(known, "GET", "connectors/", 1) == [200]
    refused = guess.ask("GET", "connectors/")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600


def test_what_is_open_to_everybody_is_counted_by_address_whatever_the_client_makes_up(slow, client):
    cache.clear()
    made_up = [{"X-Forwarded-For": f"192.0.2.{number}"} for number in range(4)]

    told = [client.get("/api/schema/", headers=document).status_code for document in made_up]

    assert told == [200, 200, 200, 429]


def test_behind_a_trusted_proxy_each_client_is_counted_for_itself(slow, settings, client):
    cache.clear()
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "trusted_proxies": Proxies(count=1)}

    def asked(address):
        return client.get("/api/docs/", headers={"X-Forwarded-For": address}).status_code

    assert [asked("203.0.113.9") for _ in range(4)][-1] == 429
    assert asked("198.51.100.7") == 200


def test_of_many_that_ask_at_once_no_more_pass_than_may(slow):
    cache.clear()

    def asked(_):
        return seconds_to_wait("tests", "alice", "5/hour") == 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(asked, range(40))) == 5


@pytest.mark.parametrize("word", ["", "many", "10", "0/minute", "10/fortnight", "-1/hour"])
def test_a_rate_that_is_none_is_refused(word):
    with pytest.raises(ValueError, match="600/minute"):
        parsing.rate(word)


def test_a_rate_is_read_in_any_case():
    assert parsing.rate(" 10/Minute ") == "10/minute"
