"""Rollouts over the API: previewed, started, controlled; and every step recorded."""

import pytest

from connector_kit.models import Connector, Installation, Push, Rollout, StaffAction
from connector_kit.publisher import publish
from connector_kit.publisher.roles import Role, Scope
from connector_kit.rollouts import RolloutOptions, start_rollout
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS, recorded

WISH = {"connector": "orders", "waves": ["2", "rest"]}


def test_a_preview_says_the_waves_and_starts_nothing(api, base, release):
    base.install(3)
    base.install(1, sandbox=True)
    base.install(1, mode="install")
    base.install(1, release=release, version="1.1.0")

    seen = api.post("rollouts/preview/", WISH)

    assert (seen["version"], seen["total"]) == ("1.1.0", 6)
    first, rest = seen["waves"]
    assert (first["label"], first["total"], first["sandboxes"]) == ("2", 2, 1)
    assert (rest["total"], rest["to_update"], rest["current"], rest["skipped"]) == (4, 2, 1, 1)
    assert not Rollout.objects.exists()


def test_a_preview_is_what_comes_of_it(api, base, release):
    base.install(7)
    base.install(2, sandbox=True)

    seen = api.post("rollouts/preview/", WISH)
    started = api.post("rollouts/", WISH, expect=201)

    told = [(wave["label"], wave["total"]) for wave in seen["waves"]]
    assert told == [(wave["label"], wave["total"]) for wave in started["waves"]]


@pytest.mark.django_db(transaction=True)
def test_a_preview_says_what_the_update_changes_by_the_records(api, platform, monkeypatch):
    connector = Connector.objects.get(slug=publish(ORDERS).slug)
    row = recorded(connector, connector.releases.get())
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")
    monkeypatch.setattr(OrdersToSlack, "orders_to_slack", None)
    publish(ORDERS)

    [change] = api.post("rollouts/preview/", {"connector": connector.slug})["changes"]

    assert (change["from_version"], change["installations"]) == ("1.0.0", 1)
    assert change["example"] == row.integration_id
    assert change["summary"]["delete"] == 1
    assert change["blocked"] is False


def test_a_rollout_is_started_for_whom_it_is_meant(api, base, release):
    base.install(3)
    base.install(2, sandbox=True)

    status = api.post(
        "rollouts/",
        {**WISH, "only": {"environment": "sandbox"}, "window": 7, "release": "1.1.0"},
        expect=201,
    )

    assert (status["state"], status["total"]) == ("running", 2)
    rollout = Rollout.objects.get(pk=status["id"])
    assert rollout.window == 7
    assert rollout.created_by.username == "admin-of-the-tests"
    action = StaffAction.objects.get(action="rollout.start")
    assert action.subject == f"rollout/{rollout.pk}"
    assert action.actor_name == "admin-of-the-tests (token tests)"


@pytest.mark.parametrize(
    ("wish", "status", "field"),
    [
        pytest.param({}, 400, "connector", id="no connector"),
        pytest.param({**WISH, "connector": "nope"}, 404, None, id="an unknown connector"),
        pytest.param({**WISH, "waves": ["half"]}, 422, "waves", id="a size that is none"),
        pytest.param({**WISH, "waves": "3"}, 400, "waves", id="no list"),
        pytest.param({**WISH, "window": 0}, 400, "window", id="no window"),
        pytest.param({**WISH, "release": "9.9.9"}, 409, None, id="an unknown release"),
        pytest.param(
            {**WISH, "only": {"environment": "moon"}}, 400, "only.environment", id="deep inside"
        ),
        pytest.param([], 400, None, id="a list"),
    ],
)
def test_a_rollout_that_makes_no_sense_is_refused(api, base, release, wish, status, field):
    answer = api.ask("POST", "rollouts/", wish)

    assert answer.status_code == status, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert error["message"]
    assert not Rollout.objects.exists()


def test_a_body_that_is_no_json_is_refused(api, base):
    answer = api.ask("POST", "rollouts/", data=b"{", headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "parse_error"


def test_the_controls_do_what_they_say_and_are_recorded(api, base, release):
    base.install(2)
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("rest",)))
    where = f"rollouts/{rollout.pk}"

    assert api.post(f"{where}/pause/")["state"] == "paused"
    assert api.post(f"{where}/resume/")["state"] == "running"
    rollout.pushes.update(state=Push.State.FAILED, code="x", message="No.")
    status = api.get(f"{where}/")
    assert status["failures"][0] | {"installation": ""} == {
        "code": "x",
        "state": "failed",
        "count": 2,
        "installation": "",
        "message": "No.",
    }
    assert api.post(f"{where}/retry/")["counts"]["waiting"] == 2
    assert api.post(f"{where}/abort/")["state"] == "aborted"

    actions = StaffAction.objects.filter(subject=f"rollout/{rollout.pk}").order_by("pk")
    assert [(action.action, action.before, action.after) for action in actions][1:] == [
        ("rollout.pause", "running", "paused"),
        ("rollout.resume", "paused", "running"),
        ("rollout.retry", "running", "running"),
        ("rollout.abort", "running", "aborted"),
    ]


def test_what_does_not_fit_the_state_is_a_conflict_that_says_so(api, base, release):
    base.install(1)
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("rest",)))
    api.post(f"rollouts/{rollout.pk}/abort/")

    answer = api.ask("POST", f"rollouts/{rollout.pk}/resume/")
    second = api.ask("POST", "rollouts/9999/pause/")

    assert answer.status_code == 409
    assert "aborted" in answer.json()["errors"][0]["message"]
    assert second.status_code == 404


def test_one_rollout_at_a_time(api, base, release):
    base.install(1)
    api.post("rollouts/", WISH, expect=201)

    assert api.ask("POST", "rollouts/", WISH).status_code == 409


