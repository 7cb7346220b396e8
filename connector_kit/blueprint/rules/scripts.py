"""Rules for scripts (protocol/resources.md#script)."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.rules.rule import Components, Rule, Words


def _contentless(component: CompiledComponent, _: Components) -> Iterator[Words]:
    if not isinstance(component.document.get("content"), str):
        yield "The script has no content.", 'Add its JavaScript: content="...".'


SCRIPTS = (Rule("E040", "resources.md#script", _contentless),)
