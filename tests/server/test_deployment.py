"""The container files name commands, variables and modules that exist."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from connector_kit.conf import Settings, variables
from connector_kit.workers.queues import Queue

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()

STACK = yaml.safe_load(COMPOSE)
SERVICES = STACK["services"]
KIT = {name: service for name, service in SERVICES.items() if "env_file" in service}
OURS = [service["command"] for service in KIT.values() if "command" in service]
OF_COMPOSE_ITSELF = {"DOMAIN", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "KIT_IMAGE", "KIT_BUILD"}
SETTINGS = {variable.name for variable in variables().values()}
DOCUMENTED = set(
    re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
)
DECIDED = {"DATABASE_URL", "REDIS_URL", "CONNECTOR_KIT_HOME", "CONNECTOR_KIT_PORT"}
"""Settings that Compose decides, whatever stands in .env; its first lines say so."""
SERVING_PROCESSES = 2
OF_BEAT_AND_COMMANDS = 10
"""Connections besides, those that PostgreSQL keeps for its superuser included."""


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

    assert used - OF_COMPOSE_ITSELF <= SETTINGS


@pytest.mark.parametrize("name", KIT)
def test_every_documented_setting_reaches_every_process_of_the_kit(name: str) -> None:
    service = KIT[name]
    said = {variable: str(value) for variable, value in service["environment"].items()}
    passed_on = {variable for variable, value in said.items() if f"${{{variable}:" in value}

    assert service["env_file"] == ".env"
    assert set(said) - passed_on - {"PGOPTIONS"} == DECIDED
    assert passed_on <= DOCUMENTED


def test_compose_says_what_it_decides_itself() -> None:
    said = COMPOSE.partition("x-contained")[0]

    assert {decided for decided in DECIDED if decided not in said} == set()


def test_the_kit_runs_in_web_workers_and_beat() -> None:
    assert set(KIT) == {"web", "ticks", "work", "mail", "beat", "migrate"}


SECRETS = (
    *("SECRET_KEY", "CONNECTOR_KIT_ENCRYPTION_KEYS", "CONNECTOR_KIT_SYSTEM_TOKEN"),
    *("POSTGRES_PASSWORD", "REDIS_PASSWORD"),
)


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_starts_without_a_secret_that_all_have_to_share(secret: str) -> None:
    assert f"${{{secret}:?" in COMPOSE


def test_only_the_proxy_is_reached_from_outside() -> None:
    open_to_all = {
        name: service["ports"] for name, service in SERVICES.items() if "ports" in service
    }

    assert open_to_all == {"proxy": ["80:80", "443:443"]}
    assert STACK["networks"]["inside"]["internal"] is True
    assert SERVICES["redis"]["networks"] == SERVICES["postgres"]["networks"] == ["inside"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_process_may_do_no_more_than_it_has_to(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_a_process_takes_no_more_than_its_share(name: str) -> None:
    assert {"mem_limit", "pids_limit", "logging"} <= set(SERVICES[name])


def test_every_image_of_others_has_a_version() -> None:
    images = {service["image"] for service in SERVICES.values()} - {"${KIT_IMAGE:-connector-kit}"}
    [base] = re.findall(r"^ARG PYTHON=(\S+)$", DOCKERFILE, re.MULTILINE)

    assert {
        image for image in (*images, base) if not re.search(r":\d+\.\d+[.\w-]*$", image)
    } == set()


def test_the_database_takes_the_connections_of_three_web_servers_and_all_workers() -> None:
    most = int(re.findall(r"max_connections=(\d+)", SERVICES["postgres"]["command"])[0])
    web = SERVING_PROCESSES * (Settings().pages + Settings().calls + 1)
    workers = sum(int(slots) + 1 for slots in re.findall(r"--concurrency (\d+)", COMPOSE))

    assert 3 * web + workers + OF_BEAT_AND_COMMANDS < most


def test_every_queue_has_a_worker_of_its_own() -> None:
    served = [re.search(r"worker --queues (\S+)", command) for command in OURS]

    assert sorted(found[1] for found in served if found) == sorted(Queue)


def test_everything_that_runs_for_long_is_looked_after() -> None:
    lasting = {name for name in SERVICES if name not in ("migrate", "web")}  # web's is the image's

    assert {name for name in lasting if "test" not in SERVICES[name]["healthcheck"]} == set()
    assert {name for name in lasting if SERVICES[name]["restart"] != "unless-stopped"} == set()


def test_everything_that_the_image_copies_is_there_and_reaches_the_build() -> None:
    let_in = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }

    assert {name for name in copied if not (ROOT / name).exists()} == set()
    assert copied == let_in


def test_the_image_installs_what_is_locked_and_nothing_else() -> None:
    installs = re.findall(r"pip (?:install|wheel) .*", DOCKERFILE)

    assert len(installs) == 4
    assert {
        line for line in installs if "--require-hashes" not in line and "--no-deps" not in line
    } == set()


def test_the_image_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["1000:1000"]


def test_the_image_starts_web_with_the_one_command() -> None:
    [command] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)

    assert json.loads(command) == ["python", "manage.py", "serve"]
