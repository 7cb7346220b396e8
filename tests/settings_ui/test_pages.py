"""Every page shows what there is, in a bounded number of queries."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from connector_kit.models import (
    Connector,
    DryRun,
    Installation,
    License,
    Operation,
    Push,
    Rollout,
    SettingsChange,
    StaffAction,
)
from connector_kit.publisher.actions import THE_KIT, record_action
from connector_kit.rollouts import abort, pause
from connector_kit.workers.heartbeat import TICK, beat, listening
from connector_kit.workers.queues import Queue
from tests.settings_ui.fixtures import World, fail_some

pytestmark = pytest.mark.django_db

QUERIES_AT_MOST = 18


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def at(name: str, *args, **query) -> str:
    return reverse(f"console:{name}", args=args, query=query or None)


def furnish(world: World, count: int) -> dict[str, str]:
    """Fill every page with *count* rows; return the pages' addresses by name."""
    rows = world.install(count)
    one = rows[0]
    world.consist(one)
    for _ in range(count):
        operation = world.update(one)
    rollout = world.roll_out(waves=("2", "rest"))
    fail_some(rollout, count // 2)
    dry_run = world.try_out(one, outcome="failed", code="x", message="No.")
    return {
        "overview": at("overview"),
        "connectors": at("connectors"),
        "connector": at("connector", "orders-to-slack"),
        "release": at("release", "orders-to-slack", "1.1.0", against="1.0.0"),
        "installations": at("installations"),
        "installation": at("installation", one.integration_id),
        "changes": at("changes", one.integration_id),
        "operations": at("operations", one.integration_id),
        "operation": at("operation", one.integration_id, operation.pk),
        "rollouts": at("rollouts"),
        "new rollout": at("rollout-new", connector="orders-to-slack"),
        "rollout": at("rollout", rollout.pk),
        "progress": at("rollout-progress", rollout.pk),
        "pushes": at("pushes", rollout.pk),
        "dry run": at("dry-run", dry_run.pk),
        "dry run's progress": at("dry-run-progress", dry_run.pk),
        "audit": at("audit"),
    }


def test_a_connector_without_a_release_is_listed(viewer, db):
    Connector.objects.create(slug="draft", name="Draft", class_path="", connector_id="d" * 24)

    assert "Draft" in text_of(viewer.get(at("connectors")))


@pytest.mark.parametrize("count", [10, 500])
def test_no_page_takes_more_queries_for_more_rows(
    world, admin, count, django_assert_max_num_queries
):
    for name, address in furnish(world, count).items():
        admin.get(address)
        with django_assert_max_num_queries(QUERIES_AT_MOST, info=name):
            assert admin.get(address).status_code == 200, name


def test_the_overview_says_how_every_connector_stands(history, viewer):
    history.roll_out(waves=("2", "rest"))

    text = text_of(viewer.get(at("overview")))

    for words in ("Orders to Slack", "0 of them (0%) on 1.1.0", "1 failed in their last update"):
        assert words in text
    assert "10 not started, of 10" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"words": "CUSTOMER3@example.com"}, 1),
        ({"words": "orders 3"}, 1),
        ({"words": f"{7:024x}"}, 1),
        ({"words": "100%"}, 0),
        ({"version": "1.0.0", "environment": "sandbox"}, 1),
        ({"environment": "production"}, 9),
        ({"outcome": "failed"}, 1),
        ({"outcome": "none"}, 9),
        ({"edition": "premium"}, 2),
        ({"drifted": "yes"}, 1),
        ({"state": "updating"}, 1),
        ({"state": "vanished"}, 1),
        ({"state": "any"}, 11),
        ({"connector": "orders-to-slack"}, 10),
    ],
)
def test_the_install_base_is_filtered_and_counted(history, viewer, query, count):
    rows = Installation.objects.order_by("pk")
    rows.filter(pk__in=rows[1:3].values("pk")).update(opts={"connectorEdition": "premium"})
    rows.filter(pk=rows[3].pk).update(is_drifted=True)
    rows.filter(pk=rows[4].pk).update(update_in_progress=True)
    history.install(1, vanished_at=timezone.now())

    text = text_of(viewer.get(at("installations", **query)))

    assert f"<strong>{count}</strong> installation" in text


