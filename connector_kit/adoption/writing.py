"""From an outline to a package on disk, whole or not at all, and proven before it is there."""

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from connector_kit.adoption.download import AdoptionError
from connector_kit.adoption.loading import LoadError, load_connector
from connector_kit.adoption.naming import attribute
from connector_kit.adoption.source import Outline, package
from connector_kit.blueprint import Blueprint, DeclarationError, compile_connector
from connector_kit.blueprint.rules.every import LITERAL_SECRET
from connector_kit.file_names import file_name, is_file_name, legible

_FAULT = (
    "This is a bug in Connector Kit; nothing was written. Please report it and attach the download."
)


def folder_name(class_name: str) -> str:
    """Return what the package of the connector *class_name* is called unless told otherwise."""
    return file_name(attribute(class_name) or "adopted_connector")


def write_package(outline: Outline, folder: Path) -> Blueprint:
    """Write the package that declares *outline* to *folder*; return what it compiles to.

    It is written beside *folder*, loaded, compiled and compared with *outline*, and only then
    takes its place. Raises AdoptionError, and leaves nothing behind, when anything is amiss.
    """
    folder = folder.absolute()
    try:
        _check_free(folder)
        with _staged(package(outline), folder) as staged:
            blueprint = _compiled(staged, outline.class_name)
            _check_same(blueprint, outline)
            shutil.rmtree(staged / "__pycache__", ignore_errors=True)
            _move(staged, folder)
    except OSError as error:
        raise AdoptionError(f"{folder} cannot be written: {error}.") from error
    return blueprint


def _check_free(folder: Path) -> None:
    if folder.is_symlink():
        raise AdoptionError(
            f"{folder} is a link. Give the folder it points to with --output, or choose another."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AdoptionError(
            f"{folder} already exists and is not empty. Choose another folder with --output, or "
            "move this one."
        )
    if (folder.parent / "__init__.py").is_file() and not folder.name.isidentifier():
        raise AdoptionError(
            f"{folder} is in a Python package, but {folder.name!r} is not a valid module name. "
            "With --output, use a name of letters, digits, and underscores."
        )


@contextmanager
def _staged(files: Mapping[str, bytes], folder: Path) -> Iterator[Path]:
    """Write *files* into a new folder beside *folder*, which is gone afterwards."""
    # Python must be able to import it from within a package, so it has no dot and no hyphen.
    staged = folder.with_name(f"_adopting_{secrets.token_hex(8)}")
    try:
        staged.mkdir(parents=True)
        for path, content in files.items():
            _write(staged, PurePosixPath(path), content)
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _write(staged: Path, path: PurePosixPath, content: bytes) -> None:
    """Write one new file of the package; whatever it is called, it lies inside."""
    if not all(map(is_file_name, path.parts)):
        raise AdoptionError(
            f"{legible(str(path))} is not a valid file name for a package. {_FAULT}"
        )
    place = staged / path
    place.parent.mkdir(exist_ok=True)
    with place.open("xb") as file:
        file.write(content)


def _compiled(staged: Path, class_name: str) -> Blueprint:
    try:
        connector = load_connector(f"{staged}:{class_name}")
        return compile_connector(connector, pass_over={LITERAL_SECRET})
    except (LoadError, DeclarationError) as error:
        raise AdoptionError(f"The generated package cannot be loaded: {error} {_FAULT}") from error


def _check_same(blueprint: Blueprint, outline: Outline) -> None:
    """Raise AdoptionError when *blueprint* is not exactly what *outline* says."""
    differing = list(_differences(blueprint, outline))
    if differing:
        raise AdoptionError(
            "The generated package compiles to different documents: "
            f"{', '.join(differing)}. {_FAULT}"
        )


def _differences(blueprint: Blueprint, outline: Outline) -> Iterator[str]:
    made = Outline.of(blueprint, outline.class_name)
    for part in ("name", "version", "description", "applications"):
        if getattr(made, part) != getattr(outline, part):
            yield part
    sections = {flow: item for flow, item in outline.sections.items() if item != outline.name}
    if dict(made.sections) != sections:
        yield "the settings page"
    found = {component.external_id: component.digest for component in made.components}
    wanted = {component.external_id: component.digest for component in outline.components}
    yield from (name for name in wanted if found.get(name) != wanted[name])
    yield from sorted(found.keys() - wanted.keys())
    if not found.keys() ^ wanted.keys() and list(found) != list(wanted):
        yield "the order of components"


def _move(staged: Path, folder: Path) -> None:
    if not folder.exists():
        staged.rename(folder)
        return
    # Keep an empty folder: it may be someone's working directory. Without its module there is no
    # package, so move that one last.
    for path in sorted(staged.iterdir(), key=lambda path: path.name == "__init__.py"):
        path.rename(folder / path.name)
