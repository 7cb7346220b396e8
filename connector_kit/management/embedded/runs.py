"""``embedded run-export``, ``run-import`` and ``run-flow``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from connector_kit.embedded import run_export, run_flow, run_import
from connector_kit.integrator.resources.job_states import JobState
from connector_kit.management.base import json_text
from connector_kit.management.embedded.action import (
    ATTENTION,
    Action,
    Context,
    add_deployment,
    read_json,
)
from connector_kit.publisher.actions import Actor


def _export_arguments(parser: CommandParser) -> None:
    add_deployment(parser)
    parser.add_argument("name", help="name of the export in the connector")


def _export(context: Context) -> int:
    records = run_export(context.deployment, context.options["name"], by=Actor.of_command_line())
    context.show({"records": records}, _lines(records) or "No records.")
    return 0


def _import_arguments(parser: CommandParser) -> None:
    add_deployment(parser)
    parser.add_argument("name", help="name of the import in the connector")
    parser.add_argument(
        "--records",
        default="-",
        metavar="FILE",
        help="file with a JSON array of records (default: -, stdin)",
    )


def _import(context: Context) -> int:
    records = read_json(context.options["records"], "--records")
    if not isinstance(records, list):
        raise CommandError("--records: write the records as a JSON array.")
    results = run_import(
        context.deployment, context.options["name"], records, by=Actor.of_command_line()
    )
    context.show({"results": results}, _lines(results))
    failed = any(result.get("errors") or result.get("statusCode") != 200 for result in results)
    return ATTENTION if failed else 0


def _flow_arguments(parser: CommandParser) -> None:
    add_deployment(parser)
    parser.add_argument("name", help="name of the flow in the connector")
    parser.add_argument(
        "--wait",
        type=float,
        metavar="SECONDS",
        help="wait at most this many seconds for it to finish",
    )


def _flow(context: Context) -> int:
    started = run_flow(context.deployment, context.options["name"], by=Actor.of_command_line())
    if context.options["wait"] is None:
        context.show({"job_id": started.job_id}, f"Started job {started.job_id}.")
        return 0
    for state in started.watch(seconds=context.options["wait"]):
        context.remark(_said(state))
    shown = {
        "job_id": state.job_id,
        "status": state.status,
        "successes": state.successes,
        "errors": state.errors,
        "ignored": state.ignored,
    }
    context.show(shown, _said(state))
    return 0 if state.status == "completed" and not state.errors else ATTENTION


def _said(state: JobState) -> str:
    return f"job {state.job_id}: {state.status}, {state.successes} ok, {state.errors} failed"


def _lines(items: list[Any]) -> str:
    return "\n".join(json_text(item) for item in items)


RUN_EXPORT = Action("run an export now and print its records", _export_arguments, _export)
RUN_IMPORT = Action(
    "run an import now and print the result for each record", _import_arguments, _import
)
RUN_FLOW = Action("start a flow now and follow its job", _flow_arguments, _flow)
