"""What `connector-kit help` says."""

import subprocess
import sys

import pytest
from django.core.management import get_commands

from connector_kit.cli.utility import GROUPS, Utility

OWN = {
    name.replace("_", "-")
    for name, app in get_commands().items()
    if app in ("connector_kit", "settings_ui")
}
GROUPED = [name for names in GROUPS.values() for name in names]


def test_each_command_of_the_kit_is_listed_once(capsys):
    Utility(["connector-kit", "help"]).execute()
    printed = capsys.readouterr().out

    assert sorted(set(GROUPED) & OWN) == sorted(OWN)
    assert len(GROUPED) == len(set(GROUPED))
    assert all(f"  {name} " in printed for name in GROUPED)


def test_help_leaves_nothing_in_the_folder(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "connector_kit.cli", "help", "rollout"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "connector-kit rollout" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_is_answered_with_the_nearest(capsys):
    with pytest.raises(SystemExit) as ended:
        Utility(["connector-kit", "rolout"]).execute()

    assert ended.value.code == 1
    assert "Did you mean rollout?" in capsys.readouterr().err


def test_agents_get_every_command_with_its_options_at_once(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "connector_kit.cli", "--llms"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"### {name}\n" in done.stdout for name in GROUPED)
    assert "`--template " in done.stdout
    assert list(tmp_path.iterdir()) == []
