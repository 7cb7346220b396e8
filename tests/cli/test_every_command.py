"""What each command of `connector-kit` has: examples, JSON, pages, exit codes that happen."""

import json
import re
import shlex
from argparse import ArgumentParser
from dataclasses import dataclass

import pytest
from django.core.management import CommandError, call_command

from connector_kit.cli.utility import GROUPS, find_command
from connector_kit.management.base import KitCommand
from connector_kit.models import Connector
from tests.publisher.fixtures import orders, platform, stack_address

__all__ = ["orders", "platform", "stack_address"]

KIT = {
    name: command
    for names in GROUPS.values()
    for name in names
    if isinstance(command := find_command(name), KitCommand)
}
WITHOUT_JSON = {
    "test": "prints what pytest prints",
    "serve": "runs until it is stopped, and logs",
    "stack": "runs until it is stopped, and logs",
    "completion": "prints code for a shell",
}
LISTS = re.compile(r"(list|pending|logs|usage)$|^logs ")
PAGED = {"--limit"}
NEXT = {"--after", "--before", "--until"}
WITHOUT_PAGES = {
    "logs calls": "reads a log from its beginning; --limit keeps the latest calls",
    "dev logs": "prints the log files of one session",
}
EXAMPLE = re.compile(r"(?:^|\| |\$\(|[A-Z_]=\S* )connector-kit ([^|]+)")
REMARK = re.compile(r"\s{2,}\(.*\)$")
END = re.compile(r" (?:<|>).*$|\)\"$")


@dataclass(frozen=True)
class Leaf:
    """A command, or one of its actions, as it is typed."""

    words: str
    parser: ArgumentParser

    @property
    def options(self):
        return {word for action in self.parser._actions for word in action.option_strings}


def leaves(words, parser):
    subparsers = [action for action in parser._actions if isinstance(action.choices, dict)]
    own = {
        id(inner): (name, inner)
        for sub in subparsers
        for name, inner in reversed(sub.choices.items())
    }
    below = [leaf for name, inner in own.values() for leaf in leaves(f"{words} {name}", inner)]
    return below or [Leaf(words, parser)]


LEAVES = [
    leaf
    for name, command in KIT.items()
    for leaf in leaves(name, command.create_parser("connector-kit", name))
]


def named(cases):
    return [pytest.param(case, id=case.words) for case in cases]


def examples():
    for name, command in KIT.items():
        for line in command.example.strip().splitlines():
            yield pytest.param(name, REMARK.sub("", line), id=line)


@pytest.mark.parametrize("name", KIT)
def test_help_says_what_a_command_does_with_an_example_and_exit_codes(name):
    command = KIT[name]
    text = command.create_parser("connector-kit", name).format_help()

    assert command.help
    assert f"connector-kit {name}" in text
    assert "examples:" in text
    assert "exit codes:" in text
    assert {0, 1} <= set(command.exit_codes)
    assert all(command.exit_codes.values())


@pytest.mark.parametrize(("name", "line"), [*examples()])
def test_each_example_can_be_typed(name, line):
    [typed] = EXAMPLE.findall(line)
    words = shlex.split(END.sub("", typed))

    assert words[0].replace("_", "-") == name
    if name != "test":  # hands on whatever follows
        KIT[name].create_parser("connector-kit", name).parse_args(words[1:])


@pytest.mark.parametrize("leaf", named(LEAVES))
def test_each_prints_json_unless_it_cannot(leaf):
    assert ("--json" in leaf.options) != (leaf.words in WITHOUT_JSON)


@pytest.mark.parametrize("leaf", named(leaf for leaf in LEAVES if LISTS.search(leaf.words)))
def test_each_list_has_pages(leaf):
    has_pages = "--limit" in leaf.options and NEXT & leaf.options

    assert bool(has_pages) != (leaf.words in WITHOUT_PAGES)


