"""``doctor``: who cannot reach whom, and the way out."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import CommandParser
from rich.text import Text

from connector_kit.management.base import KitCommand, add_json
from connector_kit.server.doctor import Level, examine

STYLES = {
    Level.OK: "green",
    Level.WARNING: "yellow",
    Level.BROKEN: "bold red",
    Level.UNCHECKED: "dim",
}


class Command(KitCommand):
    """Examines what a connector needs to work."""

    help = (
        "Find out who cannot reach whom: settings and secrets, connectors, database and "
        "migrations, Redis, the platform and the token, the public address and the server, the "
        "versions served and published, workers and beat, and clocks. Each finding says the way "
        "out. Nothing is changed or started."
    )
    example = """
connector-kit doctor
connector-kit doctor --json
"""
    exit_codes = {0: "nothing is broken (there may be warnings)", 1: "something is broken"}

    def add_arguments(self, parser: CommandParser) -> None:
        """Take no more than ``--json``."""
        add_json(parser)

    def run(self, **options: Any) -> int:
        """Examine, and print the findings."""
        report = examine()
        if options["json"]:
            self.print_json(report.to_json())
            return int(report.is_broken)
        console = self.console(options)
        width = max(len(finding.about) for finding in report.findings)
        indent = " " * (11 + width)
        for finding in report.findings:
            level = (f"{finding.level.value:9}", STYLES[finding.level])
            line = Text.assemble(level, f"  {finding.about:{width}}  {finding.message}")
            console.print(line, soft_wrap=True)
            if finding.hint:
                console.print(f"{indent}  → {finding.hint}", soft_wrap=True)
        counts = Counter(finding.level.value for finding in report.findings)
        console.print(", ".join(f"{count} {level}" for level, count in counts.items()))
        return int(report.is_broken)
