"""`connector-kit new`: a package that runs untouched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from connector_kit.adoption import load_connector
from connector_kit.cli.new import TEMPLATES, CannotCreate, create
from connector_kit.cli.utility import is_stateless
from tests.adoption.downloads import save, small_files, zipped

ROOT = Path(__file__).parents[2]


def run(folder, *words):
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONNECTOR_KIT", "DJANGO", "PYTEST"))
    }
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment | {"PYTHONPATH": f"{ROOT}:{folder}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_new_package_is_formatted_and_clean(template, tmp_path):
    folder = create("orders_to_slack", template, tmp_path)

    for words in (("ruff", "format", "--check"), ("ruff", "check")):
        done = run(folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert not [path for path in folder.rglob("*") if path.name.endswith("-tpl")]
    assert "{{" not in (folder / "README.md").read_text() + (folder / "pyproject.toml").read_text()


@pytest.mark.chaos
@pytest.mark.parametrize("template", TEMPLATES)
def test_its_tests_pass_untouched_and_its_types_hold(template, tmp_path):
    folder = create("orders_to_slack", template, tmp_path)

    for words in (("connector_kit.cli", "test", "-p", "no:schemathesis"), ("mypy",)):
        done = run(folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.chaos
def test_an_exit_code_of_the_tests_is_that_of_pytest(tmp_path):
    done = run(create("orders", "hooks", tmp_path), "connector_kit.cli", "test", "-k", "nothing")

    assert done.returncode == 5, done.stdout + done.stderr


def test_it_needs_neither_settings_nor_a_project_and_leaves_nothing_but_the_package(tmp_path):
    done = run(tmp_path, "connector_kit.cli", "new", "orders_to_slack")

    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["orders_to_slack"]


@pytest.fixture
def adopted(tmp_path):
    """A project made from a downloaded integration, alone in its folder, and what was said."""
    zipped(small_files(), tmp_path / "downloaded.zip")
    (tmp_path / "here").mkdir()
    done = run(
        tmp_path / "here", "connector_kit.cli", "new", "shop_orders", "--from", "../downloaded.zip"
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["shop_orders"]
    return tmp_path / "here" / "shop_orders", done.stdout + done.stderr


def test_a_download_becomes_a_package_that_is_formatted_and_clean(adopted):
    folder, said = adopted

    assert load_connector(f"{folder / 'shop_orders'}:ShopOrders").name == "Orders to ERP"
    assert "Left out:" in said
    for words in (("ruff", "format", "--check"), ("ruff", "check")):
        done = run(folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.chaos
def test_its_tests_install_update_and_remove_what_was_downloaded(adopted):
    folder, _ = adopted

    done = run(folder, "connector_kit.cli", "test", "-p", "no:schemathesis")

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_cannot_be_adopted_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save({"notes.txt": b"mine"}, tmp_path / "downloaded")

    with pytest.raises(CommandError):
        call_command("new", "orders_to_slack", source="downloaded")

    assert [path.name for path in tmp_path.iterdir()] == ["downloaded"]


@pytest.mark.parametrize(
    "words", [["--from", "64a1f0c2b3d4e5f607182901"], ["--from=64a1f0c2b3d4e5f607182901"]]
)
def test_an_account_is_read_with_settings_and_a_download_without(words):
    assert not is_stateless(["new", "orders", *words])
    assert is_stateless(["new", "orders", "--from", "downloaded.zip"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("orders-to-slack", "Use 'orders_to_slack'"),
        ("2 orders", "Use 'my_2_orders'"),
        ("class", "Use 'my_class'"),
        ("../orders", "Use 'orders'"),
        ("json", "conflicts with the name of an existing Python module"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_with_the_nearest(name, words, tmp_path):
    with pytest.raises(CannotCreate, match=words):
        create(name, "simple", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "notes.txt").write_text("mine")

    with pytest.raises(CannotCreate, match="exists"):
        create("orders", "simple", tmp_path)

    assert (tmp_path / "orders" / "notes.txt").read_text() == "mine"


def test_the_command_says_what_comes_next(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    call_command("new", "orders_to_slack")

    printed = capsys.readouterr().out
    assert "cd orders_to_slack" in printed
    assert "connector-kit test" in printed
    assert (tmp_path / "orders_to_slack" / "orders_to_slack" / "connector.py").is_file()
