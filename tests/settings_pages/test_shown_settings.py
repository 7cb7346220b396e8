"""The settings pages of an installation: what they show, whoever wrote the document."""

import json

import pytest

from connector_kit.publisher.roles import Role
from tests.settings_pages.browser_form import sent_by_a_browser
from tests.settings_pages.records import DOCUMENT, GENERAL, ORDERS, installation_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(staff):
    """Look at a page of an installation's settings."""
    browser = staff(Role.OPERATOR)

    def look(installation, path=""):
        page = browser.get(f"/settings/{installation.integration_id}/{path}", follow=True)
        return page.status_code, page.content.decode()

    look.browser = browser
    return look


def test_every_section_has_its_page_and_what_is_general_comes_last(look):
    installation = installation_with(DOCUMENT)
    _, html = look(installation)
    places = [html.index(f">{title}</a>") for title in ("Orders", "Refunds", "General")]
    assert places == sorted(places)
    status, html = look(installation, "-/general/")
    assert (status, "Currency" in html) == (200, True)


def test_flows_are_listed_with_switch_schedule_and_mapping_lock(look):
    _, html = look(installation_with(DOCUMENT), "-/Orders/")
    for words in ("Orders to chat", "Schedule", "At 02:00", "Locked"):
        assert words in html


def test_a_field_shows_only_while_another_has_the_right_value(look):
    installation = installation_with(DOCUMENT)
    here = f"/settings/{installation.integration_id}/state/"
    form = sent_by_a_browser(look(installation)[1])
    for chosen, shown in (("channel", "f-channel"), ("person", "f-person")):
        form["f-send_to"] = chosen
        fields = json.loads(look.browser.post(here, dict(form.lists())).content)["fields"]
        of_orders = fields.keys() & {"f-send_to", "f-channel", "f-person"}
        assert {name for name in of_orders if fields[name]["shown"]} == {"f-send_to", shown}
        assert fields[shown]["required"]


def test_stores_have_pages_of_their_own(look):
    stores = [
        {"id": "s1", "title": "DE shop", "sections": [ORDERS]},
        {"id": "s2", "title": "US shop", "sections": [{**ORDERS, "title": "Only here"}]},
    ]
    general = [{"id": "s2", **GENERAL}]
    installation = installation_with(
        {"supportsMultiStore": True, "storeLabel": "Shop", "sections": stores, "general": general}
    )
    _, html = look(installation)
    assert "DE shop" in html
    assert "US shop" in html
    assert look(installation, "s2/Only_here/")[0] == 404
    assert look(installation, "s2/Onlyhere/")[0] == 200
    assert look(installation, "s1/Onlyhere/")[0] == 404
    assert look(installation, "s2/general/")[0] == 200
    assert look(installation, "-/Orders/")[0] == 404


@pytest.mark.parametrize(
    "settings",
    [
        None,
        {},
        [],
        "settings",
        {"sections": None},
        {"sections": [None, {}, {"title": None}, {"title": "A"}]},
        {"sections": [{"title": "A", "flows": [None, {}, {"_id": None}, {"_id": "f" * 24}]}]},
        {
            "sections": [
                {
                    "title": "A",
                    "flows": [],
                    "fields": [
                        None,
                        {},
                        {"name": "a", "type": "select", "options": None},
                        {"name": "b", "type": "unheard of", "value": {"x": [1]}},
                        {"name": "c", "type": "multiselect", "options": [None, []], "value": 3},
                        {"name": "d", "type": "date", "value": "soon"},
                        {"name": "e", "dependencies": None},
                        {"name": "e", "dependencies": {"x": None}},
                        {"name": "g", "type": "staticMapWidget"},
                    ],
                }
            ]
        },
        {"supportsMultiStore": True, "sections": [{"title": "no id"}], "general": {}},
        {"general": [{"title": "General", "fields": "none"}], "sections": "none"},
    ],
    ids=lambda item: str(item)[:40],
)
def test_a_document_of_somebody_else_shows_as_well_as_it_can(look, settings):
    status, html = look(installation_with(settings))
    assert status == 200
    assert "<h1>" in html


def test_staff_are_told_what_is_odd_about_a_document(look):
    _, html = look(installation_with({"sections": [{"title": "A", "flows": None}]}))
    assert "The section has no list of flows" in html
