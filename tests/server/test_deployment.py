"""The container files name commands, variables and modules that exist."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from connector_kit.conf import variables
from connector_kit.workers.queues import Queue

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()

SERVICES = yaml.safe_load(COMPOSE)["services"]
COMMANDS = [each["command"] for each in SERVICES.values() if "command" in each]
OURS = [each for each in COMMANDS if each.startswith(("celery", "python"))]
OF_COMPOSE_ITSELF = {"POSTGRES_PASSWORD"}


@pytest.mark.parametrize("command", OURS)
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


def test_every_documented_setting_reaches_the_processes_of_the_kit() -> None:
    ours = {name: each for name, each in SERVICES.items() if each.get("image") == "connector-kit"}

    assert set(ours) == {"web", "ticks", "work", "mail", "beat", "migrate"}
    assert {name for name, each in ours.items() if each["env_file"] != ".env"} == set()


def test_every_queue_has_a_worker_of_its_own() -> None:
    served = [re.search(r"worker --queues (\S+)", command) for command in OURS]

    assert sorted(found[1] for found in served if found) == sorted(Queue)


def test_everything_that_runs_for_long_is_looked_after() -> None:
    lasting = {name for name in SERVICES if name not in ("migrate", "web")}  # web's is the image's

    assert {name for name in lasting if "test" not in SERVICES[name]["healthcheck"]} == set()
    assert {name for name in lasting if SERVICES[name]["restart"] != "unless-stopped"} == set()


def test_everything_that_the_image_copies_is_there() -> None:
    copied = {
        name
        for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }

    assert {name for name in copied if not (ROOT / name).exists()} <= {"README.md"}


def test_the_image_starts_web_with_the_one_command() -> None:
    [command] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)

    assert json.loads(command) == ["python", "manage.py", "serve"]
