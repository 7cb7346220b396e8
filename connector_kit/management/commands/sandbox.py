"""``manage.py sandbox``: a local integrator.io."""

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.management.base import KitCommand
from connector_kit.sandbox.command import EXAMPLES, OPTIONS, add_arguments, serve


class Command(KitCommand):
    """Serves until it is stopped."""

    help = "Run a local integrator.io with many accounts, until it is stopped."
    example = EXAMPLES
    expected = (*KitCommand.expected, OSError, ValueError)

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options of the sandbox."""
        add_arguments(parser)

    def run(self, **options: Any) -> int | None:
        """Serve in the foreground."""
        serve(**{name: options[name] for name in OPTIONS}, say=self._say)
        return None

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
