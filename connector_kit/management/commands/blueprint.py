"""``connector-kit blueprint``: what a connector declares."""

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.adoption import load_connector
from connector_kit.blueprint import DeclarationError, compile_connector
from connector_kit.management.base import KitCommand, add_json
from connector_kit.management.blueprints import render_blueprint
from connector_kit.publisher.catalog import candidate
from connector_kit.publisher.checks import declared_problems


class Command(KitCommand):
    """Compile a connector and show it."""

    help = (
        "Show what a connector declares: its components in creation order, with their references "
        "and the functions they call. With --json, print the symbolic documents exactly as they "
        "are published. All problems are reported at once."
    )
    example = """
connector-kit blueprint examples.commerce.v1_0:CommerceHub
connector-kit blueprint ./my_connector --json
connector-kit blueprint
"""
    exit_codes = {
        0: "the connector can be published (see stderr for warnings)",
        1: "error or problems in the declaration (see stderr)",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument(
            "connector",
            nargs="?",
            help="package.module:Class or a path (default: the only one in "
            "CONNECTOR_KIT_CONNECTORS)",
        )
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Compile and print."""
        target = options["connector"]
        connector = load_connector(candidate(None).class_path if target is None else target)
        problems = declared_problems(connector)
        if errors := [problem for problem in problems if problem.level == "error"]:
            raise DeclarationError(errors)
        blueprint = compile_connector(connector)
        warnings = self.sidelines(options)
        for problem in problems:
            warnings.print(f"warning: {problem}", style="yellow", soft_wrap=True)
        if options["json"]:
            self.print_json(blueprint.to_json())
        else:
            render_blueprint(blueprint, self.console(options))
