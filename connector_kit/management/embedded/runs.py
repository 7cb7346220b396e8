"""``embedded run-export``, ``run-import`` and ``run-flow``."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser

from connector_kit.embedded import run_export, run_flow, run_import
from connector_kit.integrator.resources.job_states import JobState
from connector_kit.management.base import Action, KitCommand, Options, json_text
from connector_kit.management.embedded.arguments import (
    ATTENTION,
    add_deployment,
    read_json,
    requested_deployment,
)
from connector_kit.publisher.actions import Actor


class RunExport(Action):
    """Runs an export."""

    words = "run an export now and print its records"

    def add_arguments(self, parser: CommandParser) -> None:
        add_deployment(parser)
        parser.add_argument("name", help="name of the export in the connector")

    def run(self, command: KitCommand, options: Options) -> None:
        deployment = requested_deployment(options)
        records = run_export(deployment, options["name"], by=Actor.of_command_line())
        lines = "\n".join(map(json_text, records))
        command.show({"records": records}, lines or "No records.", options)


class RunImport(Action):
    """Runs an import on records from a file."""

    words = "run an import now and print the result for each record"

    def add_arguments(self, parser: CommandParser) -> None:
        add_deployment(parser)
        parser.add_argument("name", help="name of the import in the connector")
        parser.add_argument(
            "--records",
            default="-",
            metavar="FILE",
            help="file with a JSON array of records (default: -, stdin)",
        )

    def run(self, command: KitCommand, options: Options) -> int:
        records = read_json(options["records"], "--records")
        if not isinstance(records, list):
            raise CommandError("--records: write the records as a JSON array.")
        deployment = requested_deployment(options)
        results = run_import(deployment, options["name"], records, by=Actor.of_command_line())
        command.show({"results": results}, "\n".join(map(json_text, results)), options)
        failed = any(result.get("errors") or result.get("statusCode") != 200 for result in results)
        return ATTENTION if failed else 0


class RunFlow(Action):
    """Starts a flow, and follows its job with ``--wait``."""

    words = "start a flow now and follow its job"

    def add_arguments(self, parser: CommandParser) -> None:
        add_deployment(parser)
        parser.add_argument("name", help="name of the flow in the connector")
        parser.add_argument(
            "--wait",
            type=float,
            metavar="SECONDS",
            help="wait at most this many seconds for it to finish",
        )

    def run(self, command: KitCommand, options: Options) -> int:
        deployment = requested_deployment(options)
        job = run_flow(deployment, options["name"], by=Actor.of_command_line())
        if options["wait"] is None:
            command.show({"job_id": job.job_id}, f"Started job {job.job_id}.", options)
            return 0
        sidelines = command.sidelines(options)
        for state in job.watch(seconds=options["wait"]):
            sidelines.print(_progress(state))
        answer = {
            "job_id": state.job_id,
            "status": state.status,
            "successes": state.successes,
            "errors": state.errors,
            "ignored": state.ignored,
        }
        command.show(answer, _progress(state), options)
        return 0 if state.status == "completed" and not state.errors else ATTENTION


def _progress(state: JobState) -> str:
    return f"job {state.job_id}: {state.status}, {state.successes} ok, {state.errors} failed"
