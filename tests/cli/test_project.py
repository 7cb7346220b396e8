"""The project that `connector-kit` runs in, and what it takes from it."""

import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from connector_kit.cli import main
from connector_kit.cli.project import Project, ProjectError, enter, find

TABLE = """
[tool.connector-kit]
connectors = ["orders_to_slack"]
"""


@pytest.fixture
def path(monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    return sys.path


def test_the_project_is_the_nearest_folder_upward_whose_pyproject_has_the_table(tmp_path):
    (tmp_path / "pyproject.toml").write_text(TABLE)
    inner = tmp_path / "vendor" / "lib"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text('[project]\nname = "lib"\n')

    assert find(inner) == Project(tmp_path, ("orders_to_slack",))


def test_a_folder_without_the_table_is_in_no_project(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "lib"\n')

    assert find(tmp_path) is None


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("[tool.connector-kit", "cannot be read"),
        ("[tool]\nconnector-kit = 1", "must be a table"),
        ('[tool.connector-kit]\nconnector = ["x"]', "Did you mean 'connectors'?"),
        ('[tool.connector-kit]\nhooks = ["x"]', "It has connectors, diy, settings."),
        ('[tool.connector-kit]\nconnectors = "x"', 'must be a list, such as ["my_package"]'),
        ("[tool.connector-kit]\nsettings = 1", "must be text"),
    ],
)
def test_a_mistake_in_the_table_names_the_file_and_the_way_out(tmp_path, table, words):
    (tmp_path / "pyproject.toml").write_text(table)

    with pytest.raises(ProjectError) as refused:
        find(tmp_path)

    assert str(tmp_path / "pyproject.toml") in str(refused.value)
    assert words in str(refused.value)


def test_the_environment_wins_over_env_and_that_over_the_table(tmp_path, path):
    (tmp_path / "pyproject.toml").write_text(TABLE)
    (tmp_path / ".env").write_text(
        "CONNECTOR_KIT_API_TOKEN='from env'\nCONNECTOR_KIT_REGION=eu\nCONNECTOR_KIT_DIY=hooks\n"
    )
    environment = {"CONNECTOR_KIT_REGION": "na"}

    enter(tmp_path / "src", environment)

    assert environment == {
        "CONNECTOR_KIT_REGION": "na",
        "CONNECTOR_KIT_API_TOKEN": "from env",
        "CONNECTOR_KIT_DIY": "hooks",
        "CONNECTOR_KIT_CONNECTORS": "orders_to_slack",
        "CONNECTOR_KIT_HOME": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "connector_kit.server.settings",
    }
    assert path[0] == str(tmp_path)


def test_without_a_project_env_is_read_where_one_is(tmp_path, path):
    (tmp_path / ".env").write_text("CONNECTOR_KIT_REGION=eu\n")
    environment = {}

    assert enter(tmp_path, environment) is None
    assert environment["CONNECTOR_KIT_REGION"] == "eu"


def test_the_version_is_the_kits(capsys):
    main(["--version"])

    assert capsys.readouterr().out == f"Connector Kit {version('connector-kit')}\n"


def test_a_command_runs_in_the_project_from_any_folder_of_it(tmp_path):
    (tmp_path / "pyproject.toml").write_text(TABLE)
    (tmp_path / "orders_to_slack.py").write_text(
        "from connector_kit import Connector, Connection\n\n\n"
        "class OrdersToSlack(Connector):\n"
        '    name = "Orders"\n'
        '    version = "1.0.0"\n'
        '    shop = Connection("Shop", type="http", http={"baseURI": "https://shop.example.com",'
        ' "mediaType": "json"})\n'
    )
    folder = tmp_path / "docs"
    folder.mkdir()
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONNECTOR_KIT", "DJANGO", "DATABASE"))
    }

    done = subprocess.run(
        [sys.executable, "-c", "from connector_kit.cli import main; main()", "blueprint"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "Shop" in done.stdout
    assert (tmp_path / "var").is_dir()
    assert not (folder / "var").exists()