@pytest.mark.parametrize("leaf", named(LEAVES))
def test_each_option_is_described(leaf):
    undescribed = [action for action in leaf.parser._actions if not action.help]

    assert all(not action.option_strings and action.choices for action in undescribed)


# Exit codes, as they happen: where nothing is published, and where one connector is.

NOTHING = [
    "adopt no-such-folder",
    "blueprint no_such_module:Thing",
    "dev run",
    "dev record",
    "invoke no_such_module some_function",
    "record show no-such-sample",
    "record replay no_such_module",
    "record list --after no-such-sample",
    "install",
    "run",
    "uninstall --yes",
    "publish no_such_module:Thing",
    "release",
    "release show 1.0.0",
    "release diff 1.0.0",
    "release default 1.0.0",
    "plan --all",
    "takeover",
    "installbase list",
    "rollout start",
    "rollout list no-such-connector",
    "rollout status",
    "rollout diff",
    "rollout pause 7",
    "rollout resume 7",
    "rollout abort 7",
    "rollout retry 7",
    "rollout rollback 7",
    "rollout unlock 7",
    "license list",
    "license pending",
    "license show nobody@example.com",
    "license simulate",
    "settings-link 64a1f0c2b3d4e5f607182901",
    "logs installation 64a1f0c2b3d4e5f607182901",
    "logs rollout",
    "logs calls",
    "usage",
    "embedded account check",
    "embedded account forget --yes",
    "embedded list --connector no-such-connector",
    "embedded remove acme --yes",
    "embedded update acme",
    "staff remove nobody --yes",
    "staff list --after nobody",
    "token revoke no-such-key --yes",
    "token create nobody --name x --scope installations:read",
    "token list --after no-such-key",
]
PUBLISHED = {
    "release": 0,
    "release show": 0,
    "release diff 1.0.0 1.0.0": 0,
    "release diff 9.9.9": 1,
    "installbase list": 0,
    "rollout list": 0,
    "license list": 0,
    "license pending": 0,
    "embedded account list": 0,
    "staff list": 0,
    "token list": 0,
    "record list": 0,
    "doctor": 1,
    "publish tests.publisher.declared:OrdersToSlack --check": 0,
    "blueprint tests.publisher.declared:OrdersToSlack": 0,
    "completion bash": 0,
}


def run(typed):
    """Run a command line; returns its exit code."""
    name, *words = shlex.split(typed)
    try:
        call_command(name.replace("-", "_"), *words)
    except SystemExit as ended:
        return ended.code or 0
    except CommandError as error:
        return error.returncode
    return 0


@pytest.fixture
def nowhere(db, settings, tmp_path, monkeypatch):
    """Settings without a connector, a token, or a sandbox, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    kept = ("home", "system_tokens", "redis_url", "database_url")
    settings.CONNECTOR_KIT = {
        name: value for name, value in settings.CONNECTOR_KIT.items() if name in kept
    }


@pytest.mark.parametrize("typed", NOTHING)
def test_what_cannot_be_done_ends_with_1_and_one_paragraph(nowhere, typed):
    name, *words = shlex.split(typed)

    with pytest.raises(CommandError) as refused:
        call_command(name.replace("-", "_"), *words)

    paragraph = str(refused.value)
    assert refused.value.returncode == 1
    assert paragraph
    assert "\n\n" not in paragraph
    assert not paragraph.startswith("Error:"), "the command line has a mistake"


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "code"), [*PUBLISHED.items()])
def test_exit_codes_that_happen_are_documented(orders, typed, code):
    assert run(typed) == code
    assert code in KIT[typed.split()[0]].exit_codes
    assert Connector.objects.count() == 1


@pytest.mark.django_db
def test_lists_print_one_line_of_json_with_where_the_next_page_begins(orders, capsys):
    for typed in ("release list", "token list", "staff list", "embedded account list"):
        run(f"{typed} --json")
        [line] = capsys.readouterr().out.splitlines()
        assert json.loads(line)["next_after"] is None
