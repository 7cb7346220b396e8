"""Options that every command has are read before its action and after it."""

import json

import pytest
from django.core.management import call_command, load_command_class

WORDS = ["--no-color", "--traceback", "--json", "--verbosity=2"]


@pytest.mark.parametrize("split", range(len(WORDS) + 1))
def test_an_action_takes_common_options_on_either_side(split):
    parser = load_command_class("connector_kit", "rollout").create_parser(
        "connector-kit", "rollout"
    )

    options = parser.parse_args([*WORDS[:split], "status", *WORDS[split:]])

    assert (options.action, options.no_color, options.traceback) == ("status", True, True)
    assert (options.json, options.verbosity) == (True, 2)


def test_without_them_the_defaults_hold():
    parser = load_command_class("connector_kit", "rollout").create_parser(
        "connector-kit", "rollout"
    )

    options = parser.parse_args(["status"])

    assert (options.no_color, options.traceback, options.json) == (False, False, False)
    assert options.verbosity == 1


def test_help_names_common_options_once_and_json_with_each_action(capsys):
    parser = load_command_class("connector_kit", "token").create_parser("connector-kit", "token")

    with pytest.raises(SystemExit):
        parser.parse_args(["list", "--help"])

    printed = capsys.readouterr().out
    assert "--json" in printed
    assert "--traceback" not in printed


@pytest.mark.django_db
def test_a_command_without_an_action_prints_json_too(capsys):
    call_command("staff", "list", "--json")

    assert isinstance(json.loads(capsys.readouterr().out), list | dict)
