"""From a download to the outline of a connector, with an account of what was left out. Pure."""

from collections.abc import Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

from semver import Version

from connector_kit import storable
from connector_kit.adoption.download import AdoptionError, Download, Found
from connector_kit.adoption.draft import Draft
from connector_kit.adoption.naming import class_name as named_class
from connector_kit.adoption.naming import is_class_name
from connector_kit.adoption.personal import account_ids, personal
from connector_kit.adoption.residue import SAMPLE, has_secret_inside, residue
from connector_kit.adoption.settle import settle
from connector_kit.adoption.source import Outline
from connector_kit.adoption.wizard import Wizard, wizard_of
from connector_kit.blueprint import INTEGRATION, STACK, CompiledComponent
from connector_kit.blueprint.functions import lacks_stack
from connector_kit.blueprint.order import dependency_order
from connector_kit.blueprint.resources import names_reference
from connector_kit.blueprint.slug import slug_from
from connector_kit.documents import Document, ref, references
from connector_kit.documents.ids import literal_ids
from connector_kit.documents.walking import at, dotted, objects, without
from connector_kit.integrator.resources.lookup_caches import MOST_ROWS

_GROUP = "_flowGroupingId"

_ON_STACK = "calls {} on the connector's stack; write it in Python"

_LITERAL = (
    "no other account has it. Put a reference into the component's settings and read it from there"
)

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
    author's data are left out, unless *keep_samples*. Raises AdoptionError when there is nothing to
    declare, or a given name or version is unusable.
    """
    title, class_name = _names(download, name, class_name, version)
    draft = Draft(download, keep_samples=keep_samples)
    sections = _sections(draft, download)
    settle(draft)
    components = draft.components()
    if not components:
        reasons = "".join(f" {left}: {reason}" for left, reason in draft.dropped.items())
        raise AdoptionError(f"It contains nothing that a connector can declare.{reasons}")
    applications = [
        found.document.get("assistant") or found.document.get("type")
        for _, found in draft.living()
        if found.resource == "connections"
    ]
    wizard = wizard_of(draft, download.integration)
    outline = Outline(
        class_name=class_name,
        name=title or "Adopted integration",
        version=version,
        components=dependency_order([_on_own_stack(component) for component in components]),
        description=storable.text(str(download.integration.get("description") or "")),
        applications=tuple(
            dict.fromkeys(storable.text(word) for word in applications if isinstance(word, str))
        ),
        sections={flow: title for flow, title in sections.items() if flow not in draft.dropped},
        steps=wizard.steps,
        scripted=wizard.scripted,
    )
    return Adoption(
        outline=outline,
        left_out=tuple(_left_out(draft, download, outline.sections.values(), wizard)),
        stand_ins=tuple(_stand_ins(draft)),
        notes=(*_notes(draft), *_unread_rows(draft)),
        personal=tuple(_personal(draft, download)),
        ignored_files=download.ignored,
    )


def _names(
    download: Download, name: str | None, class_name: str | None, version: str
) -> tuple[str, str]:
    """Return the connector's name and its class's, made of the integration's where not given."""
    title = name.strip() if name else storable.cut(download.name.strip(), storable.CONNECTOR_NAME)
    class_name = named_class(title) if class_name is None else class_name
    for part, text, longest in (
        ("name", name or "", storable.CONNECTOR_NAME),
        ("class's short name", slug_from(class_name), storable.SLUG),
        ("version", version, storable.VERSION),
    ):
        if len(text) > longest:
            raise AdoptionError(f"The {part} has {len(text)} characters. The limit is {longest}.")
    if not is_class_name(class_name):
        raise AdoptionError(
            f"{class_name!r} is not a valid class name. Use a name such as OrdersToSlack."
        )
    if not Version.is_valid(version):
        raise AdoptionError(
            f"{version!r} is not a semantic version. Use three numbers, such as 1.0.0."
        )
    return title, class_name


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
    listed = groups if isinstance(groups, list) else []
    return [group for group in listed if isinstance(group, dict)]