def test_a_store_of_framework_two_is_shown_with_its_installation(world, admin):
    parent, store = world.install(2)
    Installation.objects.filter(pk=store.pk).update(
        parent=parent, name="Store 1", email=parent.email
    )

    listed = text_of(admin.get(at("installations", stores="only")))
    own = text_of(admin.get(at("installation", store.integration_id)))
    whole = text_of(admin.get(at("installation", parent.integration_id)))

    for text in (listed, own):
        assert f"Store 1 of {parent.label}" in text
    assert '<span class="badge">store</span>' in listed
    assert f">{parent.label}</a>" in own
    assert ">Store 1</a>" in whole


def test_the_license_of_a_store_is_shown_with_the_store_and_with_its_parent(world, admin):
    parent, store = world.install(2)
    Installation.objects.filter(pk=store.pk).update(parent=parent, name="Store 1")
    named = {"connector": world.connector, "email": "owner@example.com"}
    license_ = License.objects.create(**named, ends=date(2030, 6, 30))
    used, free = (
        License.objects.create(**named, parent=license_, integration_id=integration_id)
        for integration_id in (store.integration_id, "")
    )

    whole = text_of(admin.get(at("license", license_.pk)))
    own = text_of(admin.get(at("license", used.pk)))

    assert ">Store 1</a>" in whole
    assert "not used yet" in whole.partition(f"/licenses/{free.pk}/")[2]
    assert "that of its parent: 2030-06-30" in own


def test_installations_are_shown_by_customer_tag_account_and_environment(world, admin):
    named = {"name": "Orders to Slack", "email": "buyer@example.com", "account_id": "5f" * 12}
    [row] = world.install(1, tag="Berlin", sandbox=True, **named)
    world.update(row)
    rollout = world.roll_out()
    dry_run = world.try_out(row, outcome="planned", plan={"summary": {}, "steps": []})
    record_action(THE_KIT, "settings.link", f"installation/{row.integration_id}")
    license_ = License.objects.create(connector=world.connector, email="owner@example.com")
    record_action(THE_KIT, "license.extend", f"license/{license_.pk}")
    preview = admin.post(at("rollout-new"), STRATEGY | {"do": "preview"}, follow=True)

    lists = {
        "preview": text_of(preview),
        "installations": text_of(admin.get(at("installations"))),
        "pushes": text_of(admin.get(at("pushes", rollout.pk))),
        "dry run": text_of(admin.get(at("dry-run", dry_run.pk))),
    }
    for name, text in lists.items():
        for words in ("buyer@example.com · Berlin", "sandbox", "5f" * 12, row.integration_id):
            assert words in text, (name, words)
    for address in ("installation", "changes", "operations"):
        page = text_of(admin.get(at(address, row.integration_id)))
        assert "buyer@example.com · Berlin" in page.partition("</title>")[0], address
    audit = text_of(admin.get(at("audit")))
    assert "buyer@example.com · Berlin" in audit
    assert "owner@example.com" in audit


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"email": "a@example.com", "tag": "Berlin", "name": "X"}, "a@example.com · Berlin"),
        ({"email": "a@example.com", "name": "X"}, "a@example.com"),
        ({"end_user": "acme", "tag": "Berlin", "name": "X"}, "acme · Berlin"),
        ({"tag": "Berlin", "name": "X"}, "Berlin"),
        ({"name": "X", "account_id": "5f5f"}, "X"),
        ({"account_id": "5f5f"}, "5f5f"),
        ({}, "64a1"),
    ],
)
def test_an_installation_is_called_by_what_is_known_of_it(fields, label):
    assert Installation(integration_id="64a1", **fields).label == label


def test_secrets_that_customers_have_set_are_on_no_page(world, viewer, admin):
    [row] = world.install(1, settings={"apiToken": "s3cret-1", "channel": "#sales"})
    change = SettingsChange.objects.create(
        installation=row, values={"apiToken": "s3cret-2"}, at=timezone.now(), by="somebody"
    )

    page = text_of(viewer.get(at("installation", row.integration_id)))
    assert "#sales" in page
    addresses = (
        reverse("admin:connector_kit_installation_change", args=[row.pk]),
        reverse("admin:connector_kit_settingschange_change", args=[change.pk]),
    )
    for text in (page, *(text_of(admin.get(address)) for address in addresses)):
        assert "s3cret" not in text


