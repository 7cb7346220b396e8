"""A task that takes its worker down is begun a few times, and no more."""

import pytest

from connector_kit.workers import attempts
from connector_kit.workers.store import store

SUBJECT = "connector_kit.embedded.update(1)"


@pytest.fixture(autouse=True)
def redis():
    store().flushdb()
    yield store()
    store().flushdb()


def test_after_three_beginnings_without_an_end_it_is_given_up():
    assert [attempts.begin(SUBJECT) for _ in range(4)] == [True, True, True, False]


def test_an_end_forgets_them():
    for _ in range(20):
        assert attempts.begin(SUBJECT)
        attempts.end(SUBJECT)


def test_progress_forgets_them():
    """A worker that is killed from outside every few seconds is no fault of the task's."""
    assert all(attempts.begin(SUBJECT, progress=str(number // 2)) for number in range(20))


def test_each_subject_counts_for_itself():
    for _ in range(4):
        attempts.begin(SUBJECT)

    assert attempts.begin("connector_kit.embedded.update(2)")


def test_one_that_was_given_up_stays_so_for_a_while(redis):
    for _ in range(5):
        begun = attempts.begin(SUBJECT)

    assert not begun
    assert 0 < redis.ttl(redis.keys(f"{attempts.PREFIX}attempts:*")[0]) <= attempts.PAUSE
