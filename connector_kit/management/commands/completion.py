"""``connector-kit completion``: the tab key in the shell."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.cli import PROGRAM
from connector_kit.cli.completion import SHELLS, script
from connector_kit.management.base import KitCommand


class Command(KitCommand):
    """Print what a shell needs to complete commands, subcommands, and options."""

    help = "Print the code with which your shell completes commands and options."
    example = """
eval "$(connector-kit completion bash)"          (in ~/.bashrc)
eval "$(connector-kit completion zsh)"           (in ~/.zshrc)
connector-kit completion fish > ~/.config/fish/completions/connector-kit.fish
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shell", choices=SHELLS)

    def run(self, **options: Any) -> None:
        self.stdout.write(script(options["shell"], PROGRAM))
