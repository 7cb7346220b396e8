"""Every field of the platform's schemas either works in a run, changes none, or is refused."""

from __future__ import annotations

import json
from dataclasses import astuple
from pathlib import Path

import pytest

from connector_kit.sandbox.pipeline.simulated import CLASSES

SCHEMAS = Path(__file__).parents[4] / "shared" / "protocol" / "schemas-2026.json"


def names(place):
    return [name for text in astuple(CLASSES[place]) for name in text.split()]


def properties(place):
    """The fields of a schema; the end of a longer name leads into it."""
    schemas = json.loads(SCHEMAS.read_text(encoding="utf-8"))["$defs"]
    head, _, inner = place.partition(".http.")
    found = schemas[f"{head}.http" if inner else place]["properties"]
    return found[inner]["properties"] if inner else found


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the platform's schemas are not here")
@pytest.mark.parametrize("place", CLASSES)
def test_every_field_of_the_schemas_is_in_one_class(place):
    assert set(properties(place)) - set(names(place)) == set()


@pytest.mark.parametrize("place", CLASSES)
def test_no_field_is_in_two_classes(place):
    assert sorted(names(place)) == sorted(set(names(place)))
