"""Rules for flows (protocol/resources.md#flow)."""

import re
from collections.abc import Iterator
from typing import Any

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.rules.rule import Components, Rule, Words, entries
from connector_kit.documents import Document, referred

_CRON_FIELD = re.compile(r"[\w*/,?#-]+")


def _sourceless(component: CompiledComponent, _: Components) -> Iterator[Words]:
    sources = ("pageGenerators", "_exportId", "_abstractFlowId", "isAbstract")
    if not any(component.document.get(field) for field in sources):
        yield "The flow has no source.", "Add an export as source=... ."


def _schedules(component: CompiledComponent, _: Components) -> Iterator[Words]:
    generators = enumerate(entries(component.document, "pageGenerators"))
    places = [
        ("", component.document),
        *((f"pageGenerators[{n}].", generator) for n, generator in generators),
    ]
    for path, place in places:
        schedule = place.get("schedule")
        complaint = _complaint(schedule) if schedule else None
        if complaint:
            yield (
                f"{path}schedule is {schedule!r}: {complaint}.",
                "Write second, minute, hour, day, month, and weekday, such as '? */15 * ? * *'.",
            )


def _complaint(schedule: Any) -> str | None:
    fields = schedule.split() if isinstance(schedule, str) else []
    if len(fields) != 6 or not all(map(_CRON_FIELD.fullmatch, fields)):
        return "a schedule is text with six fields"
    if fields[0] != "?":
        return "the first field must be ?, because flows run at most once a minute"
    return None


def _two_orchestrations(component: CompiledComponent, _: Components) -> Iterator[Words]:
    if component.document.get("routers") and component.document.get("pageProcessors"):
        yield (
            "The flow has both routers and its own page processors.",
            "Move the steps into the branches of a router.",
        )


def _steps(flow: Document) -> Iterator[Document]:
    yield from entries(flow, "pageProcessors")
    for router in entries(flow, "routers"):
        for branch in entries(router, "branches"):
            yield from entries(branch, "pageProcessors")


def _oddities(component: CompiledComponent, _: Components) -> Iterator[Words]:
    for field in ("pageGenerators", "pageProcessors", "routers"):
        value = component.document.get(field)
        for n, item in enumerate(value if isinstance(value, list) else []):
            if not isinstance(item, dict) or referred(item) is not None:
                yield f"{field}[{n}] is {item!r}.", "Use the component, or a Ref to it."


def _unmarked_lookups(component: CompiledComponent, components: Components) -> Iterator[Words]:
    for step in _steps(component.document):
        name = referred(step.get("_exportId"))
        export = components.get(name or "")
        if export is not None and export.document.get("isLookup") is not True:
            yield (
                f"{name!r} runs as a step but is not declared as a lookup.",
                "Declare it as a Lookup.",
            )


def _lost_routers(component: CompiledComponent, _: Components) -> Iterator[Words]:
    routers = entries(component.document, "routers")
    known = {router.get("id") for router in routers if isinstance(router.get("id"), str)}
    for router in routers:
        for branch in entries(router, "branches"):
            following = branch.get("nextRouterId")
            if isinstance(following, str) and following and following not in known:
                yield (
                    f"A branch continues with the unknown router {following!r}.",
                    "Add the router to routers=[...], or correct next_router.",
                )


def _exportless_generators(component: CompiledComponent, _: Components) -> Iterator[Words]:
    for n, generator in enumerate(entries(component.document, "pageGenerators")):
        if not generator.get("_exportId") and not generator.get("setupInProgress"):
            yield f"pageGenerators[{n}] has no export.", "Add an _exportId, or remove the entry."


SCHEDULES = Rule("E061", "resources.md#flow: schedule", _schedules)

FLOWS = (
    Rule("E060", "resources.md#flow", _sourceless),
    SCHEDULES,
    Rule("E062", "resources.md#flow: routers", _two_orchestrations),
    Rule("E063", "resources.md#flow", _oddities),
    Rule("W012", "resources.md#export: isLookup", _unmarked_lookups),
    Rule("W030", "resources.md#flow: routers", _lost_routers),
    Rule("W032", "resources.md#flow: pageGenerators", _exportless_generators),
)
