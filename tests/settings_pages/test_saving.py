"""Settings saved on the pages reach the account by the next update, or come back with reasons."""

import json

import pytest

from connector_kit.installation_settings import EXPIRED
from connector_kit.models import SettingsChange, StaffAction
from connector_kit.publisher.roles import Role
from settings_ui.customer import saving
from tests.lifecycle.settings_fixtures import body, chat, section, shops, values
from tests.settings_pages.browser_form import sent_by_a_browser

__all__ = ["chat", "shops"]


def typed_into(html: str, **typed: str):
    """What a browser without scripts sends of the page's form, with something *typed* into it."""
    form = sent_by_a_browser(html[html.index("data-state") :].partition("</form>")[0])
    for name, value in typed.items():
        form[name] = value
    return form


@pytest.fixture
def browse(chat, staff):
    """A member of the staff at the settings of an installation."""
    return browsing(chat, staff(Role.OPERATOR))


def browsing(at_home, browser):
    """What *browser* does on the settings pages of a customer."""
    home = f"/settings/{at_home.integration_id}"

    class Browse:
        customer = at_home

        def get(self, path: str = "") -> str:
            page = browser.get(f"{home}/{path}", follow=True)
            assert page.status_code == 200
            return page.content.decode()

        def form(self, path: str, **typed: str):
            """The form of a page, with something *typed* into it."""
            html = self.get(path)
            return typed_into(html, **{f"f-{name}": value for name, value in typed.items()})

        def send(self, path: str, form):
            return browser.post(f"{home}/{path}", dict(form.lists()))

        def settle(self) -> None:
            drained = at_home.platform.control("/drain", {"timeout_seconds": 30})
            assert drained["drained"]

    return Browse()


def test_a_page_that_says_saved_shows_what_was_saved(browse, monkeypatch):
    saved = browse.send("-/Orders/", browse.form("-/Orders/", channel="#sales"))
    look = saving.find_change

    def update_comes_while_the_page_is_made(installation, key):
        browse.settle()
        return look(installation, key)

    monkeypatch.setattr(saving, "find_change", update_comes_while_the_page_is_made)
    html = browse.get(saved["Location"].partition(f"{browse.customer.integration_id}/")[2])

    assert "Saved and applied." in html
    assert 'value="#sales"' in html


def test_a_save_while_the_license_is_expired_says_so(browse):
    customer = browse.customer
    path = f"/connectors/{customer.installation.connector.connector_id}/licenses"
    [license_] = customer.platform.call("GET", path)
    customer.platform.call("PUT", f"{path}/{license_['_id']}", {"expires": "2020-01-01"})

    saved = browse.send("-/Orders/", browse.form("-/Orders/", channel="#sales"))

    html = browse.get(saved["Location"].partition(f"{customer.integration_id}/")[2])
    assert "Saved, but not yet applied: The license of this installation has expired." in html
    change = SettingsChange.objects.get()
    assert (change.outcome, change.message) == ("waiting", EXPIRED)


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
    assert "Saved and applied." in html
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


FLOW = "flow-orders_to_chat"


def test_fields_of_all_sections_and_flows_are_saved_by_one_submit(browse):
    flow = browse.customer.component("orders_to_chat")
    assert flow["disabled"]
    form = browse.form("-/Orders/", channel="#sales", currency="USD")
    form[f"{FLOW}-on"] = "on"
    form[f"{FLOW}-schedule"] = "?  0 2 ? * *"

    saved = browse.send("-/Orders/", form)
    assert saved.status_code == 302
    browse.settle()

    change = SettingsChange.objects.get()
    assert change.outcome == "applied"
    assert change.flows == {"orders_to_chat": {"disabled": False, "schedule": "? 0 2 ? * *"}}
    flow = browse.customer.component("orders_to_chat")
    assert (flow["disabled"], flow["schedule"]) == (False, "? 0 2 ? * *")
    html = browse.get("-/Orders/")
    for words in ('value="#sales"', 'value="USD"', "At 02:00"):
        assert words in html

    browse.customer.push()
    flow = browse.customer.component("orders_to_chat")
    assert (flow["disabled"], flow["schedule"]) == (False, "? 0 2 ? * *")


def test_an_error_in_one_section_keeps_what_was_typed_into_the_others_and_leads_there(browse):
    form = browse.form("-/Orders/", channel="#sales", currency="dollars")
    form[f"{FLOW}-on"] = "on"

    answer = browse.send("-/Orders/", form)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_f-currency">General: Currency</a>' in html
    assert 'value="#sales"' in html
    again = typed_into(html, **{"f-currency": "USD"})
    assert again[f"{FLOW}-on"] == "on"
    assert browse.send("-/Orders/", again).status_code == 302
    change = SettingsChange.objects.get()
    assert (change.values["channel"], change.values["currency"]) == ("#sales", "USD")
    assert change.flows == {"orders_to_chat": {"disabled": False}}


