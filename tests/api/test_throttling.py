"""How often somebody may ask: reads and writes apart, each token for itself, over real HTTP."""

import pytest
from redis.exceptions import ConnectionError as RedisAway

from connector_kit import parsing
from connector_kit.publisher.roles import Role
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

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCacheClient.get", away)

    assert statuses(api, "GET", "connectors/", 5) == [200] * 5


@pytest.mark.parametrize("word", ["", "many", "10", "0/minute", "10/fortnight", "-1/hour"])
def test_a_rate_that_is_none_is_refused(word):
    with pytest.raises(ValueError, match="600/minute"):
        parsing.rate(word)


def test_a_rate_is_read_in_any_case():
    assert parsing.rate(" 10/Minute ") == "10/minute"
