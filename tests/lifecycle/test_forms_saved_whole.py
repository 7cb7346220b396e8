"""Forms saved as the platform's pages save them: all of their fields, whatever these are."""

from typing import Any

import pytest

from connector_kit import (
    Connection,
    Connector,
    Export,
    Flow,
    FlowSettings,
    General,
    Import,
    Label,
    RadioGroup,
    Section,
    Select,
    SettingOptions,
    Stores,
    Tab,
    Text,
)
from tests.lifecycle.customers import FlatCustomer
from tests.lifecycle.doorway import Doorway
from tests.lifecycle.fixtures import Customer, Shop, ask
from tests.lifecycle.settings_fixtures import installed, page, save

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


class Labeled(Connector):
    name = "Labeled"
    version = "1.0.0"

    shop = Connection("Shop", type="http", http=HTTP)
    orders = Export("Orders", connection=shop, http={"relativeURI": "/o", "method": "GET"})
    put = Import("Save", connection=shop, http={"relativeURI": ["/s"], "method": ["POST"]})
    sync = Flow("Sync", source=orders, steps=[put], section="Orders", disabled=True)

    class Settings:
        everywhere = General()
        about = Label("Read this first")
        name = Text("Name", default="n")

        main = Section("Orders")
        note = Label("Please note", is_title=False)
        text = Text("Text", default="a")

        flow = FlowSettings("sync")
        first = Tab("First")
        hint = Label("A hint")
        folder = Text("Folder", default="f")


class LabelledShops(Labeled):
    name = "Labeled shops"
    stores = Stores("Shop")


class LabelledTwo(Labeled):
    name = "Labeled in framework two"
    framework = 2


def sent(fields: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """What a page of the platform sends for a form (protocol/settings-forms.md#15-field)."""
    shown = {field["name"]: field.get("value") for field in fields}
    return {name: changes.get(name.partition("-")[0], value) for name, value in shown.items()}


@pytest.fixture
def customer(shop: Shop) -> Customer:
    shop.publish(f"{__name__}:Labeled")
    return installed(shop)


def test_a_section_with_a_label_saves(customer: Customer) -> None:
    [section] = page(customer)["sections"]

    reply = save(customer, sent(section["fields"], text="b"))

    assert reply.status == 200, reply.body
    assert reply.body["pending"] == {"note": None, "text": "b"}
    assert customer.installation.settings == {"text": "b"}


def test_the_general_form_and_that_of_a_flow_save_with_their_labels(customer: Customer) -> None:
    document = page(customer)
    [flow] = document["sections"][0]["flows"]
    [tab] = flow["sections"]

    general = save(customer, sent(document["general"]["fields"], name="m"))
    of_flow = save(customer, {**sent(tab["fields"], folder="g"), "flowId": flow["_id"]})

    assert (general.status, of_flow.status) == (200, 200), (general.body, of_flow.body)
    assert customer.installation.settings == {"name": "m", "folder": "g"}


def test_a_label_that_other_code_put_on_the_page_does_not_keep_a_form_from_saving(
    customer: Customer, doorway: Doorway
) -> None:
    foreign = [{"name": "old", "type": "labeltitle", "label": "Of old"}, {"name": "kept"}]

    def write(call: dict[str, Any]) -> None:
        """Has the page written with the call's own token, as other code of the stack would."""
        doorway.before = lambda _: None
        document = customer.integration
        document["settings"]["sections"][0]["fields"] += foreign
        url = f"{customer.platform.sandbox.base_url}{customer.home}"
        ask("PUT", url, document, token=call["options"]["bearerToken"])

    doorway.before = write
    save(customer, {})
    [section] = page(customer)["sections"]
    reply = save(customer, sent(section["fields"], text="b", kept="k"))

    assert reply.status == 200, reply.body
    values = {
        field["name"]: field.get("value") for field in page(customer)["sections"][0]["fields"]
    }
    assert (values["text"], values["kept"]) == ("b", "k")


def test_the_form_of_a_store_saves_with_its_label(shop: Shop) -> None:
    shop.publish(f"{__name__}:LabelledShops")
    customer = installed(shop)
    [store] = page(customer)["sections"]

    fields = store["sections"][0]["fields"]
    reply = save(customer, {store["id"]: sent(fields, text="b")})

    assert reply.status == 200, reply.body
    assert customer.installation.settings[store["id"]] == {"text": "b"}


def test_a_form_of_framework_two_saves_with_its_labels(shop: Shop) -> None:
    shop.publish(f"{__name__}:LabelledTwo")
    customer = FlatCustomer(shop.platform, 1).install(shop.connector)

    reply = customer.save({"about": None, "note": None, "text": "b"})

    assert reply.body["settings"] == {"name": "n", "text": "b"}
    assert customer.installation.settings == {"text": "b"}


def sizes(options: SettingOptions) -> dict[str, Any]:
    return {"size": {"options": ["xl"]} if options.field_value == "coat" else {"value": "s"}}


class Choosing(Connector):
    name = "Choosing"
    version = "1.0.0"
    shop = Connection("Shop", type="http", http=HTTP)

    class Settings:
        everywhere = General()
        what = Select("What", options=["hat", "coat"], default="hat", on_change=sizes)
        size = RadioGroup("Size", options=["s", "m"], default="s")
        color = RadioGroup("Color", options=["red", "blue"], default="red")


@pytest.mark.parametrize(
    ("pending", "refused"),
    [
        ({"color": "q"}, "color: 'q' is not one of the options."),
        ({"size": "q"}, "size: 'q' is not one of the options."),
        ({"what": "hat", "size": "xl"}, "size: 'xl' is not one of the options."),
        ({"what": "coat", "size": "xl", "color": "q"}, "color: 'q' is not one of the options."),
        ({"what": "trousers"}, "what: 'trousers' is not one of the options."),
        ({"what": "coat", "size": "xl"}, ""),
        ({"what": "coat", "size": "m"}, ""),
    ],
)
def test_a_field_that_posts_back_frees_only_the_options_that_its_function_names(
    shop: Shop, pending: dict[str, Any], refused: str
) -> None:
    shop.publish(f"{__name__}:Choosing")
    customer = installed(shop)

    reply = save(customer, pending)

    assert (reply.error[1] if reply.status == 422 else "") == refused
    assert customer.installation.settings == ({} if refused else pending)
