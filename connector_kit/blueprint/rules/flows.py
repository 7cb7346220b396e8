"""Rules for flows (protocol/resources.md#flow)."""

import re
from collections.abc import Iterator
from typing import Any

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.rules.reading import Components, entries
from connector_kit.documents import Document, Json, referred

_CRON_FIELD = re.compile(r"[\w*/,?#-]+")


def flow_errors(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield what keeps the platform from holding a flow."""
    flow = component.document
    sources = ("pageGenerators", "_exportId", "_abstractFlowId", "isAbstract")
    if not any(flow.get(field) for field in sources):
        yield Finding("E060", "The flow has no source.", "Add an export as source=... .")
    yield from schedule_findings(component, components)
    if flow.get("routers") and flow.get("pageProcessors"):
        message = "The flow has both routers and its own page processors."
        yield Finding("E062", message, "Move the steps into the branches of a router.")
    for path, holder in _holders(flow):
        for field in ("pageGenerators", "pageProcessors", "routers"):
            value = holder.get(field)
            for n, item in enumerate(value if isinstance(value, list) else []):
                if not isinstance(item, dict):
                    yield _no_object(f"{path}{field}[{n}]", item, components)


def _no_object(path: str, item: Json, components: Components) -> Finding:
    if isinstance(item, str) and item in components:
        hint = f'Write {item} without quotes, or Ref("{item}") if it is declared later.'
    else:
        hint = f"{did_you_mean(str(item), components)}Pass the object, not its name."
    return Finding("E063", f"{path} is {item!r}.", hint)


def _holders(flow: Document) -> Iterator[tuple[str, Document]]:
    """Yield the objects that have the steps of a *flow*, each after its path."""
    yield "", flow
    for n, router in enumerate(entries(flow, "routers")):
        for m, branch in enumerate(entries(router, "branches")):
            yield f"routers[{n}].branches[{m}].", branch


def schedule_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield the schedules of a flow, or of an export, that the platform cannot read."""
    generators = enumerate(entries(component.document, "pageGenerators"))
    places = [
        ("", component.document),
        *((f"pageGenerators[{n}].", generator) for n, generator in generators),
    ]
    for path, place in places:
        schedule = place.get("schedule")
        if schedule and (fault := schedule_fault(schedule)):
            message = f"{path}schedule is {schedule!r}: {fault}."
            hint = "Write second, minute, hour, day, month, and weekday, such as '? */15 * ? * *'."
            yield Finding("E061", message, hint)


def schedule_fault(schedule: Any) -> str | None:
    """Return what is wrong with a *schedule*; None for one that the platform can read."""
    fields = schedule.split() if isinstance(schedule, str) else []
    if len(fields) != 6 or not all(map(_CRON_FIELD.fullmatch, fields)):
        return "a schedule is text with six fields"
    if fields[0] != "?":
        return "the first field must be ?, because flows run at most once a minute"
    return None


def flow_warnings(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield parts of a flow that lead nowhere."""
    flow = component.document
    routers = entries(flow, "routers")
    for step in (step for _, part in _holders(flow) for step in entries(part, "pageProcessors")):
        name = referred(step.get("_exportId"))
        export = components.get(name or "")
        if export is not None and export.document.get("isLookup") is not True:
            message = f"{name!r} runs as a step but is not declared as a lookup."
            yield Finding("W012", message, "Declare it as a Lookup.")

    known = {router.get("id") for router in routers if isinstance(router.get("id"), str)}
    branches = [branch for _, branch in _holders(flow)][1:]
    for place, part in (
        *(("router", part) for part in routers),
        *(("branch", part) for part in branches),
    ):
        following = part.get("nextRouterId")
        if isinstance(following, str) and following and following not in known:
            message = f"A {place} continues with the unknown router {following!r}."
            suggestion = did_you_mean(following, map(str, known))
            hint = f"{suggestion}Add the router to routers=[...], or correct next_router."
            yield Finding("W030", message, hint)


_OF_THE_TEMPLATE = (
    *("pageGenerators", "pageProcessors", "routers"),
    "runPageGeneratorsInParallel",
)
"""What an instance of an abstract flow does not have itself."""


def template_findings(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield what abstract flows and their instances cannot be (protocol/platform-2026.md#8)."""
    flow = component.document
    for field in ("_runNextFlowIds", "_abstractFlowId"):
        value = flow.get(field)
        for item in value if isinstance(value, list) else [value]:
            target = components.get(referred(item) or "")
            is_abstract = target is not None and target.document.get("isAbstract") is True
            if target and is_abstract != (field == "_abstractFlowId"):
                what = "an abstract flow" if is_abstract else "not an abstract flow"
                message = f"{field} refers to {target.external_id!r}, which is {what}."
                hint = "Refer to its instance." if is_abstract else "Declare it is_abstract=True."
                yield Finding("E065", message, hint)
    if flow.get("_abstractFlowId"):
        for field in sorted(flow.keys() & {*_OF_THE_TEMPLATE, "isAbstract"}):
            message = f"An instance of an abstract flow has {field} of its own."
            yield Finding("E065", message, "Remove it, or override single fields in overrides.")
    if flow.get("overridesHelper") and flow.get("isAbstract") is not True:
        message = "The flow has overridesHelper, but is not abstract."
        yield Finding("E065", message, "Add is_abstract=True, or remove it.")
