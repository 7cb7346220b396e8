"""From the files of a download to its documents.

A download has a folder for each resource type, with files called ``<Name>-<id>.json``, beside an
``integration.json``; all of it may be inside one more folder. A script's JavaScript is in its JSON,
or in a ``.js`` file with the same stem or id; such a file on its own is a script, too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from connector_kit.adoption.download import AdoptionError, Download, Found
from connector_kit.adoption.parsing import parse_document, parse_text
from connector_kit.adoption.references import proper, with_proper_ids
from connector_kit.blueprint.resources import resource_type
from connector_kit.documents.ids import ids_within

Files = Mapping[PurePosixPath, bytes]
Documents = dict[PurePosixPath, Found]


def unpack(contents: Mapping[str, bytes]) -> Download:
    """Return the integration in *contents* (by relative path); raises AdoptionError."""
    files = {PurePosixPath(path): content for path, content in contents.items()}
    place = _integration(files)
    is_named = place.name.lower() == "integration.json"
    root = place.parent if is_named else place.parent.parent
    documents: Documents = {}
    texts: dict[PurePosixPath, str] = {}
    for path, content in files.items():
        # Only what lies in the folder of a resource type, however that is spelled, is a document.
        inside = path.relative_to(root).parts if path.is_relative_to(root) else ()
        resource = re.sub(r"[^a-z0-9]", "", inside[0].lower()) if len(inside) > 1 else ""
        if not resource_type(resource).is_component:
            continue
        if path.suffix.lower() == ".json":
            document = parse_document(content, str(path))
            identity = document.get("_id")
            if not isinstance(identity, str) or not identity:
                identity = _id_in_name(path)
            documents[path] = Found(
                resource, proper(identity), with_proper_ids(document), str(path)
            )
        elif resource == "scripts" and path.suffix.lower() == ".js":
            texts[path] = parse_text(content, str(path))
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
        path
        for path in files
        if path.parent.name.lower() == "integrations" and path.suffix == ".json"
    ]
    outermost = min((len(place.parts) for place in places), default=0)
    places = sorted(place for place in places if len(place.parts) == outermost)
    if len(places) == 1:
        return places[0]
    if places:
        listed = ", ".join(map(str, places))
        raise AdoptionError(f"There are several integrations ({listed}). Give the folder of one.")
    if not files:
        raise AdoptionError(
            "There are no files. Give the folder or zip file of a downloaded integration."
        )
    inner = next((path for path in files if path.suffix.lower() == ".zip"), None)
    around = f" {inner} is not opened; unpack the outer file first." if inner else ""
    raise AdoptionError(
        "There is no integration.json. Give the folder or zip file that contains it, next to "
        f"exports/, imports/, flows/, and connections/.{around}"
    )


def _join_scripts(documents: Documents, texts: Mapping[PurePosixPath, str]) -> set[PurePosixPath]:
    """Give *documents* the JavaScript kept in files; return the files that were used.

    A file whose name has an id, but belongs to no document, becomes a script of its own.
    """
    used = set()
    for path, text in texts.items():
        identity = _id_in_name(path)
        scripts = [
            (place, found) for place, found in documents.items() if found.resource == "scripts"
        ]
        owners = [
            *(place for place, _ in scripts if place.with_suffix("") == path.with_suffix("")),
            *(place for place, found in scripts if identity and found.id == identity),
        ]
        if owners:
            owner = documents[owners[0]]
            if not owner.document.get("content"):
                with_text = {**owner.document, "content": text}
                owner = documents[owners[0]] = replace(owner, document=with_text)
            if owner.document["content"] == text:
                used.add(path)
        elif identity:
            words = re.sub(r"[-_\s]+", " ", path.stem.replace(identity, "")).strip()
            document = {"name": words or f"Script {identity}", "content": text}
            documents[path] = Found("scripts", identity, document, str(path))
    return used


def _id_in_name(path: PurePosixPath) -> str:
    """Return the last id in a file's name, empty when there is none."""
    found = ids_within(path.stem)
    return found[-1] if found else ""


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
