"""``connector-kit sandbox``: a local integrator.io."""

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.management.base import KitCommand


class Command(KitCommand):
    """Serves until it is stopped. The sandbox is an extra: it is imported when it is asked for."""

    is_service = True
    help = "Run a local integrator.io with several accounts until you stop it."
    example = """
connector-kit sandbox --accounts 25
connector-kit sandbox --port 0 --json
connector-kit sandbox --snapshot var/sandbox.json --bucket 1000 --rate 300
connector-kit sandbox --fault-rate 0.1 --fault-kinds 429,500,lost_answer --seed 7
"""
    expected = (*KitCommand.expected, OSError, ValueError)

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options of the sandbox."""
        try:
            from connector_kit.sandbox.command import add_arguments  # noqa: PLC0415
        except ModuleNotFoundError as missing:
            parser.error(str(missing))
        add_arguments(parser)

    def run(self, **options: Any) -> int | None:
        """Serve in the foreground."""
        from connector_kit.sandbox.command import OPTIONS, serve  # noqa: PLC0415

        serve(**{name: options[name] for name in OPTIONS}, say=self._say)
        return None

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
