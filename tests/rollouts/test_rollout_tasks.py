import pytest
from celery import Celery

from connector_kit.lifecycle.signals import operation_finished
from connector_kit.models import Operation, Rollout
from connector_kit.rollouts import abort, tasks
from connector_kit.server.celery import app
from tests.rollouts.fixtures import started

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """The ids of the rollouts that a tick was sent for."""
    ids = []

    def apply_async(_task, args, *_, **__):
        ids.extend(args)

    monkeypatch.setattr(app.Task, "apply_async", apply_async)
    return ids


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_the_beat_looks_at_every_rollout_that_has_something_to_do(base, release, sent):
    done = started(base.connector)
    abort(done.pk)
    running = started(base.connector)

    tasks.tick_all()

    assert sent == [running.pk]


def test_a_tick_that_did_something_is_followed_by_another(base, release, sent):
    rollout = started(base.connector)

    tasks.tick(rollout.pk)
    assert sent == [rollout.pk]
    tasks.tick(rollout.pk)

    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.COMPLETED
    assert sent == [rollout.pk]


def test_the_end_of_an_update_is_looked_at_when_it_is_committed(base, release, sent, commits):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    operation = base.finish(installation)

    with commits():
        operation_finished.send(Operation, operation=operation)
        assert sent == []

    assert sent == [rollout.pk]


def test_operations_that_no_push_waits_for_send_nothing(base, release, sent, commits):
    pushed, other = *base.install(1), *base.install(1)
    started(base.connector)

    with commits():
        operation_finished.send(Operation, operation=base.finish(other, release))
        planned = Operation.objects.create(installation=pushed, kind="plan", function="update")
        operation_finished.send(Operation, operation=planned)

    assert sent == []


@pytest.fixture
def no_broker():
    """Tasks go through an application whose broker refuses connections."""
    unlucky = Celery("unlucky", config_source="connector_kit.server.celery_settings")
    unlucky.conf.broker_url = "redis://127.0.0.1:1/0"
    unlucky.set_current()
    yield
    app.set_current()


@pytest.mark.usefixtures("no_broker")
def test_a_broker_that_is_down_is_left_to_the_next_beat(caplog):
    tasks.tick_soon(7)

    assert "rollout 7: no tick sent" in caplog.text


def test_the_tasks_have_the_names_that_the_beat_and_other_versions_know():
    assert tasks.tick.name == "connector_kit.rollouts.tick"
    assert tasks.tick_all.name == app.conf.beat_schedule["rollouts"]["task"]