def test_the_install_base_is_leafed_through_both_ways(world, viewer):
    world.install(120)

    first = viewer.get(at("installations")).context["found"]
    second = viewer.get(at("installations", after=first.next_after)).context["found"]
    third = viewer.get(at("installations", after=second.next_after)).context["found"]
    back = viewer.get(at("installations", before=third.previous_before)).context["found"]

    shown = [row.pk for page in (first, second, third) for row in page.rows]
    assert len(shown) == len(set(shown)) == 120
    assert (first.previous_before, third.next_after) == (None, None)
    assert back.rows == second.rows


def test_versions_over_time_are_drawn_and_told_in_numbers(history, viewer):
    text = text_of(viewer.get(at("connector", "orders-to-slack")))

    assert text.count("<path") == 1
    assert text.count('<td class="number">9</td>') == 2 * 4
    assert '<td class="number">10</td>' in text


def test_a_release_is_compared_with_another(world, viewer):
    address = at("release", "orders-to-slack", "1.1.0", against="1.0.0")

    text = text_of(viewer.get(address))

    assert "new_orders" in text
    assert "in an account without edits" in text
    assert viewer.get(at("release", "orders-to-slack", "9.9.9")).status_code == 404


def test_an_installation_shows_its_history_with_before_and_after_and_nothing_as_markup(
    world, viewer
):
    (one,) = world.install(1, name="<script>alert(1)</script>")
    world.update(one, outcome="failed", code="component_deleted", message="<i>Gone</i>.")

    text = text_of(viewer.get(at("installation", one.integration_id)))

    assert "&lt;b&gt;Old&lt;/b&gt;" in text
    assert "component_deleted" in text
    assert "<script>alert" not in text
    assert "<i>Gone" not in text


def test_a_drift_check_is_shown_until_something_else_is_applied(world, viewer):
    (one,) = world.install(1)
    drift = {"action": "create", "resource": "flows", "externalId": "orders_to_slack"}
    plan = {"steps": [], "summary": {}, "drift": [drift]}
    Operation.objects.create(
        installation=one,
        kind="plan",
        function="update",
        release=world.first,
        outcome="done",
        finished_at=timezone.now(),
        plan=plan,
    )
    assert "missing" in text_of(viewer.get(at("installation", one.integration_id)))

    one.note(release=world.second)
    assert "Not checked" in text_of(viewer.get(at("installation", one.integration_id)))


def test_asking_for_a_drift_check_leads_to_its_answers(world, operator):
    (one,) = world.install(1)

    response = operator.post(at("check", one.integration_id))

    dry_run = DryRun.objects.get()
    assert response.headers["Location"] == at("dry-run", dry_run.pk)
    assert dry_run.release == world.first
    assert "waiting" in text_of(operator.get(at("dry-run", dry_run.pk)))


STRATEGY = {
    "connector": "orders-to-slack",
    "release": "1.1.0",
    "waves": "2, 50%, rest",
    "window": 3,
    "failure_limit": 2,
    "max_attempts": 4,
    "wave_failure_share": 30,
}


def test_a_rollout_is_previewed_without_being_started(world, operator):
    world.install(6)
    world.install(2, sandbox=True)

    response = operator.post(at("rollout-new"), STRATEGY | {"do": "preview"}, follow=True)

    waves = response.context["preview"].waves
    assert [(wave.total, wave.sandboxes, wave.production) for wave in waves] == [
        (2, 2, 0),
        (4, 0, 4),
        (2, 0, 2),
    ]
    assert not Rollout.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"waves": "some"}, "is not the size of a wave"),
        ({"window": "0"}, "greater than or equal to 1"),
        ({"release": "7.0.0"}, "not one of the available choices"),
        ({"updated_by": "99"}, "has no rollout 99"),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(world, operator, wrong, words):
    world.install(1)

    response = operator.post(at("rollout-new"), STRATEGY | wrong | {"do": "start"})

    text = text_of(response)
    assert words in text
    assert 'aria-invalid="true"' in text
    assert not Rollout.objects.exists()


def test_a_second_rollout_is_refused_above_the_form(world, operator):
    world.install(1)
    first = world.roll_out()

    text = text_of(operator.post(at("rollout-new"), STRATEGY | {"do": "start"}))

    assert f"Rollout {first.pk} of orders-to-slack" in text
    assert Rollout.objects.count() == 1


def test_a_dry_run_asks_the_first_of_those_to_update(world, operator):
    world.install(2)
    (sandbox,) = world.install(1, sandbox=True)

    operator.post(at("rollout-new"), STRATEGY | {"do": "dry-run"})

    asked = DryRun.objects.get().answers.order_by("pk")
    assert asked.count() == 3
    assert asked[0].installation == sandbox


