"""The parts of flows as Python, in the short form wherever that says exactly the same."""

from collections.abc import Callable

from connector_kit.adoption.source.arguments import Argument, keywords, without
from connector_kit.adoption.source.layout import Expression, call
from connector_kit.adoption.source.literals import literal
from connector_kit.adoption.source.values import Values, Where
from connector_kit.documents import Document, Json, looks_symbolic, referred

Write = Callable[[Values, Document, Where], Expression]


def source(values: Values, generators: list[Document], where: Where) -> Expression:
    """Return ``pageGenerators`` as what goes into ``Flow(source=...)``."""
    written = _each(values, generators, where, _generator)
    return written[0] if len(written) == 1 else values.items(written)


def steps(values: Values, processors: list[Document], where: Where) -> Expression:
    """Return ``pageProcessors`` as what goes into ``steps=[...]``."""
    return values.items(_each(values, processors, where, _processor))


def routers(values: Values, documents: list[Document], where: Where) -> Expression:
    """Return ``routers`` as what goes into ``Flow(routers=[...])``."""
    return values.items(_each(values, documents, where, _router))


def are_parts(value: Json) -> bool:
    """Tell whether *value* is a list of documents, none of which is a bare reference."""
    return isinstance(value, list) and all(
        isinstance(item, dict) and referred(item) is None for item in value
    )


def _each(values: Values, parts: list[Document], where: Where, write: Write) -> list[Expression]:
    return [write(values, part, (*where, str(n))) for n, part in enumerate(parts)]


def _generator(values: Values, part: Document, where: Where) -> Expression:
    export = referred(part.get("_exportId"))
    if export is None:
        return values.value(part, where)
    details = keywords(values, "flows.pageGenerators", without(part, "_exportId"), where)
    return _detailed(values, "Source", export, details)


def _processor(values: Values, part: Document, where: Where) -> Expression:
    component = _component(values, part)
    if component is None:
        return values.value(part, where)
    field = f"_{part['type']}Id"
    details = _step_details(values, without(part, "type", field), where)
    return _detailed(values, "Step", component, details)


def _component(values: Values, part: Document) -> str | None:
    """Return what a page processor runs, None when the short form would say something else."""
    kind = part.get("type")
    name = referred(part.get(f"_{kind}Id"))
    is_lookup = values.resources.get(name or "") == "exports"
    return name if kind == ("export" if is_lookup else "import") else None


def _detailed(values: Values, word: str, name: str, details: list[Argument]) -> Expression:
    component = values.reference(name)
    return call(values.kit(word), [("", component), *details]) if details else component


def _step_details(values: Values, rest: Document, where: Where) -> list[Argument]:
    details: list[Argument] = []
    pairs = _pairs(rest.get("responseMapping"))
    if pairs:
        details.append(("response_mapping=", values.value(pairs, (*where, "responseMapping"))))
        rest = without(rest, "responseMapping")
    hook = _only_hook(rest.get("hooks"))
    if hook is not None:
        details.append(("post_response_map=", values.value(hook, (*where, "postResponseMap"))))
        rest = without(rest, "hooks")
    raw = () if _reads_as_it_is(rest.get("responseMapping")) else ("responseMapping",)
    return [*details, *keywords(values, "flows.pageProcessors", rest, where, raw)]


def _pairs(mapping: Json) -> dict[str, str] | None:
    """Return a response mapping as ``{"generate": "extract"}``; None when it says more."""
    if not isinstance(mapping, dict) or mapping.keys() != {"fields", "lists"}:
        return None
    fields = mapping["fields"]
    if mapping["lists"] != [] or not isinstance(fields, list) or not all(map(_is_pair, fields)):
        return None
    pairs = {field["generate"]: field["extract"] for field in fields}
    return None if len(pairs) < len(fields) or looks_symbolic(pairs) else pairs


def _is_pair(field: Json) -> bool:
    return (
        isinstance(field, dict)
        and field.keys() == {"extract", "generate"}
        and all(isinstance(item, str) for item in field.values())
    )


def _only_hook(hooks: Json) -> Json:
    is_alone = isinstance(hooks, dict) and hooks.keys() == {"postResponseMap"}
    return hooks["postResponseMap"] if is_alone else None


def _reads_as_it_is(mapping: Json) -> bool:
    """Tell whether ``response_mapping=`` takes *mapping* for the platform's own document."""
    if not isinstance(mapping, dict) or referred(mapping) is not None or not mapping:
        return True
    return any(isinstance(mapping.get(key), list) for key in ("fields", "lists"))


def _router(values: Values, part: Document, where: Where) -> Expression:
    if "id" not in part or not are_parts(part.get("branches")):
        return values.value(part, where)
    branches = _each(values, part["branches"], (*where, "branches"), _branch)
    rest = keywords(values, "flows.routers", without(part, "id", "branches"), where)
    identity = values.value(part["id"], (*where, "id"))
    arguments = [("", identity), *rest, ("branches=", values.items(branches))]
    return call(values.kit("Router"), arguments)


def _branch(values: Values, part: Document, where: Where) -> Expression:
    name, following = part.get("name"), part.get("nextRouterId")
    processors: Json = part.get("pageProcessors")
    before: list[Argument] = []
    after: list[Argument] = []
    rest = part
    if isinstance(name, str):
        before.append(("", literal(name)))
        rest = without(rest, "name")
    if are_parts(processors):
        after.append(("steps=", steps(values, processors, (*where, "pageProcessors"))))
        rest = without(rest, "pageProcessors")
    if isinstance(following, str):
        after.append(("next_router=", literal(following)))
        rest = without(rest, "nextRouterId")
    details = keywords(values, "flows.routers.branches", rest, where, raw=("name",))
    return call(values.kit("Branch"), [*before, *details, *after])