def test_the_pushes_of_a_rollout_are_listed_by_state(api, base, release):
    first, _ = base.install(2)
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("1", "rest")))
    rollout.pushes.filter(installation=first).update(state=Push.State.FAILED, code="x")

    [failed] = api.get(f"rollouts/{rollout.pk}/pushes/", state="failed")["results"]
    [later] = api.get(f"rollouts/{rollout.pk}/pushes/", wave=1)["results"]

    assert (failed["installation"], failed["code"]) == (first.integration_id, "x")
    assert later["wave"] == 1


def test_whoever_only_reads_can_preview_and_not_start(as_role, base, release):
    base.install(1)
    viewer = as_role(Role.VIEWER, {Scope.ROLLOUTS_READ})

    viewer.post("rollouts/preview/", WISH)
    assert viewer.ask("POST", "rollouts/", WISH).status_code == 403
    assert [result["id"] for result in viewer.get("rollouts/", connector="orders")["results"]] == []


def test_the_staff_can_read_what_was_done(api, base, release):
    base.install(1)
    Installation.objects.update(version="1.0.0")
    api.post("rollouts/", WISH, expect=201)

    [action] = api.get("actions/", action="rollout.start")["results"]

    assert (action["actor"], action["after"]) == (
        "admin-of-the-tests (token tests)",
        "orders 1.1.0",
    )


@pytest.fixture
def stuck(base, release):
    """A running rollout with an installation that failed half-way, and one that is updated."""
    first, second, _ = base.install(3)
    Installation.objects.filter(pk=first.pk).update(email="ana@example.com", tag="north")
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("2", "rest")))
    base.settle(rollout)
    base.finish(first, None, "failed", "component_deleted", "A flow is gone.", locks=True)
    base.finish(second)
    base.settle(rollout)
    return rollout


def test_a_status_says_how_many_are_locked_and_who(api, base, stuck):
    status = api.get(f"rollouts/{stuck.pk}/")

    assert (status["not_started"], status["undoing"], status["locked"]) == (1, 1, 1)
    [locked] = status["locked_installations"]
    assert (locked["email"], locked["tag"], locked["state"]) == (
        "ana@example.com",
        "north",
        "undoing",
    )
    assert (locked["code"], locked["message"]) == ("component_deleted", "A flow is gone.")
    assert locked["since"]


def test_a_rollout_is_rolled_back_in_one_request(api, base, stuck):
    status = api.post(f"rollouts/{stuck.pk}/rollback/", {"reason": "wrong"}, expect=201)

    back = Rollout.objects.get(pk=status["id"])
    assert (back.reverses, status["version"], status["total"]) == (stuck, "1.0.0", 2)
    assert api.get(f"rollouts/{stuck.pk}/")["state"] == "aborted"


@pytest.mark.parametrize("finish", [True, False])
def test_the_locked_are_undone_or_finished(api, base, stuck, finish):
    locked = api.get(f"rollouts/{stuck.pk}/")["locked_installations"][0]["installation"]

    status = api.post(f"rollouts/{stuck.pk}/unlock/", {"finish": finish, "installations": [locked]})

    assert status["undoing"] == (0 if finish else 1)
    action = StaffAction.objects.get(action="rollout.unlock")
    assert action.after == {"installations": 1, "finish": finish, "reason": ""}


def test_unlocking_whom_the_rollout_does_not_lock_names_the_field(api, base, stuck):
    answer = api.ask("POST", f"rollouts/{stuck.pk}/unlock/", {"installations": ["f" * 24]})

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == "installations"
    assert "f" * 24 in error["message"]


@pytest.mark.parametrize("control", ["pause", "resume", "abort", "retry"])
def test_controls_take_a_reason(api, base, stuck, control):
    Rollout.objects.update(state="running" if control == "pause" else "halted")
    stuck.pushes.update(state="failed")

    api.post(f"rollouts/{stuck.pk}/{control}/", {"reason": "orders doubled"})

    action = StaffAction.objects.get(action=f"rollout.{control}")
    assert action.after["reason"] == "orders doubled"


@pytest.mark.parametrize(
    ("only", "field"),
    [
        ({"installations": ["f" * 24]}, "only.installations"),
        ({"tags": ["nobody"]}, "only.tags"),
        ({"versions": ["7.7.7"]}, "only.versions"),
        ({"environment": "sandbox"}, "only"),
    ],
)
@pytest.mark.parametrize("path", ["rollouts/", "rollouts/preview/"])
def test_what_is_selected_and_not_there_is_refused_with_its_field(
    api, base, release, path, only, field
):
    base.install(2)

    answer = api.ask("POST", path, {**WISH, "only": only})

    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert (error["code"], error["field"]) == ("rollout_refused", field)
    assert not Rollout.objects.exists()


def test_a_preview_is_started_as_it_was_seen_or_refused(api, base, release):
    base.install(3)
    digest = api.post("rollouts/preview/", WISH)["digest"]
    other = api.ask("POST", "rollouts/", {**WISH, "waves": ["rest"], "digest": digest})

    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "digest"
    started = api.post("rollouts/", {**WISH, "digest": digest}, expect=201)
    assert started["total"] == 3


def test_the_share_of_a_wave_that_may_fail_is_the_starters_to_say(api, base, release):
    base.install(1)

    api.post("rollouts/", {**WISH, "wave_failure_share": 7}, expect=201)
    refused = api.ask("POST", "rollouts/", {**WISH, "wave_failure_share": 101})

    assert Rollout.objects.get().wave_failure_share == 7
    assert refused.json()["errors"][0]["field"] == "wave_failure_share"
