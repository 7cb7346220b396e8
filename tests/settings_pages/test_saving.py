"""Settings saved on the pages reach the account by the next update, or come back with reasons."""

import json

import pytest

from connector_kit.models import SettingsChange, StaffAction
from connector_kit.publisher.roles import Role
from settings_ui.customer import saving
from tests.lifecycle.settings_fixtures import body, chat, section, values
from tests.settings_pages.browser_form import sent_by_a_browser

__all__ = ["chat"]


@pytest.fixture
def browse(chat, staff):
    """A member of the staff at the settings of an installation."""
    browser = staff(Role.OPERATOR)
    home = f"/settings/{chat.integration_id}"

    class Browse:
        customer = chat

        def get(self, path: str = "") -> str:
            page = browser.get(f"{home}/{path}", follow=True)
            assert page.status_code == 200
            return page.content.decode()

        def form(self, path: str, **typed: str):
            """The form of a page, with something *typed* into it."""
            html = self.get(path)
            form = sent_by_a_browser(html[html.index("data-state") :].partition("</form>")[0])
            for name, value in typed.items():
                form[f"f-{name}"] = value
            return form

        def send(self, path: str, form):
            return browser.post(f"{home}/{path}", form)

        def settle(self) -> None:
            drained = chat.platform.control("/drain", {"timeout_seconds": 30})
            assert drained["drained"]

    return Browse()


def test_a_page_that_says_saved_shows_what_was_saved(browse, monkeypatch):
    saved = browse.send("-/Orders/", browse.form("-/Orders/", channel="#sales"))
    look = saving.asked_for

    def update_comes_while_the_page_is_made(installation, key):
        browse.settle()
        return look(installation, key)

    monkeypatch.setattr(saving, "asked_for", update_comes_while_the_page_is_made)
    html = browse.get(saved["Location"].partition(f"{browse.customer.integration_id}/")[2])

    assert "Saved. The account has it now." in html
    assert 'value="#sales"' in html


def test_what_is_saved_is_in_the_account_and_on_the_page_when_the_update_has_come(browse):
    form = browse.form("-/Orders/", channel="#sales")
    saved = browse.send("-/Orders/", form)
    assert saved.status_code == 302
    browse.settle()

    change = SettingsChange.objects.get()
    assert (change.outcome, change.by) == ("applied", "the-operator")
    assert body(browse.customer) == '{"channel": "#sales"}'
    assert values(section(browse.customer)["fields"])["channel"] == "#sales"
    html = browse.get(saved["Location"].partition(f"{browse.customer.integration_id}/")[2])
    assert "Saved. The account has it now." in html
    assert 'value="#sales"' in html
    assert browse.customer.integration["version"] == "1.0.0"
    assert not browse.customer.integration["updateInProgress"]
    action = StaffAction.objects.get(action="settings.save")
    assert action.actor_name == "the-operator"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"channel": ""}, "A value must be provided"),
        ({"channel": "#" * 30}, "20 characters"),
        ({"channel": "LOUD"}, "Not so loud"),
        ({"lag": "many"}, "must be a number"),
        ({"lag": "61"}, "61"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(browse, typed, words):
    answer = browse.send("-/Orders/", browse.form("-/Orders/", **{"lag": "7", **typed}))

    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert 'aria-invalid="true"' in html
    assert f'value="{ {"lag": "7", **typed}["lag"] }"' in html
    assert not SettingsChange.objects.exists()


def test_a_flow_is_switched_and_scheduled_and_no_update_takes_it_back(browse):
    flow = browse.customer.component("orders_to_chat")
    assert flow["disabled"]
    browse.send("-/flows/orders_to_chat/switch/", {"on": "1", "back": "Orders"})
    browse.settle()
    assert not browse.customer.component("orders_to_chat")["disabled"]
    assert "Switch off" in browse.get("-/Orders/")

    browse.send("-/flows/orders_to_chat/schedule/", {"schedule": "?  0 2 ? * *"})
    browse.settle()
    assert browse.customer.component("orders_to_chat")["schedule"] == "? 0 2 ? * *"
    assert "At 02:00" in browse.get("-/flows/orders_to_chat/")

    browse.customer.push()
    assert browse.customer.component("orders_to_chat")["schedule"] == "? 0 2 ? * *"
    assert not browse.customer.component("orders_to_chat")["disabled"]


@pytest.mark.parametrize(
    ("schedule", "words"),
    [("0 2 * * *", "six fields"), ("? 61 * ? * *", "no schedule"), ("? nonsense", "six fields")],
)
def test_a_schedule_that_flows_do_not_understand_is_refused(browse, schedule, words):
    answer = browse.send("-/flows/orders_to_chat/schedule/", {"schedule": schedule})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not SettingsChange.objects.exists()


def test_a_flow_without_a_switch_is_not_switched(browse):
    assert browse.send("-/flows/refunds_to_chat/switch/", {"on": "0"}).status_code == 404
    assert not SettingsChange.objects.exists()


def test_a_save_that_the_platform_could_not_be_asked_for_waits_and_says_why(browse, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    saved = browse.send("-/Orders/", browse.form("-/Orders/", channel="#later"))

    html = browse.get(saved["Location"].partition(f"{browse.customer.integration_id}/")[2])
    assert "not in the account yet" in html
    assert "CONNECTOR_KIT_TOKEN" in html
    browse.customer.push()
    assert body(browse.customer) == '{"channel": "#later"}'


def test_what_was_valid_and_is_no_longer_comes_back_with_what_was_typed(browse, settings):
    token = settings.CONNECTOR_KIT
    settings.CONNECTOR_KIT = {**token, "token": ""}
    browse.send("-/Orders/", browse.form("-/Orders/", lag="9"))
    change = SettingsChange.objects.get()
    change.values = {"lag": 90}
    change.save()
    settings.CONNECTOR_KIT = token
    browse.customer.push()

    html = browse.get(f"-/Orders/?change={change.pk}")
    assert "something has changed meanwhile" in html
    assert 'value="90"' in html
    assert browse.customer.installation.settings == {}


def test_options_are_refreshed_by_the_connectors_own_function(browse):
    form = browse.form("-/flows/orders_to_chat/")
    form["_refresh"] = "listed"
    answer = browse.send("-/flows/orders_to_chat/", form)

    assert "#refunds" in answer.content.decode()
    assert not SettingsChange.objects.exists()


def test_the_state_of_fields_follows_what_is_typed(browse):
    form = browse.form("-/Orders/", loud="on")
    answer = browse.send("-/Orders/state/", form)
    assert json.loads(answer.content)["fields"]["secret_channel"]["shown"]
