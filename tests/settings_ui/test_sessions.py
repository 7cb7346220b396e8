"""Who is logged out in mid-work is told so, led back, and can still do what was wanted."""

from __future__ import annotations

import pytest
from django.test import Client

from connector_kit.models import Rollout, StaffAction
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.settings_links import make_link
from connector_kit.publisher.staff import set_role
from tests.settings_pages.browser_form import sent_by_a_browser
from tests.settings_pages.records import DOCUMENT, installation_with
from tests.settings_pages.test_links import path_of
from tests.settings_ui.fixtures import PASSWORD, World
from tests.settings_ui.test_pages import at

pytestmark = pytest.mark.django_db

HOST = "http://testserver"


@pytest.fixture
def careful(db) -> Client:
    """A browser whose forms are checked, with an operator logged in."""
    set_role("operator", Role.OPERATOR, by=THE_KIT, password=PASSWORD)
    client = Client(enforce_csrf_checks=True)
    log_in(client)
    return client


def log_in(client: Client):
    """Log in by the page."""
    form = form_of(client.get("/console/log-in/"))
    return client.post("/console/log-in/", form | {"username": "operator", "password": PASSWORD})


def form_of(page, action: str = "") -> dict[str, list[str]]:
    """What the browser sends of the form on *page* that goes to *action*."""
    html = page.content.decode()
    start = html.index(f'action="{action}"') if action else html.index("<main")
    return dict(sent_by_a_browser(html[start:].partition("</form>")[0]).lists())


def press(client: Client, address: str, form, **headers: str):
    return client.post(address, form, headers={"Origin": HOST, **headers})


def test_an_act_after_the_session_ended_leads_through_the_log_in_to_the_act(world: World, careful):
    world.install(2)
    rollout = world.roll_out()
    here = at("rollout", rollout.pk)
    form = form_of(careful.get(here), at("control", rollout.pk, "pause"))
    del careful.cookies["sessionid"]

    asked = press(careful, at("control", rollout.pk, "pause"), form, Referer=f"{HOST}{here}")

    assert asked.status_code == 403
    assert "You are logged out. Nothing was changed" in asked.content.decode()
    typed = form_of(asked) | {"username": ["operator"], "password": [PASSWORD]}
    assert typed["next"] == [here]
    offered = press(careful, "/console/log-in/", typed)
    assert "Your request was not sent" in offered.content.decode()
    assert f'href="{here}"' in offered.content.decode()
    assert Rollout.objects.get().state == "running"

    done = press(careful, at("control", rollout.pk, "pause"), form_of(offered))
    assert done.headers["Location"] == here
    assert Rollout.objects.get().state == "paused"


def test_a_wrong_password_does_not_lose_what_was_kept(world: World, careful):
    world.install(1)
    address = at("control", world.roll_out().pk, "pause")
    del careful.cookies["sessionid"]
    token = form_of(careful.get("/console/log-in/"))["csrfmiddlewaretoken"]
    asked = press(careful, address, {"csrfmiddlewaretoken": token})

    wrong = press(
        careful,
        "/console/log-in/",
        form_of(asked) | {"username": ["operator"], "password": ["guess"]},
    )
    right = form_of(wrong) | {"username": ["operator"], "password": [PASSWORD]}

    assert "Your request was not sent" in press(careful, "/console/log-in/", right).content.decode()


def test_a_form_of_an_earlier_session_comes_back_to_be_sent_again(world: World, careful):
    world.install(2)
    what = {"connector": "orders-to-slack", "release": "1.1.0", "waves": "1, rest", "window": "3"}
    what |= {"failure_limit": "2", "max_attempts": "4", "do": "preview"}
    here = at("rollout-new", connector="orders-to-slack")
    form = form_of(careful.get(here)) | what
    careful.post("/console/log-out/", form_of(careful.get(at("overview")), "/console/log-out/"))
    log_in(careful)

    expired = press(careful, at("rollout-new"), form, Referer=f"{HOST}{here}")
    assert expired.status_code == 403
    assert "Your request was not sent" in expired.content.decode()
    assert "1, rest" in expired.content.decode()
    again = press(careful, at("rollout-new"), form_of(expired))

    assert careful.get(again["Location"]).context["preview"].total == 2


def test_a_form_from_another_site_is_never_offered_again(world: World, careful):
    world.install(1)
    rollout = world.roll_out()
    elsewhere = {"Origin": "https://evil.example.com", "Referer": "https://evil.example.com/"}

    for headers in (elsewhere, {"Origin": "null"}):
        refused = press(careful, at("control", rollout.pk, "abort"), {"a": "b"}, **headers)
        assert refused.status_code == 403
        assert "This form has expired" in refused.content.decode()
        assert "<form" not in refused.content.decode().partition("<main")[2]
        assert at("rollout", rollout.pk) in refused.content.decode()
    assert not StaffAction.objects.filter(action="rollout.abort").exists()


def test_a_password_is_never_kept(careful, world: World):
    address = "/console/preview/orders-to-slack/abc/connect/"
    del careful.cookies["sessionid"]
    form = form_of(careful.get("/console/log-in/")) | {"credential:http.token": "s3cret"}

    asked = press(careful, address, form)

    assert "s3cret" not in asked.content.decode()
    assert "Log in and try again" in asked.content.decode()


@pytest.fixture
def customer(db):
    """A customer with the settings open, by a link; forms are checked."""
    client = Client(enforce_csrf_checks=True)
    client.installation = installation_with(DOCUMENT)
    client.get(path_of(make_link(client.installation, by=THE_KIT)))
    client.here = f"/settings/{client.installation.integration_id}/-/Orders/"
    return client


def test_settings_typed_after_the_link_expired_can_be_saved_with_a_new_one(customer):
    form = form_of(customer.get(customer.here)) | {"f-channel": "#typed"}
    del customer.cookies["sessionid"]

    refused = press(customer, customer.here, form)

    assert refused.status_code == 404
    assert "Your changes were not saved" in refused.content.decode()
    customer.get(path_of(make_link(customer.installation, by=THE_KIT)))
    back = press(customer, customer.here, form_of(refused))
    assert back.status_code == 200
    assert 'value="#typed"' in back.content.decode()
    assert "data-dirty" in back.content.decode()


def test_settings_whose_form_has_expired_come_back_as_they_were_typed(customer):
    form = form_of(customer.get(customer.here)) | {"f-channel": "#typed"}
    del customer.cookies["csrftoken"]

    refused = press(customer, customer.here, form, Referer=f"{HOST}{customer.here}")
    back = press(customer, customer.here, form_of(refused))

    assert refused.status_code == 403
    assert 'value="#typed"' in back.content.decode()
