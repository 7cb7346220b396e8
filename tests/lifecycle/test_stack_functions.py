"""Documents that name functions of the connector's stack, wherever they may."""

import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from connector_kit import Connection, Connector, Export, Flow, Import, Step, flat, hook, wrapper
from connector_kit.blueprint import STACK, compile_connector
from connector_kit.documents import ref
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.settings_fixtures import installed

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}
PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()


class Wrapped(Connector):
    """Names its functions as texts, in every place that there is for them."""

    name = "Wrapped"
    version = "1.0.0"

    @wrapper.ping
    @staticmethod
    def ping(options: Any) -> Any:
        return {"statusCode": 200 if options["connection"]["unencrypted"]["host"] else 401}

    @wrapper.export
    @staticmethod
    def fetch(options: Any) -> Any:
        return {"data": [{"id": options["configuration"]["from"]}], "lastPage": True}

    keep = hook.pre_save_page(name="keep")(lambda options: options)
    store = wrapper.import_(name="store")(lambda options: options)
    total = hook.pre_map(name="total")(lambda options: options)
    merge = hook.post_response_map(name="merge")(lambda options: options)
    form = flat.form_init(name="form")(lambda options: options)

    erp = Connection(
        "ERP", type="wrapper", wrapper={"pingFunction": "ping", "unencrypted": {"host": "erp"}}
    )
    returns = Export(
        "Returns",
        connection=erp,
        wrapper={"function": "fetch", "configuration": {"from": 7}},
        hooks={"preSavePage": {"function": "keep"}},
    )
    save = Import(
        "Save",
        connection=erp,
        wrapper={"function": "store"},
        hooks={"preMap": {"function": "total", "configuration": {"a": 1}}},
    )
    sync = Flow(
        "Sync",
        source=returns,
        steps=[Step(save, wire={"hooks": {"postResponseMap": {"function": "merge"}}})],
        wire={"settingsForm": {"form": {"fieldMap": {}}, "init": {"function": "form"}}},
    )


def module_of(name: str, text: str = "", **members: Any) -> str:
    """A module of that name, with what *text* defines."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(text, module.__dict__)
    vars(module).update(members)
    return name


def document(name: str) -> Any:
    [found] = [
        component
        for component in compile_connector(Wrapped).components
        if component.external_id == name
    ]
    return found.document


@pytest.mark.parametrize(
    ("component", "path"),
    [
        ("erp", ["wrapper"]),
        ("returns", ["hooks", "preSavePage"]),
        ("save", ["hooks", "preMap"]),
        ("sync", ["pageProcessors", 0, "hooks", "postResponseMap"]),
        ("sync", ["settingsForm", "init"]),
    ],
)
def test_what_names_a_function_gets_the_connectors_stack(component: str, path: list[Any]) -> None:
    entry = document(component)
    for key in path:
        entry = entry[key]

    assert entry["_stackId"] == ref(STACK)


def test_exports_and_imports_of_a_wrapper_run_where_their_connection_does() -> None:
    assert document("returns")["wrapper"] == {"function": "fetch", "configuration": {"from": 7}}
    assert document("save")["wrapper"] == {"function": "store"}


@pytest.mark.parametrize("place", ["_scriptId", "_stackId"])
def test_a_function_that_is_somewhere_else_stays_there(place: str) -> None:
    entry = {"function": "keep", place: "64a1f0c2b3d4e5f6071828ff"}
    shop = Connection("Shop", type="http", http=HTTP)
    orders = Export("Orders", connection=shop, hooks={"preSavePage": entry})
    body = {"name": "Elsewhere", "version": "1.0.0", "shop": shop, "orders": orders}

    components = compile_connector(type(Connector)("Elsewhere", (Connector,), body)).components

    assert components[-1].document["hooks"]["preSavePage"] == entry


def test_a_connector_with_a_wrapper_connection_installs(shop: Shop) -> None:
    shop.publish(f"{__name__}:Wrapped")

    customer = installed(shop)

    stack_id = shop.connector.stack_id
    assert customer.component("erp")["wrapper"]["_stackId"] == stack_id
    assert customer.component("sync")["settingsForm"]["init"]["_stackId"] == stack_id
    assert customer.integration["mode"] == "settings"


def test_the_example_of_the_page_on_testing_installs(shop: Shop) -> None:
    [text] = re.findall(r"`orders_to_erp\.py`:\n\n```python\n(.*?)```", PAGE, re.DOTALL)
    module_of("page_on_testing", text)
    shop.publish("page_on_testing:OrdersToErp")

    customer = installed(shop)

    assert customer.integration["mode"] == "settings"
    assert customer.component("erp")["wrapper"]["_stackId"] == shop.connector.stack_id


def test_a_wrapper_that_cannot_log_in_says_so_at_its_step(shop: Shop) -> None:
    shop.publish(f"{__name__}:Wrapped")
    customer = Customer(shop.platform, 0)
    [step] = customer.begin(shop.connector)
    path = f"/connections/{step['_connectionId']}"
    connection = customer.do("GET", path)
    connection["wrapper"]["unencrypted"] = {"host": ""}
    customer.do("PUT", path, connection)

    reply = customer.press(step)

    assert not reply.body["success"]
