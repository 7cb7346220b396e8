"""The rate limit of each account (protocol/http-api.md#rate-limit, U1)."""

import pytest

from connector_kit.sandbox import Options, Sandbox
from connector_kit.sandbox.http.rate_limit import Buckets
from tests.sandbox.plain import Api, code


class Seconds:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_a_full_bucket_allows_as_many_at_once_and_refills_with_its_rate():
    seconds = Seconds()
    buckets = Buckets(100, 30, seconds)

    assert [buckets.take("a") for _ in range(100)] == [0.0] * 100
    assert buckets.take("a") == pytest.approx(1 / 30)
    seconds.now = 1
    assert [buckets.take("a") for _ in range(31)] == [0.0] * 30 + [pytest.approx(1 / 30)]


def test_a_bucket_never_holds_more_than_its_size():
    seconds = Seconds()
    buckets = Buckets(2, 30, seconds)
    buckets.take("a")
    seconds.now = 3600

    assert [bool(buckets.take("a")) for _ in range(3)] == [False, False, True]


def test_accounts_do_not_share_a_bucket():
    buckets = Buckets(1, 1, Seconds())

    assert [buckets.take("a"), buckets.take("b")] == [0.0, 0.0]


@pytest.mark.parametrize("retry_after", [True, False])
def test_over_the_limit_is_429_with_errors_and_perhaps_retry_after(retry_after):
    with Sandbox(accounts=1, bucket=2, rate=0.001, retry_after=retry_after) as sandbox:
        client = Api(sandbox.base_url, sandbox.accounts[0].token)
        control = Api(sandbox.control_url)

        answers = [client.get("/tokenInfo") for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert code(answers[-1]) == (429, "rate_limit_exceeded")
        assert ("Retry-After" in answers[-1].headers) is retry_after
        counters = control.get("/counters").json()
        assert (counters["requests"], counters["rate_limited"]) == (3, 1)
        assert control.post("/limits", {"bucket": 0}).json() == {"bucket": 0, "rate": 0.001}
        assert {client.get("/tokenInfo").status_code for _ in range(9)} == {200}
        client.close()
        control.close()


@pytest.mark.parametrize(
    "wrong", [{"accounts": 0}, {"page_size": 0}, {"push_parallelism": 0}, {"rate": 0}]
)
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Options(**wrong)
