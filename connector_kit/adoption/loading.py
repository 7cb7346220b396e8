"""From the name of a connector to its class."""

import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from connector_kit.blueprint import Connector
from connector_kit.errors import ConnectorKitError


class LoadError(ConnectorKitError):
    """No connector class can be had from a name; the message says why and what to write."""


def load_connector(target: str | os.PathLike[str]) -> type[Connector]:
    """Return the connector class that *target* names.

    *target* is ``package.module:Class``, ``package.module.Class``, ``package.module`` (when that
    declares one connector), or the path of a Python file or package directory, which may lie
    anywhere, with or without ``:Class``. Raises LoadError.
    """
    place, class_name = _split(os.fspath(target))
    if _is_path(place):
        module = _module_at(Path(place).expanduser().resolve())
        return _the_connector(module, class_name, place)
    if class_name is not None:
        return _the_connector(_module_called(place), class_name, place)
    return _dotted(place)


def load_object(target: str | os.PathLike[str]) -> object:
    """Return the module that *target* names, or what it holds under the name after the colon.

    *target* is written as for `load_connector`, and may hold anything. Raises LoadError.
    """
    place, name = _split(os.fspath(target))
    if _is_path(place):
        module = _module_at(Path(place).expanduser().resolve())
    else:
        module, name = _module_or_parent(place, name)
    if name is None:
        return module
    try:
        return getattr(module, name)
    except AttributeError:
        raise LoadError(f"{name!r} does not exist in {module.__name__}.") from None


def _module_or_parent(place: str, name: str | None) -> tuple[ModuleType, str | None]:
    """Return the module *place* with *name*; ``package.module.name`` is read as such, too."""
    try:
        return _module_called(place), name
    except _ModuleMissingError:
        parent, _, last = place.rpartition(".")
        if name is not None or not parent:
            raise
        return _module_called(parent), last


def _split(target: str) -> tuple[str, str | None]:
    place, _, class_name = target.rpartition(":")
    return (place, class_name) if place and class_name.isidentifier() else (target, None)


def _is_path(place: str) -> bool:
    return place.endswith(".py") or os.sep in place or Path(place).expanduser().exists()


def _dotted(place: str) -> type[Connector]:
    try:
        module = _module_called(place)
    except _ModuleMissingError:
        parent, _, class_name = place.rpartition(".")
        if not parent:
            raise
        return _the_connector(_module_called(parent), class_name, parent)
    return _the_connector(module, None, place)


class _ModuleMissingError(LoadError):
    """The module itself is missing, as opposed to one that it imports."""


def _module_called(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise LoadError(
            f"{name!r} is not a connector. Use package.module:Class, or the path of an existing "
            "Python file or package directory."
        )
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise _ModuleMissingError(
                f"Cannot import {name!r}: there is no module {error.name!r}. Check the spelling, "
                "and that its project is installed or on PYTHONPATH."
            ) from error
        raise _broken(name, error) from error
    except Exception as error:
        raise _broken(name, error) from error


def _module_at(path: Path) -> ModuleType:
    """Import the file or package at *path* under a name of its own, so that none can clash."""
    if path.is_dir():
        path = path / "__init__.py"
    if not path.is_file():
        raise LoadError(
            f"{path} does not exist. Give a Python file, or a directory that contains one."
        )
    top, inner = _importable(path)
    alias = _alias(top)
    if alias not in sys.modules:
        _execute(top, alias)
    return _module_called(".".join((alias, *inner))) if inner else sys.modules[alias]


def _importable(path: Path) -> tuple[Path, tuple[str, ...]]:
    """Return the outermost package or module that *path* belongs to, and the way in from there."""
    inner = [] if path.name == "__init__.py" else [path.stem]
    package = path.parent
    if not (package / "__init__.py").is_file():
        return path, ()
    while (package.parent / "__init__.py").is_file():
        inner.insert(0, package.name)
        package = package.parent
    return package / "__init__.py", tuple(inner)


def _alias(top: Path) -> str:
    # A file that was replaced is another module, also in a process that has loaded the old one.
    status = top.stat()
    identity = f"{top}:{status.st_ino}:{status.st_mtime_ns}:{status.st_size}"
    return f"connector_{hashlib.sha256(identity.encode()).hexdigest()[:16]}"


def _execute(top: Path, alias: str) -> None:
    folders = [str(top.parent)] if top.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(alias, top, submodule_search_locations=folders)
    if spec is None or spec.loader is None:
        raise LoadError(f"{top} is not a Python file. Give a file that ends in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[alias]
        raise _broken(str(top), error) from error


def _the_connector(module: ModuleType, class_name: str | None, place: str) -> type[Connector]:
    if class_name is not None:
        return _named(module, class_name, place)
    found = list(_declared(module)) or list(_offered(module))
    if len(found) == 1:
        return found[0]
    if not found:
        raise LoadError(f"{place} declares no connector. Give the module that contains the class.")
    names = ", ".join(f"{place}:{cls.__name__}" for cls in found)
    raise LoadError(f"{place} declares several connectors. Choose one of {names}.")


def _named(module: ModuleType, class_name: str, place: str) -> type[Connector]:
    found = getattr(module, class_name, None)
    if isinstance(found, type) and issubclass(found, Connector) and found is not Connector:
        return found
    known = ", ".join(sorted(cls.__name__ for cls in _offered(module))) or "none"
    problem = "is not a connector" if hasattr(module, class_name) else "does not exist"
    raise LoadError(f"{class_name!r} {problem} in {place} (connectors there: {known}).")


def _offered(module: ModuleType) -> Iterator[type[Connector]]:
    """Yield the connector classes that *module* holds, imported ones included, once each."""
    for value in dict.fromkeys(v for v in vars(module).values() if isinstance(v, type)):
        if issubclass(value, Connector) and value is not Connector:
            yield value


def _declared(module: ModuleType) -> Iterator[type[Connector]]:
    return (cls for cls in _offered(module) if cls.__module__ == module.__name__)


def _broken(place: str, error: Exception) -> LoadError:
    return LoadError(f"Importing {place} failed: {type(error).__name__}: {error}")
