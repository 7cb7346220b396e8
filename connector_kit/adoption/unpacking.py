"""From the files of a download to its documents.

A download has a folder for each resource type, with files called ``<Name>-<id>.json``, beside an
``integration.json``; all of it may be inside one more folder. A script's JavaScript is in its JSON,
or in a ``.js`` file with the same stem or id; such a file on its own is a script, too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from connector_kit.adoption.download import AdoptionError, Download, Found
from connector_kit.adoption.ids import ids_within, proper
from connector_kit.adoption.parsing import parse_document, parse_text
from connector_kit.adoption.references import with_proper_ids
from connector_kit.blueprint.resources import resource_type

Files = Mapping[PurePosixPath, bytes]
Documents = dict[PurePosixPath, Found]


def unpack(contents: Mapping[str, bytes]) -> Download:
    """Return the integration in *contents* (by relative path); raises AdoptionError."""
    files = {PurePosixPath(path): content for path, content in contents.items()}
    place = _integration(files)
    documents = dict(_documents(_below(files, _root(place))))
    texts = dict(_texts(_below(files, _root(place))))
    used = _join_scripts(documents, texts)
    copies = set(_copies(documents))
    return Download(
        integration=parse_document(files[place], str(place)),
        found=tuple(documents[path] for path in sorted(documents.keys() - copies)),
        ignored=tuple(map(str, sorted(files.keys() - documents.keys() - used - {place} | copies))),
        place=str(place),
    )


def _integration(files: Files) -> PurePosixPath:
    """Return the integration's own file: the outermost one, should a copy lie deeper."""
    places = [path for path in files if path.name.lower() == "integration.json"] or [
        path for path in files if _folder(path) == "integrations" and path.suffix == ".json"
    ]
    outermost = min((len(place.parts) for place in places), default=0)
    places = sorted(place for place in places if len(place.parts) == outermost)
    if len(places) == 1:
        return places[0]
    if places:
        listed = ", ".join(map(str, places))
        raise AdoptionError(f"There are several integrations ({listed}). Give the folder of one.")
    raise AdoptionError(_no_integration(files))


def _no_integration(files: Files) -> str:
    if not files:
        return "There are no files. Give the folder or zip file of a downloaded integration."
    inner = next((path for path in files if path.suffix.lower() == ".zip"), None)
    around = f" {inner} is not opened; unpack the outer file first." if inner else ""
    return (
        "There is no integration.json. Give the folder or zip file that contains it, next to "
        f"exports/, imports/, flows/, and connections/.{around}"
    )


def _root(place: PurePosixPath) -> PurePosixPath:
    return place.parent if place.name.lower() == "integration.json" else place.parent.parent


def _below(files: Files, root: PurePosixPath) -> Iterator[tuple[str, PurePosixPath, bytes]]:
    """Yield the files in the resource folders of *root*, each with its resource type."""
    for path, content in files.items():
        inside = path.relative_to(root).parts if path.is_relative_to(root) else ()
        resource = re.sub(r"[^a-z0-9]", "", inside[0].lower()) if len(inside) > 1 else ""
        if resource_type(resource).is_component:
            yield resource, path, content


def _documents(
    files: Iterable[tuple[str, PurePosixPath, bytes]],
) -> Iterator[tuple[PurePosixPath, Found]]:
    for resource, path, content in files:
        if path.suffix.lower() == ".json":
            document = parse_document(content, str(path))
            identity = document.get("_id")
            known = identity if isinstance(identity, str) and identity else _id_in_name(path)
            yield path, Found(resource, proper(known), with_proper_ids(document), str(path))


def _texts(
    files: Iterable[tuple[str, PurePosixPath, bytes]],
) -> Iterator[tuple[PurePosixPath, str]]:
    for resource, path, content in files:
        if resource == "scripts" and path.suffix.lower() == ".js":
            yield path, parse_text(content, str(path))


def _join_scripts(documents: Documents, texts: Mapping[PurePosixPath, str]) -> set[PurePosixPath]:
    """Give *documents* the JavaScript kept in files; return the files that were used."""
    used = set()
    for path, text in texts.items():
        owner = _owner(path, documents)
        if owner is None and _id_in_name(path):
            documents[path] = _lone_script(path, text)
        elif owner is not None and not documents[owner].document.get("content"):
            with_text = {**documents[owner].document, "content": text}
            documents[owner] = replace(documents[owner], document=with_text)
            used.add(path)
        elif owner is not None and documents[owner].document["content"] == text:
            used.add(path)
    return used


def _owner(text: PurePosixPath, documents: Documents) -> PurePosixPath | None:
    scripts = [path for path, found in documents.items() if found.resource == "scripts"]
    for path in scripts:
        if path.with_suffix("") == text.with_suffix(""):
            return path
    identity = _id_in_name(text)
    return next(
        (script for script in scripts if identity and documents[script].id == identity), None
    )


def _lone_script(path: PurePosixPath, text: str) -> Found:
    identity = _id_in_name(path)
    name = re.sub(r"[-_\s]+", " ", path.stem.replace(identity, "")).strip() or f"Script {identity}"
    return Found("scripts", identity, {"name": name, "content": text}, str(path))


def _id_in_name(path: PurePosixPath) -> str:
    """Return the last id in a file's name, empty when there is none."""
    found = ids_within(path.stem)
    return found[-1] if found else ""


def _folder(path: PurePosixPath) -> str:
    return path.parent.name.lower()


def _copies(documents: Documents) -> Iterator[PurePosixPath]:
    """Yield all but the first of equal files; raises AdoptionError where they are not equal."""
    first: dict[str, Found] = {}
    for path, found in sorted(documents.items()):
        known = first.setdefault(found.id, found) if found.id else found
        if known is found:
            continue
        if (known.resource, known.document) != (found.resource, found.document):
            raise AdoptionError(
                f"{found.place} and {known.place} have the same id {found.id}. Remove the "
                "outdated one."
            )
        yield path
