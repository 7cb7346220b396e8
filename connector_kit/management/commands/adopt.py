"""``connector-kit adopt``: an integration that was built by hand, turned into a connector."""

import shlex
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console

from connector_kit.adoption import (
    Adoption,
    Remark,
    adopt,
    folder_name,
    write_package,
)
from connector_kit.blueprint import Blueprint
from connector_kit.documents import Document
from connector_kit.management.adoptions import census, render_adoption
from connector_kit.management.base import KitCommand, add_json
from connector_kit.management.sources import SOURCE, read_integration


class Command(KitCommand):
    """Adopt an integration."""

    help = (
        "Turn an integration built in integrator.io into a Python package that declares the same "
        "components, with readable names, references instead of ids, and scripts and large texts "
        "in files. Secrets, sample data, and account-specific fields are left out and listed; "
        "possible personal data is reported. Before the package is written, it is compiled and "
        "compared with the original."
    )
    example = """
connector-kit adopt downloaded/
connector-kit adopt downloaded.zip --output my_connector --name "Orders to ERP"
connector-kit adopt 64a1f0c2b3d4e5f607182901 --class-name OrdersToErp --release 0.1.0 --json
"""
    exit_codes = {
        0: "package written; it compiles to the adopted documents",
        1: "error (see stderr); nothing was written",
    }

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, whose ``--version`` is the connector's instead of Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument(
            "source",
            help=SOURCE,
        )
        parser.add_argument(
            "--output",
            type=Path,
            metavar="DIR",
            help="output folder; must be empty or not exist (default: named after the class, in "
            "the current folder)",
        )
        parser.add_argument("--name", help="connector name (default: the integration's)")
        parser.add_argument("--class-name", help="class name (default: derived from the name)")
        parser.add_argument(
            "--release", metavar="VERSION", default="1.0.0", help="first version (1.0.0)"
        )
        parser.add_argument(
            "--keep-samples",
            action="store_true",
            help="include sample data (mockOutput, sampleData, ...); every account that installs "
            "the connector will get it",
        )
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Adopt, write and report."""
        source = options["source"]
        adoption = adopt(
            read_integration(source),
            name=options["name"],
            class_name=options["class_name"],
            version=options["release"],
            keep_samples=options["keep_samples"],
        )
        class_name = adoption.outline.class_name
        folder = (options["output"] or Path(folder_name(class_name))).absolute()
        blueprint = write_package(adoption.outline, folder)
        if options["json"]:
            self.print_json(_to_json(adoption, blueprint, folder))
        else:
            _render(adoption, blueprint, folder, self.console(options))


def _to_json(adoption: Adoption, blueprint: Blueprint, folder: Path) -> Document:
    return {
        "package": str(folder),
        "target": f"{folder}:{adoption.outline.class_name}",
        "name": blueprint.name,
        "class_name": adoption.outline.class_name,
        "version": blueprint.version,
        "digest": blueprint.digest,
        "components": [
            {
                "externalId": component.external_id,
                "resource": component.resource,
                "name": component.document.get("name"),
            }
            for component in blueprint.components
        ],
        "left_out": [_remark(remark) for remark in adoption.left_out],
        "stand_ins": [_remark(remark) for remark in adoption.stand_ins],
        "notes": [_remark(note) for note in adoption.notes],
        "personal": [_remark(remark) for remark in adoption.personal],
        "samples_left_out": adoption.samples_left_out,
        "ignored_files": list(adoption.ignored_files),
    }


def _remark(remark: Remark) -> Document:
    return {
        "component": remark.component,
        "path": remark.path,
        "reason": remark.reason,
        "place": remark.place,
    }


def _render(adoption: Adoption, blueprint: Blueprint, folder: Path, console: Console) -> None:
    render_adoption(adoption, console)
    heading = f"{blueprint.name} {blueprint.version}: {folder}"
    console.print(heading, style="bold", soft_wrap=True)
    console.print(
        f"  {census(blueprint.components)}; they compile to the adopted documents "
        f"({blueprint.digest[:12]})."
    )
    target = shlex.quote(f"{folder}:{adoption.outline.class_name}")
    console.print("Next:", style="bold")
    for command in (f"blueprint {target}", f"publish {target} --dry-run", f"publish {target}"):
        console.print(f"  connector-kit {command}", soft_wrap=True)
