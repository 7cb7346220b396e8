"""The parts of flows as Python, in the short form wherever that says exactly the same."""

from connector_kit.adoption.source.arguments import Argument, keywords, without
from connector_kit.adoption.source.layout import Expression, call
from connector_kit.adoption.source.literals import literal
from connector_kit.adoption.source.values import Values, Where
from connector_kit.documents import Document, Json, looks_symbolic, referred


def source(values: Values, generators: list[Document], where: Where) -> Expression:
    """Return ``pageGenerators`` as what goes into ``Flow(source=...)``."""
    written = []
    for n, part in enumerate(generators):
        place = (*where, str(n))
        export = referred(part.get("_exportId"))
        if export is None:
            written.append(values.value(part, place))
        else:
            rest = without(part, "_exportId")
            details = keywords(values, "flows.pageGenerators", rest, place)
            written.append(_detailed(values, "Source", export, details))
    return written[0] if len(written) == 1 else values.items(written)


def steps(values: Values, processors: list[Document], where: Where) -> Expression:
    """Return ``pageProcessors`` as what goes into ``steps=[...]``."""
    return values.items(_step(values, part, (*where, str(n))) for n, part in enumerate(processors))


def routers(values: Values, documents: list[Document], where: Where) -> Expression:
    """Return ``routers`` as what goes into ``Flow(routers=[...])``."""
    written = []
    for n, part in enumerate(documents):
        place = (*where, str(n))
        if "id" not in part or not are_parts(part.get("branches")):
            written.append(values.value(part, place))
            continue
        branches = [
            _branch(values, branch, (*place, "branches", str(m)))
            for m, branch in enumerate(part["branches"])
        ]
        rest = keywords(values, "flows.routers", without(part, "id", "branches"), place)
        identity = values.value(part["id"], (*place, "id"))
        arguments = [("", identity), *rest, ("branches=", values.items(branches))]
        written.append(call(values.kit("Router"), arguments))
    return values.items(written)


def are_parts(value: Json) -> bool:
    """Tell whether *value* is a list of documents, none of which is a bare reference."""
    return isinstance(value, list) and all(
        isinstance(item, dict) and referred(item) is None for item in value
    )


def _detailed(values: Values, word: str, name: str, details: list[Argument]) -> Expression:
    component = values.reference(name)
    return call(values.kit(word), [("", component), *details]) if details else component


def _step(values: Values, part: Document, where: Where) -> Expression:
    kind = part.get("type")
    component = referred(part.get(f"_{kind}Id"))
    is_lookup = values.resources.get(component or "") == "exports"
    if component is None or kind != ("export" if is_lookup else "import"):
        return values.value(part, where)  # the short form would say something else
    rest = without(part, "type", f"_{kind}Id")
    details: list[Argument] = []
    if pairs := _pairs(rest.get("responseMapping")):
        details.append(("response_mapping=", values.value(pairs, (*where, "responseMapping"))))
        rest = without(rest, "responseMapping")
    hooks: Json = rest.get("hooks")
    is_alone = isinstance(hooks, dict) and hooks.keys() == {"postResponseMap"}
    if is_alone and (hook := hooks["postResponseMap"]) is not None:
        details.append(("post_response_map=", values.value(hook, (*where, "postResponseMap"))))
        rest = without(rest, "hooks")
    raw = () if _reads_as_it_is(rest.get("responseMapping")) else ("responseMapping",)
    details += keywords(values, "flows.pageProcessors", rest, where, raw)
    return _detailed(values, "Step", component, details)


def _pairs(mapping: Json) -> dict[str, str] | None:
    """Return a response mapping as ``{"generate": "extract"}``; None when it says more."""
    if not isinstance(mapping, dict) or mapping.keys() != {"fields", "lists"}:
        return None
    fields = mapping["fields"]
    if mapping["lists"] != [] or not isinstance(fields, list):
        return None
    pairs: dict[str, str] = {}
    for field in fields:
        if not isinstance(field, dict) or field.keys() != {"extract", "generate"}:
            return None
        if not all(isinstance(item, str) for item in field.values()):
            return None
        pairs[field["generate"]] = field["extract"]
    return None if len(pairs) < len(fields) or looks_symbolic(pairs) else pairs


def _reads_as_it_is(mapping: Json) -> bool:
    """Tell whether ``response_mapping=`` takes *mapping* for the platform's own document."""
    if not isinstance(mapping, dict) or referred(mapping) is not None or not mapping:
        return True
    return any(isinstance(mapping.get(key), list) for key in ("fields", "lists"))


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
