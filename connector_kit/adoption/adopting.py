"""From a download to the outline of a connector, with an account of what was left out. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from semver import Version

from connector_kit import storable
from connector_kit.adoption.download import AdoptionError, Download
from connector_kit.adoption.draft import Draft
from connector_kit.adoption.ids import ids_within
from connector_kit.adoption.naming import class_name as named_class
from connector_kit.adoption.naming import is_class_name
from connector_kit.adoption.personal import account_ids, personal
from connector_kit.adoption.residue import has_secret_inside, residue
from connector_kit.adoption.samples import SAMPLE, samples
from connector_kit.adoption.settle import settle
from connector_kit.adoption.source import Outline
from connector_kit.adoption.stacks import on_own_stack, open_functions
from connector_kit.blueprint import INTEGRATION, CompiledComponent
from connector_kit.blueprint.order import dependency_order
from connector_kit.blueprint.slug import slug_from
from connector_kit.documents import Document, references
from connector_kit.documents.walking import Path, at, dotted, without

_GROUP = "_flowGroupingId"

_ON_STACK = "calls {} on the connector's stack; write it in Python"

DERIVED = "not adopted; the kit creates the installation from the declaration"


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
    be made up, *notes* ask for the author's attention. *personal* names what may be people's data,
    or the author's own accounts, and would reach every customer.
    """

    outline: Outline
    left_out: tuple[Remark, ...]
    stand_ins: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    personal: tuple[Remark, ...]
    ignored_files: tuple[str, ...]

    @property
    def samples_left_out(self) -> int:
        """How many samples of the author's data stayed behind."""
        return sum(remark.reason == SAMPLE for remark in self.left_out)


def adopt(
    download: Download,
    *,
    name: str | None = None,
    class_name: str | None = None,
    version: str = "1.0.0",
    keep_samples: bool = False,
) -> Adoption:
    """Return the connector that declares what *download* holds.

    *name* is the connector's in the marketplace, by default the integration's. Samples of the
    author's data are left out, unless *keep_samples*. Raises
    AdoptionError when there is nothing to declare, or a given name or version is unusable.
    """
    title = _title_of(name, download)
    class_name, version = _class_name(class_name, title), _version(version)
    draft = Draft(download)
    if not keep_samples:
        _leave_out_samples(draft)
    sections = _sections(draft, download)
    settle(draft)
    outline = Outline(
        class_name=class_name,
        name=title or "Adopted integration",
        version=version,
        components=dependency_order([on_own_stack(component) for component in _some(draft)]),
        description=storable.text(str(download.integration.get("description") or "")),
        applications=tuple(dict.fromkeys(map(storable.text, _applications(draft)))),
        sections={flow: title for flow, title in sections.items() if flow not in draft.dropped},
    )
    return Adoption(
        outline=outline,
        left_out=(*_of_integration(download, outline.sections.values()), *_left_out(draft)),
        stand_ins=tuple(_stand_ins(draft)),
        notes=tuple(_notes(draft)),
        personal=tuple(_personal(draft, download)),
        ignored_files=download.ignored,
    )


def _leave_out_samples(draft: Draft) -> None:
    for name, found in draft.found.items():
        for sample in samples(found.document):
            for path in [path for path in draft.cuts[name] if path[: len(sample)] == sample]:
                del draft.cuts[name][path]
            draft.cut(name, sample, SAMPLE)


def _some(draft: Draft) -> list[CompiledComponent]:
    components = draft.components()
    if components:
        return components
    reasons = "".join(f" {name}: {reason}" for name, reason in draft.dropped.items())
    raise AdoptionError(f"It contains nothing that a connector can declare.{reasons}")


def _title_of(given: str | None, download: Download) -> str:
    """Return the connector's name: as *given*, else the integration's as far as it can be kept."""
    if not given:
        return storable.cut(download.name.strip(), storable.CONNECTOR_NAME)
    _require_short("name", given, storable.CONNECTOR_NAME)
    return given.strip()


def _require_short(what: str, given: str, longest: int) -> None:
    if len(given) > longest:
        raise AdoptionError(f"The {what} has {len(given)} characters. The limit is {longest}.")


def _version(version: str) -> str:
    _require_short("version", version, storable.VERSION)
    if Version.is_valid(version):
        return version
    raise AdoptionError(f"{version!r} is not a semantic version. Use three numbers, such as 1.0.0.")


