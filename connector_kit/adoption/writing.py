"""From an outline to a package on disk, whole or not at all, and proven before it is there."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from connector_kit.adoption.download import AdoptionError
from connector_kit.adoption.loading import LoadError, load_connector
from connector_kit.adoption.naming import attribute
from connector_kit.adoption.source import Outline, package
from connector_kit.blueprint import Blueprint, DeclarationError, compile_connector
from connector_kit.blueprint.rules.every import LITERAL_SECRET
from connector_kit.blueprint.wizard import FUNCTIONS, CompiledStep
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
    # Python must be able to import it from within a package, so it has no dot and no hyphen.
    staged = folder.with_name(f"_adopting_{secrets.token_hex(8)}")
    try:
        _check_free(folder)
        staged.mkdir(parents=True)
        for name, content in package(outline).items():
            path = PurePosixPath(name)
            if not all(map(is_file_name, path.parts)):
                raise AdoptionError(
                    f"{legible(name)} is not a valid file name for a package. {_FAULT}"
                )
            (staged / path).parent.mkdir(exist_ok=True)
            with (staged / path).open("xb") as file:
                file.write(content)
        blueprint = _proven(staged, outline)
        shutil.rmtree(staged / "__pycache__", ignore_errors=True)
        if folder.exists():
            # Keep an empty folder: it may be someone's working directory. Without its module there
            # is no package, so move that one last.
            for entry in sorted(staged.iterdir(), key=lambda entry: entry.name == "__init__.py"):
                entry.rename(folder / entry.name)
        else:
            staged.rename(folder)
    except OSError as error:
        raise AdoptionError(f"{folder} cannot be written: {error}.") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
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


def _proven(staged: Path, outline: Outline) -> Blueprint:
    """Return what the package compiles to, when that is exactly what *outline* says."""
    try:
        connector = load_connector(f"{staged}:{outline.class_name}")
        blueprint = compile_connector(connector, pass_over={LITERAL_SECRET})
    except (LoadError, DeclarationError) as error:
        raise AdoptionError(f"The generated package cannot be loaded: {error} {_FAULT}") from error
    if differing := list(_differences(blueprint, outline)):
        raise AdoptionError(
            "The generated package compiles to different documents: "
            f"{', '.join(differing)}. {_FAULT}"
        )
    return blueprint


def _differences(blueprint: Blueprint, outline: Outline) -> Iterator[str]:
    made = Outline.of(blueprint, outline.class_name)
    for part in ("name", "version", "description", "applications"):
        if getattr(made, part) != getattr(outline, part):
            yield part
    sections = {flow: item for flow, item in outline.sections.items() if item != outline.name}
    if blueprint.framework == 1 and dict(made.sections) != sections:
        yield "the settings page"
    if [*map(_called, blueprint.steps)] != [*map(_called, outline.steps.values())]:
        yield "the steps"
    found = {component.external_id: component.digest for component in made.components}
    wanted = {component.external_id: component.digest for component in outline.components}
    yield from (name for name in wanted if found.get(name) != wanted[name])
    yield from sorted(found.keys() - wanted.keys())
    if not found.keys() ^ wanted.keys() and list(found) != list(wanted):
        yield "the order of components"


def _called(step: CompiledStep) -> tuple[str, ...]:
    """Where a *step* is, and what it calls; the rest of a step that was found may differ."""
    calls = (str(step.document.get(field)) for field in ("name", "_scriptId", *FUNCTIONS))
    return (step.wizard, *calls)