def test_only_acts_are_offered_that_are_possible(world, operator):
    world.install(3)
    rollout = world.roll_out(failure_limit=9)

    def offered():
        return [act.name for act, _ in operator.get(at("rollout", rollout.pk)).context["acts"]]

    assert offered() == ["pause", "abort"]
    pause(rollout.pk)
    assert offered() == ["resume", "abort"]
    fail_some(rollout, 1)
    assert offered() == ["resume", "retry", "abort"]
    rollout.pushes.filter(state=Push.State.FAILED).update(claimed_at=timezone.now())
    assert offered() == ["resume", "retry", "roll-back", "abort"]
    abort(rollout.pk)
    assert offered() == ["roll-back"]
    world.roll_out()
    assert offered() == []


@pytest.mark.parametrize("action", ["abort", "resume", "retry", "roll-back", "undo", "finish"])
def test_an_act_says_what_it_will_do_to_how_many_and_takes_a_reason(world, operator, action):
    rows = world.install(6)
    rollout = world.roll_out(failure_limit=9)
    pause(rollout.pk)
    begun = rollout.pushes.filter(installation__in=rows[:3])
    begun.update(state=Push.State.UPDATED, claimed_at=timezone.now(), attempts=1)
    rollout.pushes.filter(installation=rows[0]).update(
        state=Push.State.FAILED, code="component_deleted", message="Gone."
    )
    Installation.objects.filter(pk=rows[0].pk).update(update_in_progress=True)
    address = at("control", rollout.pk, action)

    asked = text_of(operator.get(address))
    refused = operator.post(address)

    for words in CONSEQUENCES[action]:
        assert words in asked
    assert refused.status_code == 422
    assert "Enter a reason" in refused.content.decode()
    assert not StaffAction.objects.filter(actor_name="operator").exists()

    operator.post(address, {"reason": "A customer called"})
    [recorded] = StaffAction.objects.filter(actor_name="operator")
    assert "A customer called" in str(recorded.after)


CONSEQUENCES = {
    "abort": (
        "3 installations not started will stay as they are",
        "2 installations already updated will",
    ),
    "resume": ("3 installations not started will be updated", "1 installation that failed"),
    "retry": ("1 installation that failed will be updated again", "component_deleted"),
    "roll-back": (
        "3 installations will be rolled back: 3 to 1.0.0",
        "3 installations not started",
    ),
    "undo": ("1 installation locked will return",),
    "finish": ("1 installation locked will be updated to 1.1.0",),
}


def test_an_aborted_rollout_says_what_was_updated_and_what_never_started(world, viewer):
    rows = world.install(10)
    rollout = world.roll_out(waves=("4", "rest"))
    done = rollout.pushes.filter(installation__in=rows[:3])
    done.update(state=Push.State.UPDATED, claimed_at=timezone.now(), attempts=1)
    rollout.waves.filter(index=0).update(state="running")
    abort(rollout.pk, reason="Wrong release")

    text = text_of(viewer.get(at("rollout", rollout.pk)))
    listed = text_of(viewer.get(at("rollouts")))

    for page in (text, listed):
        assert "3 updated, 7 not started" in page
        assert "10 of 10" not in page
    waves = text.partition('id="waves-title"')[2].partition("</section>")[0]
    assert ">running<" not in waves
    assert ">not started<" in waves
    assert "Wrong release" in text


def test_who_is_locked_since_when_and_why_is_said_with_a_way_out(world, operator, viewer):
    rows = world.install(3, tag="Berlin")
    rollout = world.roll_out()
    rollout.pushes.filter(installation=rows[0]).update(
        state=Push.State.FAILED,
        code="http_500",
        message="The platform is away.",
        claimed_at=timezone.now(),
        sent_at=timezone.now(),
    )
    Installation.objects.filter(pk=rows[0].pk).update(update_in_progress=True)

    text = text_of(operator.get(at("rollout", rollout.pk))).partition('id="locked"')[2]
    looked = text_of(viewer.get(at("rollout", rollout.pk))).partition('id="locked"')[2]

    for words in (rows[0].label, rows[0].integration_id, "http_500", "<time"):
        assert words in text
        assert words in looked
    undo = f"{at('control', rollout.pk, 'undo')}?installation={rows[0].integration_id}"
    assert undo in text
    assert undo not in looked
    assert f"Only <strong>{rows[0].label}</strong>" in text_of(operator.get(undo))


