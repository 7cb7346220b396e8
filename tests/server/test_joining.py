"""The kit in a Django project that exists already."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from connector_kit.server import settings as own
from connector_kit.server.joining import join

ROOT = Path(__file__).parents[2]
JOINED = "\nfrom connector_kit.server.joining import join\n\njoin(globals())\n"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "theirs"}}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``startproject`` makes."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "django", "startproject", "mysite", str(folder)], check=True
    )
    return folder


def managed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONNECTOR_KIT", "DJANGO", "SECRET", "DATABASE", "REDIS"))
    }
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_project_takes_the_kit_in_with_one_line(project: Path) -> None:
    settings = project / "mysite" / "settings.py"
    settings.write_text(settings.read_text() + JOINED)
    (project / "mysite" / "urls.py").write_text(
        "from django.urls import include, path\n\n"
        'urlpatterns = [path("", include("connector_kit.server.urls"))]\n'
    )

    checked = managed(project, "check", "--fail-level", "WARNING")
    migrated = managed(project, "migrate", "--verbosity", "0")
    listed = managed(project, "token", "list", "--json")

    assert checked.returncode == 0, checked.stderr
    assert migrated.returncode == 0, migrated.stderr
    assert listed.returncode == 0, listed.stderr
    assert (project / "db.sqlite3").exists()


def test_the_apps_alone_are_answered_with_what_is_missing(project: Path) -> None:
    settings = project / "mysite" / "settings.py"
    text = settings.read_text().replace(JOINED, "")
    settings.write_text(text + '\nINSTALLED_APPS += ["connector_kit", "settings_ui"]\n')

    done = managed(project, "check")

    assert done.returncode != 0
    assert "join(globals())" in done.stderr.splitlines()[-1]


def test_what_the_project_has_set_stays_and_the_rest_is_added() -> None:
    settings = {
        "DATABASES": DATABASES,
        "TIME_ZONE": "Europe/Berlin",
        "INSTALLED_APPS": ["django.contrib.auth", "shop"],
        "MIDDLEWARE": ["shop.middleware.Shop"],
    }

    join(settings)

    assert (settings["DATABASES"], settings["TIME_ZONE"]) == (DATABASES, "Europe/Berlin")
    assert settings["INSTALLED_APPS"] == [*own.INSTALLED_APPS, "shop"]
    assert settings["MIDDLEWARE"] == [*own.MIDDLEWARE, "shop.middleware.Shop"]
    assert settings["REST_FRAMEWORK"] == own.REST_FRAMEWORK


@pytest.mark.parametrize(
    ("name", "value"), [("REST_FRAMEWORK", {"PAGE_SIZE": 10}), ("USE_TZ", False)]
)
def test_a_value_with_which_the_kit_cannot_work_is_named(name: str, value: object) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is "):
        join({"DATABASES": DATABASES, name: value})
