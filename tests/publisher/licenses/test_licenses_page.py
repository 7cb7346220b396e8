"""The page on licenses says what the code does."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from connector_kit.api.provisioning.signatures import verify
from connector_kit.licensing import Kind, parse_policies, policy_for
from tests.api.provisioning.shop import new_secret

PAGE = (Path(__file__).parents[3] / "docs" / "licenses.md").read_text()


def test_the_policies_shown_are_ones_that_can_be_used():
    (shown,) = re.findall(r"CONNECTOR_KIT_LICENSE_POLICIES='(.*?)'", PAGE, re.DOTALL)
    rules = parse_policies(shown)

    assert policy_for(rules, "commerce-hub", "premium").trial_days == 30
    assert policy_for(rules, "other", "premium").grace_days == 30


def test_every_event_has_its_row():
    assert re.findall(r"^\| `([a-z_]+)` \| .*(?:paid_through|email)", PAGE, re.MULTILINE) == [*Kind]


def test_every_subcommand_is_named():
    parser = load_command_class(get_commands()["license"], "license").create_parser("", "license")
    (actions,) = (action for action in parser._subparsers._group_actions)

    named = set(re.findall(r"`([a-z-]+)`", PAGE.partition("each has `--help`")[0]))
    assert set(actions.choices) <= named


def test_the_shell_signs_a_webhook_that_is_accepted(tmp_path):
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    fake = tmp_path / "curl"
    fake.write_text("#!/usr/bin/env python3\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    fake.chmod(0o755)
    secret = new_secret()
    path = f"{tmp_path}:{os.environ['PATH']}"
    run = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": path, "SECRET": secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if "openssl: not found" in run.stderr:
        pytest.skip("openssl is not installed")
    _, *words, _, body = json.loads(run.stdout)
    headers = dict(word.split(": ", 1) for word in words[1::2])

    assert verify(body.encode(), headers, [secret]) == "evt_2"