def _title(group: Document) -> str:
    return str(group.get("name") or "").strip()


def _on_own_stack(component: CompiledComponent) -> CompiledComponent:
    """Return *component* with the connector's stack beside functions that name no place to run.

    In a declaration that means the connector's own stack, and compiling says so.
    """
    document = deepcopy(component.document)
    entries = [entry for path, entry in objects(document) if lacks_stack(path, entry)]
    for entry in entries:
        entry["_stackId"] = ref(STACK)
    return replace(component, document=document)


def _left_out(
    draft: Draft, download: Download, titles: Collection[str], wizard: Wizard
) -> Iterator[Remark]:
    """Say what is not declared; *titles* are the sections of the settings page."""
    integration = download.integration
    known = {path[0]: reason for path, reason in residue("integrations", integration).items()}
    left = {
        key: known.get(key, DERIVED)
        for key, value in wizard.left_of(integration).items()
        if value and key not in {"name", "description", "flowGroupings"}
    }
    for place, reason in (left | wizard.unread).items():
        yield Remark(INTEGRATION, place, reason, download.place)
    for n, group in enumerate(_groups(download)):
        place = f"flowGroupings[{n}]"
        if _title(group) not in titles:
            yield Remark(INTEGRATION, place, "a group without flows", download.place)
        for key in sorted(group.keys() - {"_id", "name"}):
            yield Remark(INTEGRATION, f"{place}.{key}", DERIVED, download.place)
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
    known = draft.names.keys() | draft.neighbors.keys()
    for name, found in draft.living():
        for path, text in draft.settings(name):
            notes = []
            if path[-1] == "_stackId":
                function = at(found.document, (*path[:-1], "function"))
                is_named = isinstance(function, str)
                notes.append(
                    _ON_STACK.format(f"the function {function!r}" if is_named else "functions")
                )
            if path[-1] == "_iClientId":
                notes.append("names an OAuth client; share it with the connector")
            if has_secret_inside(text):
                notes.append("may contain a secret; remove it")
            yield from (Remark(name, dotted(path), note, found.place) for note in notes)
        yield from _literal_ids(draft, known, name, found)
    for component in draft.components():
        name = component.external_id
        for place, entry in objects(component.document):
            if lacks_stack(place, entry):
                function = str(entry.get("function") or entry.get("pingFunction"))
                note = _ON_STACK.format(f"the function {function!r}")
                yield Remark(name, place, note, draft.found[name].place)


def _literal_ids(draft: Draft, known: Collection[str], name: str, found: Found) -> Iterator[Remark]:
    """Name the ids in texts and keys, which cannot be made references: *known* ones, and others."""
    for literal in literal_ids(found.document, known=known, skip=draft.cuts[name]):
        is_whole = at(found.document, literal.path) == literal.id
        if is_whole and (literal.id in draft.names or names_reference(literal.path)):
            continue
        owner = draft.names.get(literal.id) or draft.neighbors.get(literal.id)
        what = f"the id of {owner}" if owner else f"{literal.id}, which looks like an id"
        yield Remark(name, literal.place, f"contains {what}; {_LITERAL}", found.place)


def _unread_rows(draft: Draft) -> Iterator[Remark]:
    for name, found in draft.living():
        if len(found.data) == MOST_ROWS:
            yield Remark(name, "data", f"may have more than {MOST_ROWS:,} rows", found.place)


def _personal(draft: Draft, download: Download) -> Iterator[Remark]:
    own = {key: download.integration.get(key) for key in ("name", "description")}
    left = {INTEGRATION: Found("integrations", "", own, download.place)}
    for name, found in draft.living():
        kept = without(found.document, draft.cuts[name])
        left[name] = replace(found, document={**kept, "data": found.data} if found.data else kept)
    connections = (found for found in left.values() if found.resource == "connections")
    accounts = frozenset().union(*(account_ids(found.document) for found in connections))
    for name, found in left.items():
        for path, reason in personal(found.resource, found.document, accounts):
            yield Remark(name, dotted(path), reason, found.place)
