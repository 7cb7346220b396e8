"""Workers get a primary key and nothing else, and may get it twice."""

import pytest
from kombu.exceptions import OperationalError

from connector_kit.embedded import EmbeddedError, deploy, record_release, tasks
from connector_kit.embedded.asking import deploy_soon, remove_soon, update_soon
from connector_kit.embedded.deployments import order_update
from connector_kit.embedded.encryption import encrypted
from connector_kit.embedded.left_behind import PATIENCE, PAUSE
from connector_kit.integrator.transport.secret import Secret
from connector_kit.models import Installation, Operation, Order, clock
from connector_kit.publisher.actions import Actor
from connector_kit.server.celery import app
from tests.embedded.fixtures import SECOND, problems_of
from tests.embedded.shop import credentials_for

BY = Actor("somebody")


@pytest.fixture
def later(monkeypatch):
    """Let some time pass by the database's clock."""

    def pass_by(duration):
        then = clock.now() + duration
        monkeypatch.setattr(clock, "now", lambda: then)

    return pass_by


@pytest.fixture
def sent(monkeypatch):
    """Every message that was sent: the task, its arguments, how."""
    messages = []

    def apply_async(task, args=None, kwargs=None, **options):
        messages.append((task.name, args, kwargs, options.get("countdown")))

    monkeypatch.setattr(app.Task, "apply_async", apply_async)
    return messages


def test_a_message_carries_the_primary_key_alone(sent, acme):
    for task in (tasks.complete, tasks.update, tasks.remove):
        tasks.send(task, acme)

    assert [args for _, args, _, _ in sent] == [(acme.pk,)] * 3
    assert [kwargs for _, _, kwargs, _ in sent] == [{}] * 3


def test_each_task_may_run_twice(embedding, release, address):
    deployment = deploy(
        release.connector,
        embedding.account,
        "acme",
        credentials=credentials_for(address),
        components=False,
    )

    for _ in range(2):
        tasks.complete.apply(args=[deployment.pk], throw=True)
    assert problems_of(embedding, deployment, release) == []

    second = record_release(SECOND)
    order_update(deployment)
    for _ in range(2):
        tasks.update.apply(args=[deployment.pk], throw=True)
    assert problems_of(embedding, deployment, second) == []

    for _ in range(2):
        tasks.remove.apply(args=[deployment.pk], throw=True)
    assert embedding.of(deployment) == {}


def test_a_deployment_that_is_not_known_any_more_is_nothing_to_do(db):
    tasks.update.apply(args=[7], throw=True)


def test_a_removal_is_not_undone_by_a_task_that_comes_late(embedding, acme):
    tasks.remove.apply(args=[acme.pk], throw=True)
    count = acme.operations.count()

    for task in (tasks.complete, tasks.update):
        task.apply(args=[acme.pk], throw=True)

    assert embedding.of(acme) == {}
    assert acme.operations.count() == count


def test_a_failure_that_stays_is_on_record_and_not_tried_again(embedding, acme, sent, caplog):
    account = embedding.account
    account.refresh_from_db()
    account.set_token(encrypted(Secret("revoked-token")), instead_of=account.token)
    order_update(acme)

    tasks.update.apply(args=[acme.pk], throw=True)

    assert sent == []
    assert acme.operations.latest("pk").code == "token_refused"
    assert "token_refused" in caplog.text
    assert "revoked-token" not in caplog.text


def test_a_deployment_that_is_being_worked_on_is_tried_again_a_few_times(acme, caplog):
    order_update(acme)
    assert acme.take_lease("another", now=clock.now(), seconds=60)

    tasks.update.apply(args=[acme.pk])

    assert caplog.text.count("update_in_progress: ") == 1 + tasks.RETRIES
    assert {*acme.operations.filter(kind="update").values_list("code", flat=True)} == {
        "update_in_progress"
    }


def test_what_stopped_before_its_deadline_goes_on_at_once(embedding, release, address, settings):
    deployment = deploy(
        release.connector,
        embedding.account,
        "acme",
        credentials=credentials_for(address),
        components=False,
    )
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "function_seconds": 0.0}

    tasks.complete.apply(args=[deployment.pk])

    assert problems_of(embedding, deployment, release) == []
    assert "checkpoint" in set(deployment.operations.values_list("outcome", flat=True))


def test_without_a_broker_the_caller_is_told(acme, monkeypatch):
    def refuse(*_args, **_options):
        raise OperationalError("no broker")

    monkeypatch.setattr(app.Task, "apply_async", refuse)

    with pytest.raises(EmbeddedError) as refused:
        tasks.send(tasks.update, acme)
    assert refused.value.code == "broker_down"
    assert Installation.objects.get().version == "1.0.0"


