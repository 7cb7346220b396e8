"""The page on functions says what the code says, and its examples run."""

import re
from pathlib import Path
from typing import Any

import pytest

from connector_kit.environment import variables
from connector_kit.extension import FunctionModule
from connector_kit.extension.authoring.kinds import FLAT, KINDS, PARTS
from connector_kit.extension.configuration import StandaloneSettings
from connector_kit.extension.contracts import CONTRACTS
from connector_kit.stack_settings import PORT

PAGE = (Path(__file__).parents[2] / "docs" / "functions.md").read_text()


def rows(columns: int) -> list[tuple[str, ...]]:
    """The rows of every table with that many columns."""
    lines = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip(" |") for cell in line) for line in lines if len(line) == columns]


def test_the_examples_run_one_after_the_other() -> None:
    namespace: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    for block in blocks:
        exec(block, namespace)

    assert len(blocks) == 6
    assert (
        namespace["registry"].connector("64a1f0c2b3d4e5f6071828ff").find("hook", "skip_cancelled")
    )


def test_the_plain_example_is_found_as_the_page_says() -> None:
    [example] = re.findall(r"```python\n(class hooks:.*?)```", PAGE, re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(example, namespace)
    shown = {name: namespace[name] for name in ("hooks", "wrappers", "preSave")}

    assert set(FunctionModule.of(shown)) == {
        *("hooks.preMap", "wrappers.ping", "wrappers.import", "flat.preSave")
    }


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_the_page_lists_every_mark_with_its_options_and_type(kind: Any) -> None:
    words = {part: type_ for type_, part in PARTS.items()}
    types = [words.get(part, part) for part in kind.parts if part != FLAT]
    if FLAT in kind.parts:
        types.append("none")

    row = (f"`@{kind.mark}`", f"`{kind.options.__name__}`", ", or ".join(types))
    assert row in [(mark, gets, type_.replace("`", "")) for mark, gets, type_ in rows(3)]


def test_the_page_says_what_is_expected_of_every_kind_that_has_a_contract() -> None:
    documented = {name for kinds, *_ in rows(2) for name in kinds.split(", ")}

    assert set(CONTRACTS) <= documented


def test_the_page_lists_every_variable_with_its_meaning() -> None:
    documented = {row[0]: row[-1] for row in rows(3) if row[0].startswith("`CONNECTOR_KIT")}
    known = {
        f"`{variable.name}`": variable.about for variable in variables(StandaloneSettings).values()
    }

    assert documented.items() <= known.items()
    assert f"`{variables(StandaloneSettings)['diy'].name}`" in documented
    assert f"| `{PORT}` |" in PAGE


def test_the_page_lists_every_problem() -> None:
    source = Path(__file__).parents[2] / "connector_kit" / "extension" / "authoring"
    raised = {
        found
        for path in source.glob("*.py")
        for found in re.findall(r'"(E4\d\d)"', path.read_text())
    }

    assert raised == {row[0] for row in rows(2) if row[0].startswith("E4")}
