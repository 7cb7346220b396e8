"""Write the schemas that the kit and the sandbox read, from the platform's own.

``python -m workshop.published_schemas protocol/schemas-2026.json``: everything that says what a
request may hold, without where each of it was published.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).resolve().parent.parent / "connector_kit" / "schemas" / "platform.json"

_LEFT_OUT = frozenset({"x-source", "x-note", "x-form-required", "description", "default"})
"""What nothing reads."""

_OBSERVED = re.compile(r"not in the \w+ schema|no schema")
"""In the source of a field, or of a type: documents have it, and no published schema does."""

_DATA = frozenset({"properties", "$defs", "enum", "const"})
"""Under these, names are those of fields, or values."""


def trimmed(schemas: dict[str, Any]) -> str:
    """Return *schemas* without what nothing reads, one definition to a line.

    The names of definitions become such that a reference to one is an address.
    """
    definitions = {_address(name): _trimmed(schema) for name, schema in schemas["$defs"].items()}
    head = {
        "$schema": schemas["$schema"],
        "title": schemas["title"],
        "$comment": f"From {schemas['x-source']}. See README.md.",
        "x-resources": schemas["x-resources"],
    }
    lines = (f" {json.dumps(name)}: {json.dumps(definitions[name])}" for name in definitions)
    return json.dumps(head, indent=1)[:-2] + ',\n "$defs": {\n' + ",\n".join(lines) + "\n}}\n"


def _trimmed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_trimmed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "$ref":
            kept[key] = "#/$defs/" + _address(value.removeprefix("#/$defs/"))
        elif key in _DATA:
            inner = value.items() if isinstance(value, dict) else None
            kept[key] = {name: _trimmed(item) for name, item in inner} if inner else value
        elif key not in _LEFT_OUT:
            kept[key] = _trimmed(value)
    if _OBSERVED.search(str(schema.get("x-source", ""))):
        kept["x-observed"] = True
    return kept


def _address(name: str) -> str:
    return name.replace("#", ".")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workshop.published_schemas")
    parser.add_argument("source", type=Path, help="the platform's schemas")
    source: Path = parser.parse_args(arguments).source
    SHIPPED.write_text(trimmed(json.loads(source.read_text("utf-8"))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
