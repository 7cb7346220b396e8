"""A package appears whole and proven, or not at all."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from connector_kit.adoption import (
    AdoptionError,
    Outline,
    adopt,
    folder_name,
    load_connector,
    unpack,
    write_package,
    writing,
)
from connector_kit.blueprint import CompiledComponent
from tests.adoption.downloads import small_files

OUTLINE = adopt(unpack(small_files())).outline


def test_the_package_is_named_after_its_class():
    assert folder_name("OrdersToERP") == "orders_to_erp"
    assert folder_name("Ж") == "adopted_connector"


def test_only_the_package_is_left(tmp_path):
    blueprint = write_package(OUTLINE, tmp_path / "deep" / "orders")

    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["orders"]
    written = sorted(path.name for path in (tmp_path / "deep" / "orders").iterdir())
    assert written == ["__init__.py", "scripts"]
    assert blueprint.name == OUTLINE.name


def test_others_may_read_it_as_any_other_file(tmp_path):
    write_package(OUTLINE, tmp_path / "orders")
    (tmp_path / "plain").mkdir()

    assert (tmp_path / "orders").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_empty_folder_is_filled_and_stays_the_one_it_is(tmp_path, monkeypatch):
    folder = tmp_path / "orders"
    folder.mkdir()
    monkeypatch.chdir(folder)

    write_package(OUTLINE, folder)

    assert sorted(path.name for path in Path().iterdir()) == ["__init__.py", "scripts"]


@pytest.mark.parametrize("taken", ["folder", "file"])
def test_what_is_there_is_never_overwritten(tmp_path, taken):
    place = tmp_path / "orders"
    kept = place if taken == "file" else place / "mine.py"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("mine")

    with pytest.raises(AdoptionError, match="--output"):
        write_package(OUTLINE, place)

    assert kept.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["orders"]


def test_a_place_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(AdoptionError, match="cannot be written"):
        write_package(OUTLINE, tmp_path / "file" / "orders")


def test_inside_a_package_the_name_has_to_be_one_that_python_imports(tmp_path):
    (tmp_path / "__init__.py").write_text("")

    with pytest.raises(AdoptionError, match="'my-orders'"):
        write_package(OUTLINE, tmp_path / "my-orders")

    write_package(OUTLINE, tmp_path / "my_orders")
    assert load_connector(f"{tmp_path / 'my_orders'}").name == OUTLINE.name


def outline(document):
    return Outline("Faulty", "Faulty", "1.0.0", (CompiledComponent("x", "scripts", document),))


def test_what_cannot_be_declared_leaves_nothing_behind(tmp_path):
    with pytest.raises(AdoptionError, match=r"The script has no content.*nothing was written"):
        write_package(outline({"name": "Empty"}), tmp_path / "faulty")

    assert list(tmp_path.iterdir()) == []


def test_what_compiles_to_something_else_leaves_nothing_behind(tmp_path, monkeypatch):
    """The proof is made with what is on disk: a fault in writing would not go unnoticed."""
    honest = writing.package

    def with_a_fault(outline):
        files = dict(honest(outline))
        return files | {"scripts/helpers.js": files["scripts/helpers.js"] + b"\n"}

    monkeypatch.setattr(writing, "package", with_a_fault)

    with pytest.raises(
        AdoptionError, match=r"compiles to different documents: helpers\..*nothing was"
    ):
        write_package(OUTLINE, tmp_path / "orders")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("name", {"name": "Other"}),
        ("version", {"version": "1.0.1"}),
        ("description", {"description": "Other"}),
        ("applications", {"applications": ("other",)}),
        ("the settings page", {"sections": {"sync": "Other"}}),
        ("sync", {"components": OUTLINE.components[:-1]}),
    ],
)
def test_every_part_is_compared(tmp_path, monkeypatch, part, changed):
    honest = writing.package
    monkeypatch.setattr(writing, "package", lambda outline: honest(replace(outline, **changed)))

    with pytest.raises(AdoptionError, match=f"different documents: (the settings page, )?{part}"):
        write_package(OUTLINE, tmp_path / "orders")
    assert list(tmp_path.iterdir()) == []


def test_the_proof_does_not_run_old_bytecode(tmp_path):
    write_package(OUTLINE, tmp_path / "orders")

    assert not list(tmp_path.rglob("__pycache__"))
    assert not [name for name in sys.modules if name.startswith("_adopting_")]
