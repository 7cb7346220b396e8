"""What the shell offers after `connector-kit`."""

import os
import subprocess
import sys

import pytest

from connector_kit.cli.completion import SHELLS, script


def offered(line, tmp_path):
    answer = tmp_path / "answer"
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "IFS": "\n",
    }
    subprocess.run(
        [sys.executable, "-c", "from connector_kit.cli import main; main()"],
        cwd=tmp_path,
        env=os.environ | asked,
        check=True,
    )
    return answer.read_text().split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("connector-kit ro", ["rollout"]),
        ("connector-kit rollout start --wa", ["--watch", "--wave"]),
    ],
)
def test_commands_actions_and_options_are_offered(line, words, tmp_path):
    assert set(words) <= {word.strip() for word in offered(line, tmp_path)}


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_code_of_its_own(shell):
    assert "connector-kit" in script(shell, "connector-kit")
