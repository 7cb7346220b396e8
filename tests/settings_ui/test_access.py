"""Pages are open to those whose role opens them, and to nobody else in any other way."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from connector_kit.models import Rollout, StaffAction
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.staff import set_role
from settings_ui.console.urls import urlpatterns
from tests.settings_ui.fixtures import PASSWORD, World
from tests.settings_ui.test_pages import at, furnish

pytestmark = pytest.mark.django_db

OPEN_TO_STRANGERS = {"log-in", "log-out"}
ARGUMENTS = {"slug": "a", "version": "1", "integration_id": "b", "key": 1, "action": "pause"}


def address_of(pattern) -> str:
    names = pattern.pattern.converters
    return reverse(f"console:{pattern.name}", kwargs={name: ARGUMENTS[name] for name in names})


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda item: item.name)
def test_a_stranger_is_asked_to_log_in_everywhere(client, pattern):
    if pattern.name in OPEN_TO_STRANGERS:
        return
    address = address_of(pattern)

    answers = [client.get(address), client.post(address)]

    refused = {(302, f"/console/log-in/?next={address}"), (403, None), (405, None)}
    assert {(answer.status_code, answer.headers.get("Location")) for answer in answers} <= refused
    asked = [answer for answer in answers if answer.status_code != 405]
    assert asked
    assert all(item.status_code == 302 or "Log in" in item.content.decode() for item in asked)


def test_who_has_no_role_may_log_in_and_sees_nothing(client):
    client.force_login(get_user_model().objects.create_user("guest"), _BACKEND)

    response = client.get(at("overview"))

    assert response.status_code == 403
    assert "you have no role" in response.content.decode()


_BACKEND = "django.contrib.auth.backends.ModelBackend"


def test_a_viewer_sees_every_page_but_the_audit_log_and_the_form(world, viewer):
    refused = {
        name
        for name, address in furnish(world, 4).items()
        if viewer.get(address).status_code != 200
    }

    assert refused == {"new rollout", "audit"}


def test_an_operator_rolls_out_and_reads_no_audit_log(world, operator):
    world.install(2)

    assert operator.get(at("rollout-new", connector="orders-to-slack")).status_code == 200
    assert operator.get(at("audit")).status_code == 403


@pytest.mark.parametrize("action", ["pause", "resume", "abort", "retry"])
def test_a_viewer_can_press_no_button(world, viewer, action):
    world.install(1)
    rollout = world.roll_out()

    response = viewer.post(at("control", rollout.pk, action))

    rollout.refresh_from_db()
    assert (response.status_code, rollout.state) == (403, "running")
    assert "requires the operator or admin role; you are viewer" in response.content.decode()


def test_the_release_for_new_installations_is_chosen_by_admins_alone(world, operator, admin):
    address = at("release-default", "orders-to-slack", "1.1.0")
    page = at("connector", "orders-to-slack")

    assert operator.post(address).status_code == 403
    assert "Make 1.1.0 the default" not in operator.get(page).content.decode()
    assert "New installations get 1.1.0 instead of 1.0.0" in admin.get(page).content.decode()

    shown = admin.post(address, follow=True).content.decode()

    assert "The server at" in shown or "get 1.1.0." in shown


def test_no_button_works_by_a_link(world, admin):
    world.install(1)
    rollout = world.roll_out()

    asked = admin.get(at("control", rollout.pk, "abort"))

    assert "Abort: rollout" in asked.content.decode()
    assert Rollout.objects.get().state == "running"


def test_a_form_from_elsewhere_changes_nothing(world):
    world.install(1)
    rollout = world.roll_out()
    set_role("operator", Role.OPERATOR, by=THE_KIT)
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(get_user_model().objects.get(username="operator"), _BACKEND)

    response = careful.post(at("control", rollout.pk, "abort"))

    rollout.refresh_from_db()
    assert (response.status_code, rollout.state) == (403, "running")
    assert "This form has expired" in response.content.decode()


def test_every_action_is_recorded_with_who_and_when(world: World, operator):
    world.install(2)
    strategy = {
        "waves": "rest",
        "window": 1,
        "failure_limit": 1,
        "max_attempts": 1,
        "wave_failure_share": 40,
    }
    what = {"connector": "orders-to-slack", "release": "1.1.0", "do": "start"}
    operator.post(at("rollout-new"), what | strategy)
    rollout = Rollout.objects.get()
    for action in ("pause", "resume", "abort"):
        operator.post(at("control", rollout.pk, action), {"reason": f"To {action} it"})

    recorded = StaffAction.objects.filter(actor_name="operator").order_by("pk")
    assert [action.action for action in recorded] == [
        f"rollout.{name}" for name in ("start", "pause", "resume", "abort")
    ]
    assert all(action.at and action.subject == f"rollout/{rollout.pk}" for action in recorded)
    assert rollout.created_by.username == "operator"


def test_pages_take_scripts_and_styles_from_here_only_and_are_framed_nowhere(client):
    headers = client.get("/console/log-in/").headers

    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_no_page_carries_scripts_or_styles_of_its_own(world, admin):
    for name, address in furnish(world, 4).items():
        text = admin.get(address).content.decode()
        for inline in ("<style", "style=", "<script>", "onclick=", "javascript:"):
            assert inline not in text, name


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    set_role("viewer", Role.VIEWER, by=THE_KIT, password=PASSWORD)
    client.get("/console/log-in/")
    client.post("/console/log-in/", {"username": "viewer", "password": PASSWORD})

    assert {"sessionid", "csrftoken"} <= client.cookies.keys()
    for cookie in client.cookies.values():
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")


def test_the_pages_answer_to_their_own_host_names_only(client):
    assert client.get("/console/log-in/", headers={"host": "evil.example.com"}).status_code == 400


def test_logging_out_takes_a_form_and_ends_the_session(viewer):
    assert viewer.get("/console/log-out/").status_code == 405
    viewer.post("/console/log-out/")

    assert viewer.get(at("overview")).status_code == 302


def test_a_log_in_leads_nowhere_else(client):
    set_role("viewer", Role.VIEWER, by=THE_KIT, password=PASSWORD)

    response = client.post(
        "/console/log-in/?next=https://evil.example.com/",
        {"username": "viewer", "password": PASSWORD, "next": "https://evil.example.com/"},
    )

    assert response.headers["Location"] == "/console/"


def test_an_unknown_page_says_so_in_words_and_an_unknown_address_in_json(viewer):
    page = viewer.get("/console/rollouts/999/")

    assert page.status_code == 404
    assert "Page not found" in page.content.decode()
    assert viewer.get("/nothing/").headers["Content-Type"] == "application/json"


def test_a_failure_is_told_without_its_secrets(viewer, monkeypatch):
    def broken():
        raise RuntimeError("the password is s3cret")

    monkeypatch.setattr("settings_ui.console.views.overview.summaries", broken)
    viewer.raise_request_exception = False

    page = viewer.get(at("overview"))

    assert page.status_code == 500
    assert "Something went wrong" in page.content.decode()
    assert "s3cret" not in page.content.decode()
