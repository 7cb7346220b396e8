"""What is slow to find out is found out seldom, and nobody waits for it long."""

import threading
from collections.abc import Iterator

import pytest

from connector_kit.extension import glance
from connector_kit.extension.glance import Glance


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [100.0]
    monkeypatch.setattr(glance.time, "monotonic", lambda: now[0])
    return now


def test_an_answer_is_good_for_a_second(clock: list[float]) -> None:
    looks = iter("abc")
    look = Glance(lambda: next(looks), late="late")

    seen = [look(), look()]
    clock[0] += 1.5
    seen += [look(), look()]

    assert seen == ["a", "a", "b", "b"]


def test_nobody_waits_for_a_look_that_hangs_nor_begins_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(glance, "PATIENCE_SECONDS", 0.01)
    lets_go, looks = threading.Event(), []

    def hang() -> str:
        looks.append("begun")
        lets_go.wait(60)
        return "seen"

    look = Glance(hang, late="late")
    answers = [look() for _ in range(20)]
    lets_go.set()

    assert (set(answers), looks) == ({"late"}, ["begun"])


def test_what_goes_wrong_is_raised(clock: list[float]) -> None:
    def fail() -> str:
        raise ValueError("gone")

    with pytest.raises(ValueError, match="gone"):
        Glance(fail, late="late")()
