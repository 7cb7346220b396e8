"""``dev``: everything a connector needs, on one machine, while it is being written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from connector_kit import parsing
from connector_kit.cli.dev.home import DevError, Home
from connector_kit.cli.dev.logs import Follower
from connector_kit.cli.dev.runs import find_flow, flows_of, run_flow
from connector_kit.cli.project import find
from connector_kit.conf import kit
from connector_kit.extension.recording import Recording, read_samples, start, stop
from connector_kit.extension.recording.switch import MOST_BYTES, SAMPLES
from connector_kit.management.base import Action, KitCommand, Options, add_actions, add_json
from connector_kit.testing.customers import CUSTOMERS, Customer

FOLLOW_SECONDS = 0.2
STARTUP_OF_RECORDING = 1.2
"""Seconds after which every function process knows that calls are recorded."""


class Run(Action):
    """Runs a flow of the running ``dev``."""

    words = "run a flow in an account of the running 'dev'"

    def add_arguments(self, parser: CommandParser) -> None:
        _add_flow(parser)

    def run(self, command: KitCommand, options: Options) -> int:
        customer = _customer(options)
        outcome = run_flow(customer, find_flow(flows_of(customer), options["flow"]))
        command.show(vars(outcome), "\n".join(outcome.lines()), options)
        return 0 if outcome.is_good else 1


class Record(Action):
    """Runs a flow and keeps its calls."""

    words = "run a flow, and keep its function calls as samples for tests"

    def add_arguments(self, parser: CommandParser) -> None:
        _add_flow(parser)
        parser.add_argument(
            "--folder", type=Path, default=Path("tests/samples"), help="where to (%(default)s)"
        )

    def run(self, command: KitCommand, options: Options) -> int:
        customer, home = _customer(options), _home()
        flow = find_flow(flows_of(customer), options["flow"])
        folder = (_root() / options["folder"]).resolve()
        until = time.time() + 600
        start(home.folder, Recording(folder, until, SAMPLES, (), (), MOST_BYTES))
        try:
            time.sleep(STARTUP_OF_RECORDING)
            outcome = run_flow(customer, flow)
        finally:
            stop(home.folder, time.time())
        samples = [*read_samples(folder)] if folder.is_dir() else []
        lines = [*outcome.lines(), f"{len(samples)} samples in {folder}"]
        command.show({**vars(outcome), "samples": samples}, "\n".join(lines), options)
        return 0 if outcome.is_good else 1


class Logs(Action):
    """Shows the logs."""

    words = "show the logs of the sandbox, web, and worker"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("service", nargs="?", choices=("sandbox", "web", "worker"), default="*")
        parser.add_argument("-f", "--follow", action="store_true", help="until Ctrl-C")

    def run(self, command: KitCommand, options: Options) -> None:
        follower = Follower(_home().folder, service=options["service"])
        while True:
            for line in follower.lines():
                if options["json"]:
                    command.print_json(vars(line))
                else:
                    command.stdout.write(f"{line.service:8}{line.text}")
            if not options["follow"]:
                return
            time.sleep(FOLLOW_SECONDS)


class Reset(Action):
    """Deletes the data."""

    words = "delete the database, the sandbox's accounts, and the applications' data of 'dev'"

    def run(self, command: KitCommand, options: Options) -> None:
        was_there = _home().reset()
        words = "Deleted. The next 'dev' starts anew." if was_there else "There was nothing."
        command.show({"deleted": was_there}, words, options)


class Command(KitCommand):
    """Run everything, or do something with what runs."""

    help = (
        "Run a local integrator.io with customers, Redis, the server, a worker, and beat; publish, "
        "license, and install the project's connectors in the sandbox; and watch the package. "
        "Changed functions answer the next call. A changed declaration is checked at once, and "
        "published as a development version (1.1.0-dev.2) and pushed with p or --push. Data stay "
        "in var/dev."
    )
    example = """
connector-kit dev
connector-kit dev --push --open
connector-kit dev --once --json                  (for CI: every flow once)
connector-kit dev run orders_to_slack            (in a second terminal)
connector-kit dev record orders_to_slack
connector-kit dev logs -f web
connector-kit dev reset
"""
    exit_codes = {0: "done", 1: "error (see stderr), or a flow failed"}
    expected = (*KitCommand.expected, OSError)
    is_service = True
    actions = {"run": Run(), "record": Record(), "logs": Logs(), "reset": Reset()}

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options of the session, and the actions of other terminals."""
        add = parser.add_argument
        add("--accounts", type=parsing.whole(1, 100), default=3, help="customers (%(default)s)")
        add("--port", type=parsing.whole(1, 65_535), help="of the server (8000, or a free one)")
        add("--sandbox-port", type=parsing.whole(1, 65_535), help="(8900, or a free one)")
        add("--push", action="store_true", help="publish and push each changed declaration")
        add("--open", action="store_true", help="open the console in a browser")
        add("--once", action="store_true", help="run every flow once, and end")
        add_json(parser)
        add_actions(parser, self.actions, required=False)

    def run(self, **options: Any) -> int:
        """Do what the action says, or run until Ctrl-C."""
        if options["action"]:
            return self.actions[options["action"]].run(self, options) or 0
        try:
            from connector_kit.cli.dev.reporting import Reporter  # noqa: PLC0415 - of the extra
            from connector_kit.cli.dev.session import Session  # noqa: PLC0415
            from connector_kit.cli.dev.stage import Stage  # noqa: PLC0415
            from connector_kit.sandbox import Sandbox  # noqa: F401, PLC0415
        except ModuleNotFoundError as missing:
            raise CommandError(
                "'dev' needs the extra sandbox: pip install 'connector-kit[sandbox]'"
            ) from missing
        home, root = _home(), _root()
        with home.held():
            ports = home.ports({"web": options["port"], "sandbox": options["sandbox_port"]})
            stage = Stage(home, root, ports, options["accounts"])
        console = self.console(options)
        reporter = Reporter(
            lambda text, style: console.print(text, style=style or None, soft_wrap=True),
            self._print_line if options["json"] else None,
        )
        targets = [entry.target for entry in kit().connectors]
        session = Session(root, home, stage, targets, reporter, options["push"], options["open"])
        if options["once"]:
            return 0 if session.run_once() else 1
        session.run()
        return 0

    def _print_line(self, document: dict[str, Any]) -> None:
        self.print_json(document)
        self.stdout.flush()


def _add_flow(parser: CommandParser) -> None:
    parser.add_argument("flow", nargs="?", help="its attribute or its name (default: the only one)")
    parser.add_argument("--customer", metavar="EMAIL", help="default: the first")


def _root() -> Path:
    project = find(Path.cwd())
    return project.root if project else Path.cwd()


def _home() -> Home:
    return Home.of(_root())


def _customer(options: Options) -> Customer:
    """Return the customer that *options* name, in what the running ``dev`` has installed."""
    state = _home().running()
    wanted = options["customer"]
    for found in state["installations"]:
        if wanted in (None, found["email"]):
            return CUSTOMERS[found["framework"]](
                state["sandbox"]["base_url"],
                found["token"],
                found["email"],
                integration_id=found["integration_id"],
            )
    emails = ", ".join(sorted({found["email"] for found in state["installations"]})) or "nobody"
    raise DevError(f"{wanted or 'No customer'} has nothing installed. Installed by: {emails}.")
