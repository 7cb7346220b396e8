"""What planning costs for a connector of five hundred components: time and memory. Pure."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable
from statistics import median
from typing import Any

from connector_kit import Connection, Connector, Export, Flow, Import, Script
from connector_kit.blueprint import CONNECTOR, INTEGRATION, STACK, Blueprint, compile_connector
from connector_kit.documents import Document, abstract, resolve
from connector_kit.plan import Fence, Live, Plan, compare
from workshop.bench.report import Figures

RUNS = 5
SYSTEMS, SCRIPTS, FLOWS = 10, 10, 160
"""10 connections, 10 scripts, 160 flows with an export and an import each: 500 components."""

CHANGED = range(5)
"""Flows whose import changes in the update."""

MIB = 1024 * 1024
CONNECTOR_ID = "c" * 24
FENCE = Fence(connector_id=CONNECTOR_ID, integration_id="1" * 24)


def measure() -> Figures:
    """Compile, then plan from nothing, for an update, and when there is nothing to do."""
    first, second = connector("1.0.0"), connector("1.1.0", changed=CHANGED)
    before, after = compile_connector(first), compile_connector(second)
    held = account_of(before)
    jobs: dict[str, Callable[[], object]] = {
        "compile": lambda: compile_connector(first),
        "plan_first": lambda: plan(before, None, held[-1:]),
        "plan_update": lambda: plan(after, before, held),
        "plan_nothing": lambda: plan(before, before, held),
    }
    figures: dict[str, float] = {"planned_components": len(before.components)}
    for name, job in jobs.items():
        figures[f"{name}_ms"] = milliseconds(job)
        figures[f"{name}_peak_mib"] = peak(job) / MIB
    return figures


def connector(version: str, changed: range = range(0)) -> type[Connector]:
    """A connector with `SYSTEMS`, `SCRIPTS` and `FLOWS`; *changed* imports map one field more."""
    systems = [_connection(number) for number in range(SYSTEMS)]
    parts: dict[str, Any] = {f"system_{number}": system for number, system in enumerate(systems)}
    for number in range(SCRIPTS):
        parts[f"script_{number}"] = Script(f"Script {number}", content=_SCRIPT * 10)
    for number in range(FLOWS):
        source, target = systems[number % SYSTEMS], systems[(number + 1) % SYSTEMS]
        export, import_ = _export(number, source), _import(number, target, number in changed)
        flow = Flow(f"Flow {number}", source=export, steps=[import_], schedule="? 0 * ? * *")
        parts |= {f"export_{number}": export, f"import_{number}": import_, f"flow_{number}": flow}
    return type("Large", (Connector,), {"name": "Large", "version": version, **parts})


_SCRIPT = "function preMap(options) {\n  return options.data.map((data) => ({ data }));\n}\n"


def _connection(number: int) -> Connection:
    http = {
        "baseURI": f"https://system-{number}.example.com",
        "mediaType": "json",
        "formType": "http",
        "auth": {"type": "basic"},
        "ping": {"relativeURI": "/ping", "method": "GET"},
    }
    return Connection(f"System {number}", type="http", http=http)


def _export(number: int, connection: Connection) -> Export:
    http = {
        "relativeURI": f"/records/{number}?since={{{{{{lastExportDateTime}}}}}}",
        "method": "GET",
        "response": {"resourcePath": "records"},
        "paging": {"method": "linkheader"},
    }
    return Export(
        f"Export {number}",
        connection=connection,
        adaptor_type="HTTPExport",
        type="delta",
        page_size=50,
        http=http,
    )


def _import(number: int, connection: Connection, is_changed: bool) -> Import:
    names = [f"field{number}" for number in range(21 if is_changed else 20)]
    fields = [{"extract": f"record.{name}", "generate": name} for name in names]
    http = {
        "relativeURI": [f"/records/{number}"],
        "method": ["POST"],
        "requestMediaType": "json",
        "batchSize": 1,
    }
    return Import(
        f"Import {number}",
        connection=connection,
        adaptor_type="HTTPImport",
        http=http,
        mapping={"fields": fields, "lists": []},
    )


def account_of(blueprint: Blueprint) -> list[tuple[str, Document]]:
    """The documents, with their types, of an account where *blueprint* is installed.

    As they come from the wire: nothing in them is shared with anything. The integration is last.
    """
    ids = {INTEGRATION: FENCE.integration_id, CONNECTOR: CONNECTOR_ID, STACK: "5" * 24}
    ids |= {component.external_id: f"{n:024x}" for n, component in enumerate(blueprint.components)}
    held = [
        (
            component.resource,
            {**resolve(component.document, ids), **_envelope(component.external_id, ids)},
        )
        for component in blueprint.components
    ]
    integration = resolve(blueprint.integration.document, ids)
    held.append(("integrations", {**integration, **_envelope(INTEGRATION, ids)}))
    copied: list[tuple[str, Document]] = [
        (resource, json.loads(json.dumps(document))) for resource, document in held
    ]
    return copied


def _envelope(name: str, ids: dict[str, str]) -> Document:
    return {
        "_id": ids[name],
        "externalId": name,
        "_connectorId": FENCE.connector_id,
        "_integrationId": FENCE.integration_id,
        "createdAt": "2026-01-31T10:00:00.000Z",
        "lastModified": "2026-01-31T10:00:00.000Z",
    }


def plan(declared: Blueprint, applied: Blueprint | None, held: list[tuple[str, Document]]) -> Plan:
    """Plan as the lifecycle does, from what was read from the account."""
    names = {document["_id"]: document["externalId"] for _, document in held}
    live = [_live(resource, document, names) for resource, document in held]
    was = (*applied.components, applied.integration) if applied else ()
    return compare(
        (*declared.components, declared.integration),
        {component.external_id: component for component in was},
        live,
        fence=FENCE,
    )


def _live(resource: str, document: Document, names: dict[str, str]) -> Live:
    return Live(
        id=document["_id"],
        external_id=document["externalId"],
        resource=resource,
        document=abstract(document, names),
        connector_id=document["_connectorId"],
        integration_id=document["_integrationId"],
    )


def milliseconds(job: Callable[[], object]) -> float:
    """The median time of *job*."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        job()
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def peak(job: Callable[[], object]) -> int:
    """The bytes that *job* holds at its peak, beyond what was there before."""
    tracemalloc.start()
    try:
        job()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
