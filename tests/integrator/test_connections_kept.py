"""Open connections are kept, shared, and hold nothing of anybody."""

import os
import threading

import pytest

from connector_kit.integrator import MemoryThrottle, Pool
from connector_kit.integrator.errors import RateLimited
from tests.integrator.scripted import STORED, Reply


def test_a_client_uses_one_connection(client, platform):
    for _ in range(5):
        client.exports.get("64a1")

    assert len(platform.peers) == 1


def test_short_lived_clients_share_the_connections_of_a_pool(make_client, platform):
    pool = Pool()
    for token in ("one", "two", "three"):
        with make_client(token, pool=pool) as client:
            client.exports.get("64a1")
    pool.close()

    assert len(platform.peers) == 1
    assert [item.headers["authorization"] for item in platform.received] == [
        "Bearer one",
        "Bearer two",
        "Bearer three",
    ]


def test_no_cookie_of_one_client_reaches_the_platform_with_another(make_client, platform):
    platform.plays(Reply(200, STORED, {"Set-Cookie": "session=abc; Path=/"}))
    pool = Pool()

    for token in ("one", "two"):
        make_client(token, pool=pool).exports.get("64a1")
    pool.close()

    assert all("cookie" not in item.headers for item in platform.received)


def test_threads_share_a_pool_and_a_throttle(make_client, platform):
    pool, throttle = Pool(), MemoryThrottle(1000, 1000.0)

    def work() -> None:
        client = make_client(pool=pool, throttle=throttle)
        for _ in range(5):
            client.exports.get("64a1")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.close()

    assert len(platform.received) == 20
    assert len(platform.peers) <= 4


def test_a_refusal_by_the_rate_limit_slows_the_account_down_for_everyone(
    make_client, platform, clock
):
    throttle = MemoryThrottle(clock=clock)
    platform.plays(Reply(429, headers={"Retry-After": "100"}), Reply(200, STORED))
    with pytest.raises(RateLimited):
        make_client(throttle=throttle).exports.get("64a1")

    make_client("another", throttle=throttle).exports.get("64a1")
    make_client("third", account="other", throttle=throttle).exports.get("64a1")

    assert clock.slept == [pytest.approx(100)]


def test_the_environment_names_the_proxy(make_client, platform, monkeypatch):
    monkeypatch.setenv("http_proxy", platform.host)
    client = make_client(base_url="http://integrator.invalid/v1", pool=Pool())

    client.exports.get("64a1")

    assert platform.lines == ["GET http://integrator.invalid/v1/exports/64a1"]


def test_a_pool_can_name_its_own_proxy(make_client, platform):
    pool = Pool(proxies={"http": platform.host})

    make_client(base_url="http://integrator2.invalid/v1", pool=pool).exports.get("64a1")
    pool.close()

    assert platform.lines == ["GET http://integrator2.invalid/v1/exports/64a1"]


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork")
def test_a_forked_process_opens_connections_of_its_own(make_client, platform):
    client = make_client(pool=Pool())
    client.exports.get("64a1")

    child = os.fork()
    if child == 0:
        try:
            client.exports.get("64a1")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    client.exports.get("64a1")

    assert len(platform.received) == 3
    assert len(platform.peers) == 2
