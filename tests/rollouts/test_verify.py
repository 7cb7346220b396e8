from datetime import UTC, datetime, timedelta

from connector_kit.rollouts.steps import PushAgain, Settle, Verified
from connector_kit.rollouts.verify import Succeeded, compare, entries_of

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def entry(integration_id, version="1.1.0", **fields):
    return {"_integrationId": integration_id, "version": version, **fields}


def verdict_on(shown, attempts=1):
    entries = {} if shown is None else {"a": shown}
    (step,) = compare(
        {"a": Succeeded(1, attempts)}, entries, version="1.1.0", max_attempts=2, now=NOW
    )
    return step


def test_the_install_base_is_read_no_further_than_needed():
    base = (entry(name) for name in "abcdef")

    assert list(entries_of(base, ["d", "b"])) == ["b", "d"]
    assert next(base)["_integrationId"] == "e"


def test_only_the_wanted_entries_are_kept():
    assert entries_of([entry("a"), entry("b")], ["b", "z"]) == {"b": entry("b")}


def test_the_new_version_verifies_a_push():
    assert verdict_on(entry("a", updateInProgress=False)) == Verified(1)


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


def test_an_installation_that_is_gone_is_skipped():
    step = verdict_on(None)

    assert (step.state, step.code) == ("skipped", "installation_vanished")
