"""The wheel holds everything, and an install of it without extras serves."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from workshop.services import free_port
from workshop.wheel import PACKAGES, ROOT, build_wheel, run

pytestmark = pytest.mark.chaos


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit's wheel, built from a copy: what an earlier build left behind is not in it."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs are of an environment that holds the wheel and what is locked."""
    home = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", home)
    pip = (home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements.lock")
    run(*pip, "--no-deps", "--no-index", wheel)
    run(home / "bin" / "pip", "check")
    return home / "bin"


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if not name.startswith("connector_kit-")}

    assert packed == files
    assert "connector_kit/py.typed" in packed


@pytest.fixture
def served(environment: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a server that the environment runs, as the image does."""
    shutil.copy(ROOT / "manage.py", tmp_path)
    port = free_port()
    settings = {
        "PATH": f"{environment}:{os.defpath}",
        "CONNECTOR_KIT_HOME": str(tmp_path / "home"),
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    for command in ("check", "migrate"):
        subprocess.run(["python", "manage.py", command], cwd=tmp_path, env=settings, check=True)
    command = ["python", "manage.py", "serve", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=tmp_path, env=settings, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(60)


def test_an_install_without_extras_checks_migrates_and_serves(served: str, tmp_path: Path) -> None:
    patience = Retry(total=None, connect=120, backoff_factor=0.5, backoff_max=0.5)
    with requests.Session() as browser:
        browser.mount("http://", HTTPAdapter(max_retries=patience))

        assert browser.get(f"{served}/livez", timeout=60).ok, (tmp_path / "log").read_text()
        assert "Log in" in browser.get(f"{served}/console/", timeout=30).text