def test_a_deployment_whose_task_was_lost_is_taken_up_again(
    embedding, release, address, sent, monkeypatch
):
    deployment = deploy(
        release.connector,
        embedding.account,
        "acme",
        credentials=credentials_for(address),
        components=False,
    )
    tasks.tick()
    assert sent == [], "its task may be on the way still"

    later = clock.now() + 2 * PATIENCE
    monkeypatch.setattr(clock, "now", lambda: later)
    tasks.tick()
    assert [(name, args) for name, args, _, _ in sent] == [
        ("connector_kit.embedded.complete", (deployment.pk,))
    ]
    assert deployment.take_lease("somebody", now=later, seconds=60)
    tasks.tick()
    assert len(sent) == 1, "somebody is at work on it"


def test_a_complete_deployment_is_left_alone(acme, sent, monkeypatch):
    later = clock.now() + 2 * PATIENCE
    monkeypatch.setattr(clock, "now", lambda: later)
    tasks.tick()
    assert sent == []


def named(sent):
    return [(name.removeprefix("connector_kit.embedded."), args) for name, args, _, _ in sent]


def test_an_update_that_the_broker_forgot_is_taken_up(embedding, acme, sent, later):
    record_release(SECOND)
    update_soon(acme, by=BY)
    sent.clear()  # as a broker does that was flushed

    tasks.tick()
    assert sent == [], "its task may be on the way still"
    later(2 * PATIENCE)
    tasks.tick()

    assert named(sent) == [("update", (acme.pk,))]
    tasks.update.apply(args=[acme.pk], throw=True)
    acme.refresh_from_db()
    assert acme.version == "1.1.0"
    later(2 * PATIENCE)
    sent.clear()
    tasks.tick()
    assert sent == []


def test_a_removal_that_the_broker_forgot_is_taken_up(embedding, acme, sent, later):
    remove_soon(acme, by=BY)
    remove_soon(acme, by=BY)
    sent.clear()

    later(2 * PATIENCE)
    tasks.tick()

    assert named(sent) == [("remove", (acme.pk,))]
    tasks.remove.apply(args=[acme.pk], throw=True)
    assert embedding.of(acme) == {}
    order = acme.orders.get(kind=Order.Kind.REMOVAL)
    assert (order.state, order.by) == (Order.State.DONE, "somebody")


def test_a_deployment_that_the_broker_forgot_is_taken_up(embedding, release, sent, later):
    deployment = deploy_soon(release.connector, embedding.account, "acme", by=BY)
    sent.clear()

    later(2 * PATIENCE)
    tasks.tick()

    assert named(sent) == [("complete", (deployment.pk,))]


def test_without_a_broker_it_is_done_when_there_is_one_again(acme, later, sent, monkeypatch):
    def away(*_args, **_options):
        raise OperationalError("Error 111 connecting to 127.0.0.1:6379")

    with monkeypatch.context() as patched:
        patched.setattr(app.Task, "apply_async", away)
        with pytest.raises(EmbeddedError, match="when the broker responds again"):
            remove_soon(acme, by=BY)

    later(2 * PATIENCE)
    tasks.tick()

    assert named(sent) == [("remove", (acme.pk,))]


def test_who_deploys_again_is_not_removed_by_a_message_that_comes_late(embedding, acme, sent):
    remove_soon(acme, by=BY)
    deploy_soon(acme.connector, embedding.account, acme.end_user, by=BY)

    tasks.remove.apply(args=[acme.pk], throw=True)

    assert embedding.of(acme) != {}


def test_what_failed_for_good_waits_for_somebody_to_ask_again(embedding, acme, sent, later):
    update_soon(acme, by=BY)
    order = acme.orders.get(kind=Order.Kind.DEPLOYMENT)
    Operation.objects.create(
        installation=acme, kind="update", order=order, outcome="failed", code="component_deleted"
    )
    sent.clear()

    later(2 * PAUSE)
    tasks.tick()

    assert sent == []


def test_what_failed_because_the_platform_was_away_is_taken_up_after_a_while(acme, sent, later):
    update_soon(acme, by=BY)
    order = acme.orders.get(kind=Order.Kind.DEPLOYMENT)
    Operation.objects.create(
        installation=acme, kind="update", order=order, outcome="failed", code="platform_unavailable"
    )
    sent.clear()

    later(2 * PATIENCE)
    tasks.tick()
    assert sent == [], "the task tries again by itself"
    later(2 * PAUSE)
    tasks.tick()

    assert named(sent) == [("update", (acme.pk,))]


def test_what_was_given_up_is_on_record_and_stays_so(acme, sent, later):
    update_soon(acme, by=BY)
    sent.clear()

    tasks.update.give_up(acme.pk)

    operation = acme.operations.latest("pk")
    assert (operation.outcome, operation.code) == ("failed", "worker_lost")
    assert "ran out of memory" in operation.message
    later(2 * PAUSE)
    tasks.tick()
    assert sent == []
