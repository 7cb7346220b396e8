"""Every lifecycle test runs in both frameworks, or the list says why it does not."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.lifecycle.in_one_framework import IN_EITHER, ONLY_IN_1_0, ONLY_IN_2_0

HERE = Path(__file__)


def modules() -> Iterator[ModuleType]:
    """The modules with lifecycle tests, but for this one."""
    for path in sorted(HERE.parent.glob("test_*.py")):
        if path != HERE:
            yield import_module(f"tests.lifecycle.{path.stem}")


def marks_of(holder: Any) -> list[Any]:
    """The marks of a function, or of all in a module."""
    held = getattr(holder, "pytestmark", [])
    return [getattr(mark, "mark", mark) for mark in (held if isinstance(held, list) else [held])]


def in_one() -> set[str]:
    """Every test that is not marked to run in both frameworks: ``module::test``."""
    found = set()
    for module in modules():
        for name, test in vars(module).items():
            is_test = (
                name.startswith("test_") and getattr(test, "__module__", "") == module.__name__
            )
            marks = [*marks_of(module), *marks_of(test)]
            if is_test and not any(mark.args[:1] == ("shop",) for mark in marks):
                found.add(f"{module.__name__.rpartition('.')[2]}::{name}")
    return found


def test_every_test_that_runs_in_one_framework_is_listed_once_with_its_reason() -> None:
    lists = (ONLY_IN_1_0, ONLY_IN_2_0, IN_EITHER)
    rows = [row for rows in lists for row in rows]
    tests = in_one()
    alone = {row for row in rows if "::" in row}

    assert len(rows) == len(set(rows))
    assert alone <= tests
    listed = {row for row in rows if "::" not in row}
    assert {test.partition("::")[0] for test in tests - alone} == listed
    assert all(reason for rows in lists for reason in rows.values())


def test_what_is_listed_for_a_framework_is_about_that_one() -> None:
    marks = ("source_fixtures", "FlatCustomer", "framework = 2", "flat_", "scripted_")
    for module in modules():
        name = module.__name__.rpartition(".")[2]
        text = Path(str(module.__file__)).read_text()
        if name in ONLY_IN_2_0:
            assert any(mark in text for mark in marks), name
        elif name in ONLY_IN_1_0 and f"{name}::" not in "".join(ONLY_IN_2_0):
            assert not any(mark in text for mark in marks), name
