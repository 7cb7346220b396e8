"""Rules for the connector class itself."""

import re
from collections import defaultdict
from collections.abc import Iterator

from semver import Version

from connector_kit.blueprint.components import Component
from connector_kit.blueprint.declare import LISTING, Declaration, section_title
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.rules.listing import listing_findings

PlacedFinding = tuple[str | None, Finding]


def connector_findings(declared: Declaration) -> Iterator[PlacedFinding]:
    """Yield the problems of the class, each with its attribute if it is in one."""
    yield from _taken_names(declared)
    yield from _listing(declared)
    for finding in listing_findings(declared):
        yield None, finding
    yield from _rebound(declared)
    yield from _aliases(declared)
    yield from _sections(declared)


def _taken_names(declared: Declaration) -> Iterator[PlacedFinding]:
    for word in LISTING:
        if isinstance(getattr(declared.connector, word), Component):
            message = f"{word!r} is an attribute of the Connector class."
            yield word, Finding("E004", message, "Give the component another name.")


def _listing(declared: Declaration) -> Iterator[PlacedFinding]:
    connector = declared.connector
    if not _is_text(connector.name):
        yield None, Finding("E001", "The connector has no name.", 'Add name = "...".')
    version = connector.version
    if not isinstance(version, Component) and not _is_version(version):
        message = f"The version {version!r} is not a semantic version."
        yield None, Finding("E002", message, 'Use three numbers, such as version = "1.0.0".')
    for word in ("description", "applications"):
        value = getattr(connector, word)
        wanted = "text" if word == "description" else "a list of names"
        if not isinstance(value, Component) and not _fits(word, value):
            yield None, Finding("E003", f"{word} is {value!r}.", f"It must be {wanted}.")


def _is_text(value: object) -> bool:
    return isinstance(value, Component) or (isinstance(value, str) and bool(value.strip()))


def _is_version(value: object) -> bool:
    return isinstance(value, str) and Version.is_valid(value)


def _fits(word: str, value: object) -> bool:
    if word == "description":
        return isinstance(value, str)
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def _rebound(declared: Declaration) -> Iterator[PlacedFinding]:
    for name in dict.fromkeys(declared.rebound):
        message = f"The class defines {name!r} more than once, so the earlier component is lost."
        hint = "The attribute name is the external id. Give each component a different name."
        yield name, Finding("E005", message, hint)


def _aliases(declared: Declaration) -> Iterator[PlacedFinding]:
    for name, other in declared.aliases.items():
        message = f"{name!r} and {other!r} are the same component."
        hint = "Declare a component for each, or remove one of the names."
        yield name, Finding("E006", message, hint)


def _sections(declared: Declaration) -> Iterator[PlacedFinding]:
    # protocol/settings-forms.md 1.1: a section's page is addressed by its title without blanks,
    # other non-word characters turned into "_".
    titles: dict[str, set[str]] = defaultdict(set)
    for component in declared.components.values():
        if component.resource == "flows":
            title = str(section_title(declared, component))
            titles[re.sub(r"\W", "_", re.sub(r"\s", "", title))].add(title)
    for alike in titles.values():
        if len(alike) > 1:
            message = f"The sections {', '.join(sorted(alike))} would have the same address."
            yield (
                None,
                Finding(
                    "W031", message, "Make their titles differ by at least one letter or digit."
                ),
            )