def test_a_section_that_nobody_touched_is_neither_judged_nor_saved(browse):
    browse.send("-/Orders/", browse.form("-/Orders/", channel="#sales"))

    assert "currency" not in SettingsChange.objects.get().values


def test_a_page_that_was_open_for_long_takes_nothing_back(browse):
    old = browse.form("-/Orders/", lag="7")
    browse.send("-/Orders/", browse.form("-/Orders/", channel="#sales"))
    browse.settle()

    browse.send("-/Orders/", old)
    browse.settle()

    html = browse.get("-/Orders/")
    assert 'value="#sales"' in html
    assert 'value="7"' in html


def test_the_settings_of_several_stores_are_saved_by_one_submit(shops, staff):
    browse = browsing(shops, staff(Role.OPERATOR))
    first = browse.form("s1/Orders/")
    first["s0-title-s1"] = "DE"
    first["_store"] = "s2"
    beside = browse.send("s1/Orders/", first).content.decode()

    wrong = typed_into(beside, **{"s1-lag-s2": "many", "flow-s2-sync-s2-on": "on"})
    answer = browse.send("s1/Orders/", wrong)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_s1-lag-s2"' in html
    assert 'value="DE"' in html

    assert browse.send("s1/Orders/", typed_into(html, **{"s1-lag-s2": "9"})).status_code == 302
    browse.settle()
    assert shops.installation.settings == {"s1": {"title": "DE"}, "s2": {"lag": 9}}
    assert shops.component("orders-s2")["delta"] == {"lagOffset": 9}
    assert shops.component("sync-s2")["disabled"] is False
    assert shops.component("sync-s1")["disabled"] is True


def test_a_save_without_changes_says_so(browse):
    answer = browse.send("-/Orders/", browse.form("-/Orders/"))

    assert "There are no changes to save." in answer.content.decode()
    assert not SettingsChange.objects.exists()


def test_what_is_being_saved_is_shown_while_it_is(browse, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    form = browse.form("-/Orders/", channel="#later")
    form[f"{FLOW}-schedule"] = "? 0 3 ? * *"
    saved = browse.send("-/Orders/", form)

    html = browse.get(saved["Location"].partition(f"{browse.customer.integration_id}/")[2])

    assert 'value="#later"' in html
    assert 'value="? 0 3 ? * *"' in html


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("0 2 * * *", "six fields"),
        ("? 61 * ? * *", "schedule is not valid"),
        ("? nonsense", "six fields"),
    ],
)
def test_a_schedule_that_flows_do_not_understand_is_refused(browse, schedule, words):
    form = browse.form("-/Orders/")
    form[f"{FLOW}-schedule"] = schedule
    answer = browse.send("-/Orders/", form)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert f'href="#{FLOW}-schedule"' in html
    assert not SettingsChange.objects.exists()


def test_a_flow_without_a_switch_is_not_switched(browse):
    html = browse.get("-/Orders/")
    assert "flow-refunds_to_chat-on" not in html

    form = browse.form("-/Orders/")
    form["flow-refunds_to_chat-on"] = "on"
    browse.send("-/Orders/", form)
    assert not SettingsChange.objects.exists()


def test_a_save_that_the_platform_could_not_be_asked_for_waits_and_says_why(browse, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    saved = browse.send("-/Orders/", browse.form("-/Orders/", channel="#later"))

    html = browse.get(saved["Location"].partition(f"{browse.customer.integration_id}/")[2])
    assert "but not yet applied" in html
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
    assert "something changed in the meantime" in html
    assert 'value="90"' in html
    assert browse.customer.installation.settings == {}


def test_options_are_refreshed_in_their_place_and_all_else_stays_as_typed(browse):
    form = browse.form("-/Orders/", channel="#typed")
    form["_refresh"] = "f-listed"
    html = browse.get("-/Orders/")
    answer = browse.send("-/Orders/", form)

    assert 'value="f-listed" formaction="#at-f-listed"' in html
    assert "#refunds" in answer.content.decode()
    assert 'value="#typed"' in answer.content.decode()
    assert "data-dirty" in answer.content.decode()
    assert not SettingsChange.objects.exists()


def test_the_state_of_fields_follows_what_is_typed(browse):
    form = browse.form("-/Orders/", loud="on")
    answer = browse.send("state/", form)
    assert json.loads(answer.content)["fields"]["f-secret_channel"]["shown"]
