"""From a download to the outline of a connector, with an account of what was left out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from semver import Version

from connector_kit.adoption.download import AdoptionError, Download
from connector_kit.adoption.draft import Draft
from connector_kit.adoption.naming import class_name as named_class
from connector_kit.adoption.naming import is_class_name
from connector_kit.adoption.paths import Path, at, dotted
from connector_kit.adoption.residue import residue
from connector_kit.adoption.settle import settle
from connector_kit.adoption.source import Outline
from connector_kit.blueprint import INTEGRATION, CompiledComponent, Document, references
from connector_kit.blueprint.order import dependency_order

_GROUP = "_flowGroupingId"

DERIVED = "not carried over: the kit makes the installation from what is declared"


@dataclass(frozen=True)
class Remark:
    """Something about a component that its author should know.

    *path* is empty when it is about the whole component; *place* is the file it came from.
    """

    component: str
    path: str
    reason: str
    place: str


@dataclass(frozen=True)
class Adoption:
    """A connector in place of an integration: what is declared, and everything that is not.

    *left_out* is gone from the documents, *stand_ins* are connections that were missing and had to
    be made up, *notes* ask for the author's attention.
    """

    outline: Outline
    left_out: tuple[Remark, ...]
    stand_ins: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    ignored_files: tuple[str, ...]


def adopt(
    download: Download,
    *,
    name: str | None = None,
    class_name: str | None = None,
    version: str = "1.0.0",
) -> Adoption:
    """Return the connector that declares what *download* holds.

    *name* is the connector's in the marketplace, by default the integration's. Raises
    AdoptionError when there is nothing to declare, or a given name or version is unusable.
    """
    title = (name or download.name).strip()
    draft = Draft(download)
    sections = _sections(draft, download)
    settle(draft)
    outline = Outline(
        class_name=_class_name(class_name, title),
        name=title or "Adopted integration",
        version=_version(version),
        components=dependency_order(_some(draft)),
        description=str(download.integration.get("description") or ""),
        applications=tuple(dict.fromkeys(_applications(draft))),
        sections={flow: title for flow, title in sections.items() if flow not in draft.dropped},
    )
    return Adoption(
        outline=outline,
        left_out=(*_of_integration(download), *_left_out(draft)),
        stand_ins=tuple(_stand_ins(draft)),
        notes=tuple(_notes(draft)),
        ignored_files=download.ignored,
    )


def _some(draft: Draft) -> list[CompiledComponent]:
    components = draft.components()
    if components:
        return components
    reasons = "".join(f" {name}: {reason}" for name, reason in draft.dropped.items())
    raise AdoptionError(f"There is nothing in it that a connector could declare.{reasons}")


def _version(version: str) -> str:
    if Version.is_valid(version):
        return version
    raise AdoptionError(f"{version!r} is no semantic version: write three numbers, as in 1.0.0.")


def _class_name(given: str | None, name: str) -> str:
    made = named_class(name) if given is None else given
    if is_class_name(made):
        return made
    raise AdoptionError(f"{made!r} cannot be the name of a class: write one such as OrdersToSlack.")


def _sections(draft: Draft, download: Download) -> dict[str, str]:
    """Return the settings page's section for every flow in a group, and cut its group's id."""
    groups = download.integration.get("flowGroupings")
    titles = {
        str(each.get("_id")): str(each.get("name") or "").strip()
        for each in (groups if isinstance(groups, list) else [])
        if isinstance(each, dict)
    }
    sections = {
        name: titles[found.document[_GROUP]]
        for name, found in draft.living()
        if found.resource == "flows" and titles.get(str(found.document.get(_GROUP)))
    }
    for name, title in sections.items():
        draft.cut(name, (_GROUP,), f"became the section {title!r} of the settings page")
    return sections


def _applications(draft: Draft) -> Iterator[str]:
    for _, found in draft.living():
        application = found.document.get("assistant") or found.document.get("type")
        if found.resource == "connections" and isinstance(application, str):
            yield application


def _of_integration(download: Download) -> Iterator[Remark]:
    known = {
        path[0]: reason for path, reason in residue("integrations", download.integration).items()
    }
    for key, value in download.integration.items():
        if value and key not in {"name", "description", "flowGroupings"}:
            yield Remark(INTEGRATION, key, known.get(key, DERIVED), "integration.json")


def _left_out(draft: Draft) -> Iterator[Remark]:
    for name, found in draft.found.items():
        if name in draft.dropped:
            yield Remark(name, "", draft.dropped[name], found.place)
            continue
        for path, reason in draft.cuts[name].items():
            if path != ("externalId",) or found.document["externalId"] != name:
                yield Remark(name, dotted(path), reason, found.place)


def _stand_ins(draft: Draft) -> Iterator[Remark]:
    components = draft.components()
    for name in draft.added:
        users = [each.external_id for each in components if name in references(each.document)]
        reason = f"made up, with details to be completed; used by {', '.join(users)}"
        yield Remark(name, "", reason, draft.found[name].place)


def _notes(draft: Draft) -> Iterator[Remark]:
    for name, found in draft.living():
        for path, _ in draft.settings(name):
            reason = _advice(found.document, path)
            if reason:
                yield Remark(name, dotted(path), reason, found.place)


def _advice(document: Document, path: Path) -> str | None:
    if path[-1] == "_stackId":
        function = at(document, (*path[:-1], "function"))
        what = f"the function {function!r}" if isinstance(function, str) else "functions"
        return f"calls {what} on the connector's stack: write it in Python"
    if path[-1] == "_iClientId":
        return "names an OAuth client: it has to be shared with the connector"
    return None
