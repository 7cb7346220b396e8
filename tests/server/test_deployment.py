"""The container files name commands, variables and modules that exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from connector_kit.conf import variables

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()

OURS = re.compile(r"command: ((?:celery|python) .*)")
OF_COMPOSE_ITSELF = {"POSTGRES_PASSWORD"}


@pytest.mark.parametrize("command", OURS.findall(COMPOSE))
def test_a_services_command_is_understood(command: str) -> None:
    program, *arguments = shlex.split(command)

    helped = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert helped.returncode == 0, helped.stderr


def test_every_variable_of_the_services_is_a_setting() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))

    assert used - OF_COMPOSE_ITSELF <= {variable.name for variable in variables().values()}


def test_everything_that_the_image_copies_is_there() -> None:
    copied = {
        name
        for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }

    assert {name for name in copied if not (ROOT / name).exists()} <= {"README.md"}


def test_the_image_serves_the_application_of_the_project() -> None:
    [command] = re.findall(r'^CMD \["granian".*?\]', DOCKERFILE, re.MULTILINE | re.DOTALL)

    assert '"connector_kit.server.wsgi:application"' in command
    assert (ROOT / "connector_kit" / "server" / "wsgi.py").exists()
