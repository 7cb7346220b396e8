"""Which functions of the stack a version's documents name, wherever they do."""

import pytest

from connector_kit import (
    Connection,
    Connector,
    Export,
    Flow,
    Import,
    Ref,
    Section,
    Select,
    Step,
    hook,
)
from connector_kit.blueprint import compile_connector
from connector_kit.blueprint.calls import Call, calls_of

STACK = {"_stackId": Ref("@stack")}
HTTP = {"baseURI": "https://erp.example.com", "mediaType": "json"}


@hook.pre_save_page
def keep_paid(options):
    return options


@hook.post_response_map
def keep_id(options):
    return options


class Erp(Connector):
    name = "ERP"
    version = "1.0.0"

    erp = Connection("ERP", type="wrapper", wrapper={"pingFunction": "pingErp", **STACK})
    elsewhere = Connection(
        "Elsewhere",
        type="wrapper",
        wrapper={"pingFunction": "pingTheirs", "_stackId": "64a1f0c2b3d4e5f607182901"},
    )
    shop = Connection("Shop", type="http", http=HTTP)
    orders = Export(
        "Orders",
        connection=shop,
        http={"relativeURI": "/orders", "method": "GET"},
        hooks={"preSavePage": keep_paid},
    )
    pages = Export("Pages", connection=erp, wrapper={"function": "readPages"})
    theirs = Export("Theirs", connection=elsewhere, wrapper={"function": "readTheirs"})
    write = Import(
        "Write",
        connection=erp,
        wrapper={"function": "writeRows"},
        hooks={
            "preMap": {"function": "addTotals", **STACK},
            "postMap": {"function": "inAScript", "_scriptId": "64a1f0c2b3d4e5f607182902"},
        },
    )
    netsuite = Import(
        "NetSuite",
        connection=shop,
        netsuite_da={"hooks": {"preMap": {"fileInternalId": "7", "function": "suiteScript"}}},
    )
    flow = Flow("Flow", source=orders, steps=[Step(write, post_response_map=keep_id)])


def named(connector) -> dict[Call, str]:
    return dict(calls_of(compile_connector(connector)))


def test_hooks_and_wrappers_are_found_in_every_kind_of_document():
    assert named(Erp) == {
        Call("wrapper", "pingErp"): "erp.wrapper.pingFunction",
        Call("hook", "keep_paid"): "orders.hooks.preSavePage.function",
        Call("wrapper", "readPages"): "pages.wrapper.function",
        Call("wrapper", "writeRows"): "write.wrapper.function",
        Call("hook", "addTotals"): "write.hooks.preMap.function",
        Call("hook", "keep_id"): "flow.pageProcessors[0].hooks.postResponseMap.function",
    }


@pytest.mark.parametrize(
    ("wire", "calls"),
    [
        (
            {"install": [{"installerFunction": "verifyErp", "uninstallerFunction": "removeErp"}]},
            {("installer", "verifyErp"), ("uninstaller", "removeErp")},
        ),
        (
            {"settings": {"addOnMetaData": [{"id": "p", "installerFunction": "addPayouts"}]}},
            {("installer", "addPayouts")},
        ),
        (
            {
                "settingsForm": {"init": {"function": "makeForm", **STACK}},
                "preSave": {"function": "checkAll", **STACK},
                "initChild": {"function": "makeChild", **STACK},
                "installSteps": [
                    {"function": "stored", "initFormFunction": "form", "getUrlFunction": "url"}
                    | STACK
                ],
            },
            {("", name) for name in ("makeForm", "checkAll", "makeChild", "stored", "form", "url")},
        ),
    ],
    ids=["steps", "add-ons", "functions of 2.0"],
)
def test_steps_add_ons_and_forms_name_functions_too(wire, calls):
    flow = Flow("Flow", source=Erp.orders, steps=[Erp.write], wire=wire)

    made = type("Other", (Erp,), {"name": "Other", "more": flow})

    assert named(made).keys() - named(Erp).keys() == calls


class Chat(Connector):
    name = "Chat"
    version = "1.0.0"

    class Settings:
        general = Section("General")
        channel = Select("Channel", options=lambda _: ["#orders"])
        team = Select("Team", options=[*"ab"], on_change=lambda _: {})


def test_code_of_settings_is_found_by_the_settings_names():
    assert named(Chat).keys() == {("options", "channel"), ("on_change", "team")}


def test_a_call_reads_as_a_person_would_say_it():
    assert str(Call("hook", "keep_paid")) == "hook 'keep_paid'"
    assert str(Call("options", "channel")) == "options of the setting 'channel'"
