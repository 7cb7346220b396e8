from datetime import UTC, datetime, timedelta

import pytest

from connector_kit.rollouts.steps import Missed, PushAgain, Settle, Undo, Verified
from connector_kit.rollouts.verify import Outcome, compare, entries_of

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def entry(integration_id, version="1.1.0", **fields):
    return {"_integrationId": integration_id, "version": version, **fields}


def verdict_on(shown, attempts=1, **fields):
    entries = {} if shown is None else {"a": shown}
    push = Outcome(1, attempts, "1.1.0", **fields)
    (step,) = compare({"a": push}, entries, max_attempts=2, now=NOW)
    return step


def test_the_install_base_is_read_no_further_than_needed():
    base = (entry(name) for name in "abcdef")

    assert list(entries_of(base, ["d", "b"])) == ["b", "d"]
    assert next(base)["_integrationId"] == "e"


def test_only_the_wanted_entries_are_kept():
    assert entries_of([entry("a"), entry("b")], ["b", "z"]) == {"b": entry("b")}


def test_the_new_version_verifies_a_push():
    assert verdict_on(entry("a", updateInProgress=False)) == Verified((1,))


def test_an_old_version_is_pushed_again_after_a_pause():
    step = verdict_on(entry("a", "1.0.0"))

    assert (type(step), step.code) == (PushAgain, "not_verified")
    assert step.due_at == NOW + timedelta(seconds=2)
    assert "shows version 1.0.0 instead of 1.1.0" in step.message


def test_a_customer_who_is_still_locked_out_is_pushed_again():
    assert verdict_on(entry("a", updateInProgress=True)).code == "not_verified"


def test_an_old_version_after_the_last_attempt_fails():
    step = verdict_on(entry("a", "1.0.0"), attempts=2)

    assert (type(step), step.state, step.code) == (Settle, "failed", "not_verified")


def test_a_customer_who_is_still_locked_out_after_the_last_attempt_is_brought_back():
    step = verdict_on(entry("a", "1.0.0", updateInProgress=True), attempts=2)

    assert (type(step), step.code) == (Undo, "not_verified")


def test_an_installation_that_one_reading_missed_is_looked_for_again():
    assert verdict_on(None) == Missed((1,))


def test_an_installation_that_two_readings_missed_is_skipped():
    step = verdict_on(None, was_missed=True)

    assert (step.state, step.code) == ("skipped", "installation_vanished")


def test_what_was_missed_once_and_is_listed_then_is_compared_like_any_other():
    assert verdict_on(entry("a"), was_missed=True) == Verified((1,))
    assert verdict_on(entry("a", "1.0.0"), was_missed=True).code == "not_verified"


def test_what_was_current_by_record_and_is_not_is_pushed_at_once():
    step = verdict_on(entry("a", "1.0.0"), attempts=0)

    assert (type(step), step.attempts, step.due_at) == (PushAgain, 0, NOW)


def test_what_was_not_installed_by_record_and_is_installed_is_pushed():
    assert verdict_on(entry("a", "1.0.0"), attempts=0, is_skipped=True).code == "not_verified"


def test_what_could_not_be_read_fails_with_the_reason_and_holds_up_nobody_else():
    pushes = {name: Outcome(number, 1, "1.1.0") for number, name in enumerate("ab")}
    entries = {"b": entry("b")}

    steps = compare(pushes, entries, {"a": "Its token was revoked."}, max_attempts=2, now=NOW)

    refused, verified = steps
    assert (refused.state, refused.message) == ("failed", "Its token was revoked.")
    assert verified == Verified((1,))


@pytest.mark.parametrize("shown", [None, ""])
def test_what_was_not_installed_by_record_and_shows_no_version_stays_so(shown):
    assert verdict_on(entry("a", shown), attempts=0, is_skipped=True) == Verified((1,))


def test_each_push_is_compared_with_the_version_that_it_was_to_bring():
    pushes = {"a": Outcome(1, 1, "1.0.0"), "b": Outcome(2, 1, "0.9.0")}
    entries = {"a": entry("a", "1.0.0"), "b": entry("b", "0.9.0")}

    assert [*compare(pushes, entries, max_attempts=2, now=NOW)] == [Verified((1, 2))]