def _class_name(given: str | None, name: str) -> str:
    made = named_class(name) if given is None else given
    _require_short("class's short name", slug_from(made), storable.SLUG)
    if is_class_name(made):
        return made
    raise AdoptionError(f"{made!r} is not a valid class name. Use a name such as OrdersToSlack.")


def _sections(draft: Draft, download: Download) -> dict[str, str]:
    """Return the settings page's section for every flow in a group, and cut its group's id."""
    titles = {str(group.get("_id")): _title(group) for group in _groups(download)}
    sections = {}
    for name, found in draft.living():
        group = found.document.get(_GROUP)
        if found.resource != "flows" or not group:
            continue
        if title := titles.get(str(group)):
            sections[name] = title
            draft.cut(name, (_GROUP,), f"became the section {title!r} of the settings page")
        else:
            draft.cut(name, (_GROUP,), "does not name a group of the integration")
    return sections


def _groups(download: Download) -> list[Document]:
    groups = download.integration.get("flowGroupings")
    return (
        [group for group in groups if isinstance(group, dict)] if isinstance(groups, list) else []
    )


def _title(group: Document) -> str:
    return str(group.get("name") or "").strip()


def _applications(draft: Draft) -> Iterator[str]:
    for _, found in draft.living():
        application = found.document.get("assistant") or found.document.get("type")
        if found.resource == "connections" and isinstance(application, str):
            yield application


def _of_integration(download: Download, titles: Collection[str]) -> Iterator[Remark]:
    """Say what of the integration's own document is not declared; *titles* are its sections."""
    known = {
        path[0]: reason for path, reason in residue("integrations", download.integration).items()
    }
    for key, value in download.integration.items():
        if value and key not in {"name", "description", "flowGroupings"}:
            yield Remark(INTEGRATION, key, known.get(key, DERIVED), download.place)
    for n, group in enumerate(_groups(download)):
        place = f"flowGroupings[{n}]"
        if _title(group) not in titles:
            yield Remark(INTEGRATION, place, "a group without flows", download.place)
        for key in sorted(group.keys() - {"_id", "name"}):
            yield Remark(INTEGRATION, f"{place}.{key}", DERIVED, download.place)


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
        users = [
            component.external_id
            for component in components
            if name in references(component.document)
        ]
        reason = f"placeholder; complete its details. Used by {', '.join(users)}"
        yield Remark(name, "", reason, draft.found[name].place)


def _notes(draft: Draft) -> Iterator[Remark]:
    for name, found in draft.living():
        for path, text in draft.settings(name):
            reasons = (_advice(found.document, path), _id_inside(text, draft), _suspicion(text))
            for reason in filter(None, reasons):
                yield Remark(name, dotted(path), reason, found.place)
    for component in draft.components():
        name = component.external_id
        for place, function in open_functions(component):
            reason = _ON_STACK.format(f"the function {function!r}")
            yield Remark(name, place, reason, draft.found[name].place)


def _personal(draft: Draft, download: Download) -> Iterator[Remark]:
    own = {key: download.integration.get(key) for key in ("name", "description")}
    yield from _suspicions(INTEGRATION, "integrations", own, frozenset(), download.place)
    left = {
        name: (found, without(found.document, draft.cuts[name])) for name, found in draft.living()
    }
    connections = (document for found, document in left.values() if found.resource == "connections")
    accounts = frozenset().union(*map(account_ids, connections))
    for name, (found, document) in left.items():
        yield from _suspicions(name, found.resource, document, accounts, found.place)


def _suspicions(
    name: str, resource: str, document: Document, accounts: Collection[str], place: str
) -> Iterator[Remark]:
    for path, reason in personal(resource, document, accounts):
        yield Remark(name, dotted(path), reason, place)


def _advice(document: Document, path: Path) -> str | None:
    if path[-1] == "_stackId":
        function = at(document, (*path[:-1], "function"))
        what = f"the function {function!r}" if isinstance(function, str) else "functions"
        return _ON_STACK.format(what)
    if path[-1] == "_iClientId":
        return "names an OAuth client; share it with the connector"
    return None


def _suspicion(text: str) -> str | None:
    return "may contain a secret; remove it" if has_secret_inside(text) else None


def _id_inside(text: str, draft: Draft) -> str | None:
    """Warn of an id in the midst of a text, where it cannot be made a reference."""
    known = [draft.names[id_] for id_ in ids_within(text) if id_ in draft.names]
    if not known or text in draft.names:
        return None
    return f"contains the id of {known[0]}, which no other account has"
