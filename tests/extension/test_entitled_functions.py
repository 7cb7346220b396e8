"""Functions of a connector see what the customer has, from what the call carries."""

from types import ModuleType

import pytest

from connector_kit import (
    AddOn,
    ChangeEditionOptions,
    Connection,
    Connector,
    Edition,
    Export,
    ExportOptions,
    HookOptions,
    PreSavePageOptions,
    SettingOptions,
    Stores,
    flat,
    hook,
    setting,
    wrapper,
)
from connector_kit.extension import FunctionModule

LICENSE = {
    "connectorEdition": "premium",
    "addonLicenses": [
        {"type": "addon", "licenses": [{"addOnId": "payouts"}]},
        {"type": "store", "licenses": [{}, {}]},
    ],
}
PAGE = {
    "connectorEdition": "standard",
    "addOns": ["payouts"],
    "supportsMultiStore": True,
    "sections": [{"id": "s1", "sections": []}, {"id": "s2", "mode": "install", "sections": []}],
}


def keep_some(options: PreSavePageOptions):
    entitled = options.entitlements
    return [entitled.edition, entitled.has("payouts"), entitled.stores]


@setting(name="mine")
def told(options: SettingOptions):
    entitled = options.entitlements
    return [entitled.edition, sorted(entitled.add_ons), entitled.allowed_stores]


class Sold(Connector):
    name = "Sold"
    version = "1.0.0"

    standard = Edition("Standard")
    premium = Edition("Premium")
    payouts = AddOn("Payouts")
    stores = Stores("Store")

    shop = Connection("Shop", type="http", http={})
    orders = Export("Orders", connection=shop, hooks={"preSavePage": keep_some})
    told = told

    @flat.change_edition
    @staticmethod
    def change(options: ChangeEditionOptions):
        return options.entitlements.edition_at_least(Sold.premium)

    @wrapper.export
    @staticmethod
    def fetch(options: ExportOptions):
        return options.entitlements.has(Sold.premium)


MODULE = FunctionModule.of(Sold)


def call(name, options, type_=None, module=MODULE):
    return module.find(type_, name)(options)


def test_a_hook_sees_what_is_installed():
    assert call("keep_some", {"settings": PAGE}, "hook") == ["standard", True, ("s1",)]


def test_a_wrapper_sees_what_is_installed():
    assert call("fetch", {"settings": {**PAGE, "connectorEdition": "premium"}}, "wrapper") is True
    assert call("fetch", {"settings": PAGE}, "wrapper") is False


def test_a_settings_function_sees_what_is_licensed():
    assert call("mine", {"opts": LICENSE}, "setting") == ["premium", ["payouts"], 2]
    assert call("mine", {}, "setting") == ["standard", [], 1]


def test_a_function_of_2_0_sees_the_edition_of_the_change():
    edition = {"_id": "5" * 24, "displayName": "Premium", "order": 2}

    assert call("change", {"toEdition": edition}) is True
    assert call("change", {"license": {"_editionId": "standard"}}) is False


def test_marked_functions_beside_the_connector_see_it_too():
    module = ModuleType("beside")

    @hook.pre_map
    def beside(options: HookOptions):
        return options.entitlements.edition

    module.Sold = type(Connector)("Sold", (Sold,), {"__module__": "beside"})
    module.beside = beside

    assert call("beside", {"settings": PAGE}, "hook", FunctionModule.of(module)) == "standard"


def test_functions_of_nobodys_have_nothing_to_see():
    def alone(options: SettingOptions):
        return options.entitlements.edition

    module = FunctionModule.of({"settings": {"alone": alone}})

    assert call("alone", {"opts": LICENSE}, "setting", module) is None


def test_a_name_that_the_connector_does_not_declare_is_an_error():
    def wrong(options: SettingOptions):
        return options.entitlements.has("gold")

    module = FunctionModule.of(
        type(Connector)("Wrong", (Sold,), {"wrong": setting(name="wrong")(wrong)})
    )

    with pytest.raises(ValueError, match="'gold'"):
        call("wrong", {"opts": LICENSE}, "setting", module)


def test_of_two_modules_the_first_has_its_way():
    mine = FunctionModule.of({"settings": {"same": lambda _: "mine"}})
    derived = FunctionModule(
        settings={"same": lambda _: "derived", "more": lambda _: "derived"},
        installer={"install": lambda _: "derived"},
    )
    both = mine.or_else(derived)

    assert call("same", {}, "setting", both) == "mine"
    assert call("more", {}, "setting", both) == "derived"
    assert call("install", {}, "installer", both) == "derived"
