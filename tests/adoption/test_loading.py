"""From the name of a connector to its class; what is wrong with a name is said."""

import importlib

import pytest

from connector_kit.adoption import LoadError, load_connector

MODULE = """
from connector_kit import Connector


class One(Connector):
    name = "One"
    version = "1.0.0"
"""

TWO = f"{MODULE}\n\nclass Two(Connector):\n    name = 'Two'\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "single.py").write_text(MODULE)
    (tmp_path / "several.py").write_text(TWO)
    (tmp_path / "none.py").write_text("x = 1\n")
    (tmp_path / "broken.py").write_text("import no_such_module_anywhere\n")
    package = tmp_path / "outer" / "inner"
    package.mkdir(parents=True)
    (tmp_path / "outer" / "__init__.py").write_text("WHOLE = 'outer'\n")
    (package / "__init__.py").write_text(f"from .. import WHOLE\n{MODULE}\nOne.name = WHOLE\n")
    (package / "other.py").write_text("from . import One\n")
    return tmp_path


@pytest.mark.parametrize(
    "target",
    [
        "examples.commerce.v1_0:CommerceHub",
        "examples.commerce.v1_0.CommerceHub",
        "examples.commerce.v1_0",
    ],
)
def test_a_class_has_a_name_in_python(target):
    assert load_connector(target).__name__ == "CommerceHub"


@pytest.mark.parametrize("target", ["single.py", "single.py:One", "several.py:One"])
def test_a_class_has_a_place_on_disk(folder, target):
    assert load_connector(folder / target).name == "One"


@pytest.mark.parametrize("target", ["outer/inner", "outer/inner:One", "outer/inner/other.py"])
def test_a_package_is_imported_with_what_is_around_it(folder, target):
    assert load_connector(folder / target).name == "outer"


def test_a_relative_path_and_one_from_home_do(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))

    assert load_connector("./single.py").name == "One"
    assert load_connector("~/single.py").name == "One"


def test_loading_twice_gives_one_class_until_the_file_changes(folder):
    place = folder / "single.py"
    first = load_connector(place)
    assert load_connector(place) is first

    (folder / "new.py").write_text(MODULE.replace('"One"', '"Changed"'))
    (folder / "new.py").replace(place)

    assert load_connector(place).name == "Changed"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("no_such_module", "no module 'no_such_module'"),
        ("examples.commerce.nothing:Thing", r"no module 'examples\.commerce\.nothing'"),
        ("examples.commerce.v1_0:Nothing", r"'Nothing' does not exist .*CommerceHub"),
        ("examples.commerce.v1_0:Flow", "'Flow' is not a connector"),
        ("not a name", "is not a connector"),
        ("./no/such/place.py", "does not exist"),
        ("json", "declares no connector"),
    ],
)
def test_a_name_that_leads_nowhere_is_an_error(target, words):
    with pytest.raises(LoadError, match=words):
        load_connector(target)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("several.py", r"several connectors. Choose one of .*several\.py:One, .*several\.py:Two"),
        ("none.py", "declares no connector"),
        ("broken.py", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("nothing.py", "does not exist"),
    ],
)
def test_a_file_without_one_connector_is_an_error(folder, target, words):
    with pytest.raises(LoadError, match=words):
        load_connector(folder / target)


def test_a_package_that_can_be_imported_is_not_loaded_a_second_time_by_its_path(
    tmp_path, monkeypatch
):
    (tmp_path / "imported_once").mkdir()
    (tmp_path / "imported_once" / "__init__.py").write_text(
        "from connector_kit import Connector\n\n\n"
        'class Once(Connector):\n    name = "Once"\n    version = "1.0.0"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    once = importlib.import_module("imported_once").Once

    assert load_connector("imported_once") is once
    assert load_connector("imported_once:Once") is once
    assert load_connector("./imported_once") is not once
