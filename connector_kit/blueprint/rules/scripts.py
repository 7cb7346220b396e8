"""Rules for scripts, and for the lengths that they share with connections."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.rules.rule import Components, Rule, Words


def _contentless(component: CompiledComponent, _: Components) -> Iterator[Words]:
    if not isinstance(component.document.get("content"), str):
        yield "The script has no content.", 'Give its JavaScript: content="...".'


def _long_name(component: CompiledComponent, _: Components) -> Iterator[Words]:
    length = len(str(component.document.get("name", "")))
    if length > 100:
        yield f"The name has {length} characters.", "The platform allows 100."


def _long_description(component: CompiledComponent, _: Components) -> Iterator[Words]:
    length = len(str(component.document.get("description", "")))
    if length > 1024:
        yield f"The description has {length} characters.", "The platform allows 1024."


LONG_NAME = Rule("W021", "resources.md, fields most documents share", _long_name)

SCRIPTS = (
    Rule("E040", "resources.md#script", _contentless),
    LONG_NAME,
    Rule("W022", "resources.md#script", _long_description),
)
