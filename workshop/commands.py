"""The reference of commands, written from their parsers: docs/commands.md.

``python -m workshop.commands`` writes the page; with ``--check`` it fails when the page is stale.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import django

from connector_kit.management.catalog import catalog

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is stale")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector_kit.server.settings")
    django.setup()
    if not parser.parse_args().check:
        PAGE.write_text(catalog(), encoding="utf-8")
    elif PAGE.read_text("utf-8") != catalog():
        print(f"{PAGE.name} is stale. Run 'python -m workshop.commands'.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