def test_what_was_not_previewed_is_not_started(world, operator):
    world.install(6)
    previewed = operator.post(at("rollout-new"), STRATEGY | {"do": "preview"}, follow=True)
    digest = {"digest": previewed.context["preview"].digest, "do": "start"}

    for moved in ({"waves": "rest"}, {"environment": "production", "waves": "1, rest"}):
        text = text_of(operator.post(at("rollout-new"), STRATEGY | digest | moved))
        assert "have changed since the preview" in text
    assert not Rollout.objects.exists()

    world.install(1)
    assert "have changed since the preview" in text_of(
        operator.post(at("rollout-new"), STRATEGY | digest)
    )
    again = operator.post(at("rollout-new"), STRATEGY | {"do": "preview"}, follow=True)
    digest["digest"] = again.context["preview"].digest
    operator.post(at("rollout-new"), STRATEGY | digest)
    assert Rollout.objects.get().pushes.count() == 7


def test_a_page_that_nobody_works_for_says_so(world, operator):
    rows = world.install(1)
    rollout = world.roll_out()
    dry_run = world.try_out(rows[0])

    assert "No worker has ever connected" in text_of(operator.get(at("rollout", rollout.pk)))
    assert "No worker has ever connected" in text_of(operator.get(at("dry-run", dry_run.pk)))
    beat([listening(queue) for queue in Queue] + [TICK])
    assert "No worker" not in text_of(operator.get(at("rollout", rollout.pk)))
    assert "No worker" not in text_of(operator.get(at("dry-run", dry_run.pk)))


def test_an_outcome_that_is_not_known_is_shown_by_its_word(world, viewer):
    [row] = world.install(1)
    Installation.objects.filter(pk=row.pk).update(update_outcome="postponed")

    assert ">postponed<" in text_of(viewer.get(at("installation", row.integration_id)))


def test_what_cannot_be_done_any_more_is_said(world, operator):
    world.install(1)
    rollout = world.roll_out()
    why = {"reason": "To try"}

    response = operator.post(at("control", rollout.pk, "resume"), why, follow=True)
    assert "Resumed" in text_of(response)
    response = operator.post(at("control", rollout.pk, "retry"), why, follow=True)
    assert "No installations failed" in text_of(response)


def test_failures_lead_from_their_cause_to_the_installations(world, viewer):
    world.install(4)
    rollout = world.roll_out()
    fail_some(rollout, 3)

    text = text_of(viewer.get(at("rollout", rollout.pk)))
    listed = viewer.get(at("pushes", rollout.pk, state="failed", code="component_deleted"))

    assert "state=failed&amp;code=component_deleted" in text
    assert len(listed.context["pushes"].rows) == 3


def test_a_roll_back_leads_to_the_rollout_that_does_it(world, operator):
    rows = world.install(3)
    rollout = world.roll_out()
    rollout.pushes.filter(installation=rows[0]).update(
        state=Push.State.UPDATED, claimed_at=timezone.now(), attempts=1
    )

    answer = operator.post(at("control", rollout.pk, "roll-back"), {"reason": "Broken"})

    way_back = Rollout.objects.order_by("-pk").first()
    assert answer.headers["Location"] == at("rollout", way_back.pk)
    assert [push.installation for push in way_back.pushes.all()] == [rows[0]]
    text = text_of(operator.get(at("rollout", way_back.pk)))
    assert f'This rollout rolls back <a href="{at("rollout", rollout.pk)}">' in text


def test_the_live_part_says_when_there_is_nothing_more_to_come(world, viewer):
    world.install(1)
    rollout = world.roll_out()
    assert viewer.get(at("rollout-progress", rollout.pk)).headers["Live-State"] == "running"

    rollout.pushes.update(state=Push.State.SKIPPED)
    Rollout.objects.update(state=Rollout.State.ABORTED)
    assert viewer.get(at("rollout-progress", rollout.pk)).headers["Live-State"] == "at-rest"


def test_the_audit_log_is_searched_by_who_and_what(world, admin):
    world.install(1)
    rollout = world.roll_out()
    pause(rollout.pk)

    found = admin.get(at("audit", subject=f"rollout/{rollout.pk}", who="Connector"))

    assert [row.action for row in found.context["actions"].rows] == [
        "rollout.pause",
        "rollout.start",
    ]
    assert not admin.get(at("audit", who="nobody")).context["actions"].rows
