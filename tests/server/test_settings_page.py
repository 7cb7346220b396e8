"""The page on settings says what the code says."""

import re
from dataclasses import fields
from pathlib import Path

from connector_kit.conf import HOME, Settings, variables

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()

ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| (.*) \|$", re.MULTILINE)


def shown(default: object) -> str:
    if default == HOME:
        return "./var"
    if default in ("", ()):
        return ""
    return f"{default:g}" if isinstance(default, int | float) else str(default)


def test_the_page_lists_every_variable_with_its_default_and_meaning() -> None:
    documented = [row for row in ROW.findall(PAGE) if row]

    assert sorted(documented) == sorted(
        (variables()[field.name].name, shown(field.default), variables()[field.name].about)
        for field in fields(Settings)
    )


def test_every_variable_that_the_page_speaks_of_exists() -> None:
    spoken_of = set(re.findall(r"`((?:CONNECTOR_KIT_|DATABASE_|REDIS_|SECRET_)[A-Z_]+)`", PAGE))

    assert spoken_of <= {variable.name for variable in variables().values()}
