"""``connector-kit blueprint`` as somebody types it; no database is asked."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connector_kit.adoption import load_connector
from connector_kit.blueprint import Blueprint, compile_connector
from connector_kit.parsing import ConnectorEntry

HUB = "examples.commerce.v1_1:CommerceHub"


def test_it_shows_the_components_in_the_order_in_which_they_are_made(capsys):
    call_command("blueprint", HUB)

    said = capsys.readouterr().out
    blueprint = compile_connector(load_connector(HUB))
    assert f"Commerce Hub 1.1.0 ({blueprint.digest})" in said
    components = [(component.external_id, component.resource) for component in blueprint.components]
    shown = [tuple(line.split()[:2]) for line in said.splitlines()]
    assert [item for item in shown if item in components] == components


def test_a_component_is_shown_with_what_it_refers_to_and_the_functions_it_calls(capsys):
    call_command("blueprint", HUB)

    said = capsys.readouterr().out
    [orders] = [line for line in said.splitlines() if line.startswith("shopify_orders ")]
    assert orders.split() == [
        *("shopify_orders", "exports", "New", "orders", "@stack,", "shopify"),
        *("hooks.preSavePage:", "keep_paid", "on", "@stack"),
    ]
    assert "routers[1].script: chooseBranches in order_helpers" in said
    assert "settings page, Orders: orders_to_netsuite, refunds_to_netsuite" in said


def test_a_connector_of_framework_two_is_shown_with_its_stores(capsys):
    call_command("blueprint", "tests.lifecycle.branches_1_0:Branches")

    said = capsys.readouterr().out
    assert "one per Shopify store" in said
    assert "settings page" not in said


def test_json_is_exactly_the_symbolic_documents(capsys):
    call_command("blueprint", HUB, "--json")

    answer = json.loads(capsys.readouterr().out)
    blueprint = compile_connector(load_connector(HUB))
    assert answer == blueprint.to_json()
    assert Blueprint.from_json(answer) == blueprint


def test_a_path_does_as_well(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(
        "from connector_kit import Connector, Script\n\n\n"
        "class Mine(Connector):\n"
        '    name = "Mine [1]"\n'
        '    version = "1.0.0"\n'
        '    helpers = Script("Helpers", content="x")\n'
    )

    call_command("blueprint", str(tmp_path / "mine.py"))

    said = capsys.readouterr().out
    assert said.startswith("Mine [1] 1.0.0 (")
    assert "settings page, Mine [1]: no flows" in said


def test_the_only_configured_one_need_not_be_named(settings, capsys):
    entry = ConnectorEntry(target=HUB, connector_id=None)
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "connectors": (entry,)}

    call_command("blueprint")

    assert "Commerce Hub 1.1.0" in capsys.readouterr().out


def test_without_any_configured_one_has_to_be_named():
    with pytest.raises(CommandError, match="CONNECTOR_KIT_CONNECTORS"):
        call_command("blueprint")


def test_every_mistake_is_said_at_once():
    with pytest.raises(CommandError) as caught:
        call_command("blueprint", "tests.publisher.declared:Unsound")

    assert caught.value.returncode == 1
    said = str(caught.value).splitlines()
    assert len(said) == 3
    assert "Unsound.lonely" in said[-1]
    assert all("(connector_kit.E" in line for line in said)


def test_warnings_are_said_aside(tmp_path, capsys):
    (tmp_path / "odd.py").write_text(
        "from connector_kit import Connection, Connector\n\n\n"
        "class Odd(Connector):\n"
        '    name = "Odd"\n'
        '    version = "1.0.0"\n'
        '    box = Connection("Box", type="boxx", wire={"boxx": {}})\n'
    )

    call_command("blueprint", str(tmp_path / "odd.py"), "--json")

    said = capsys.readouterr()
    assert json.loads(said.out)["name"] == "Odd"
    assert said.err.startswith(f"warning: {tmp_path / 'odd.py'}:7: Odd.box: type is 'boxx', which ")


@pytest.mark.parametrize("target", ["no.such.module:Thing", "./nowhere.py", "tests.settings"])
def test_what_is_no_connector_is_an_error(target):
    with pytest.raises(CommandError):
        call_command("blueprint", target)


def test_help_shows_examples_and_exit_codes(capsys):
    with pytest.raises(SystemExit):
        call_command("blueprint", "--help")

    said = capsys.readouterr().out
    assert "connector-kit blueprint ./my_connector --json" in said
    assert "exit codes:\n  0  the connector can be published" in said


def test_what_is_sold_in_parts_says_which_component_belongs_where(capsys):
    call_command("blueprint", "tests.lifecycle.sold:ManyShops")

    said = capsys.readouterr().out
    assert "offers: editions Standard, Premium; add-ons Payouts; one per Shopify store" in said
    [sales] = [line for line in said.splitlines() if line.startswith("sales ")]
    assert sales.rstrip().endswith("premium and above, each store")
