"""From the name of a connector to its class."""

import hashlib
import importlib
import importlib.util
import os
import sys
import sysconfig
import traceback
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from connector_kit.blueprint import Connector
from connector_kit.errors import ConnectorKitError


class Place(NamedTuple):
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        """The place as ``orders.py:12``, seen from the folder that one stands in."""
        shown = os.path.relpath(self.file)
        return f"{self.file if shown.startswith(os.pardir) else shown}:{self.line}"


class LoadError(ConnectorKitError):
    """No connector class can be had from a name; the message says why and what to write."""

    place: Place | None = None
    """Where the author's code raised; None if it was not reached."""
    problem = ""
    """What it raised, without the place."""


def load_connector(target: str | os.PathLike[str]) -> type[Connector]:
    """Return the connector class that *target* names.

    *target* is ``package.module:Class``, ``package.module.Class``, ``package.module`` (when that
    declares one connector), or the path of a Python file or package directory, which may lie
    anywhere, with or without ``:Class``. Raises LoadError.
    """
    module, class_name, place = _find(target)
    classes = dict.fromkeys(value for value in vars(module).values() if isinstance(value, type))
    offered = [cls for cls in classes if issubclass(cls, Connector) and cls is not Connector]
    if class_name is not None:
        named = getattr(module, class_name, None)
        if isinstance(named, type) and issubclass(named, Connector) and named is not Connector:
            return named
        known = ", ".join(sorted(cls.__name__ for cls in offered)) or "none"
        problem = "is not a connector" if hasattr(module, class_name) else "does not exist"
        raise LoadError(f"{class_name!r} {problem} in {place} (connectors there: {known}).")
    # What the module imports counts only when it declares none itself.
    found = [cls for cls in offered if cls.__module__ == module.__name__] or offered
    if not found:
        raise LoadError(f"{place} declares no connector. Give the module that contains the class.")
    if len(found) > 1:
        names = ", ".join(f"{place}:{cls.__name__}" for cls in found)
        raise LoadError(f"{place} declares several connectors. Choose one of {names}.")
    return found[0]


def load_object(target: str | os.PathLike[str]) -> object:
    """Return the module that *target* names, or what it holds under the name after the colon.

    *target* is written as for `load_connector`, and may hold anything. Raises LoadError.
    """
    module, name, _ = _find(target)
    if name is None:
        return module
    try:
        return getattr(module, name)
    except AttributeError:
        raise LoadError(f"{name!r} does not exist in {module.__name__}.") from None


def _find(target: str | os.PathLike[str]) -> tuple[ModuleType, str | None, str]:
    """Return the module that *target* names, the name within it, and what the module is called."""
    target = os.fspath(target)
    place, _, inner = target.rpartition(":")
    name = inner if place and inner.isidentifier() else None
    place = place if name else target
    path = Path(place).expanduser()
    is_path = place.endswith(".py") or os.sep in place or path.exists()
    if is_path and not _is_imported_from(path, place):
        return _module_at(path.resolve()), name, place
    try:
        return _module_called(place), name, place
    except _ModuleMissingError:
        parent, _, last = place.rpartition(".")
        if name or not parent:
            raise
        return _module_called(parent), last, parent


def _is_imported_from(path: Path, name: str) -> bool:
    """Whether ``import name`` finds the package at *path*: a second copy would be another class."""
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    origin = spec.origin if spec else None
    return origin is not None and Path(origin).resolve() == (path / "__init__.py").resolve()


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
    # What belongs to a package is imported through the outermost one.
    top, inner = path, list[str]()
    if (path.parent / "__init__.py").is_file():
        inner = [] if path.name == "__init__.py" else [path.stem]
        package = path.parent
        while (package.parent / "__init__.py").is_file():
            inner.insert(0, package.name)
            package = package.parent
        top = package / "__init__.py"
    # A file that was replaced is another module, also in a process that has loaded the old one.
    status = top.stat()
    identity = f"{top}:{status.st_ino}:{status.st_mtime_ns}:{status.st_size}"
    alias = f"connector_{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
    if alias not in sys.modules:
        _execute(top, alias)
    return _module_called(".".join((alias, *inner)))


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


def _broken(name: str, error: Exception) -> LoadError:
    """Say what importing raised, and in which line of the author's."""
    if isinstance(error, SyntaxError):
        what = error.msg
        place = Place(error.filename, error.lineno or 1) if error.filename else None
    else:
        what, place = str(error), _last_line(error)
    problem = f"{type(error).__name__}: {what}"
    where = f" ({place})" if place else ""
    broken = LoadError(f"Importing {name} failed: {problem}{where}")
    broken.place, broken.problem = place, problem
    return broken


def _last_line(error: Exception) -> Place | None:
    """The innermost line that is neither Python's nor a library's."""
    frames = [
        Place(frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return next((place for place in reversed(frames) if _is_authors(place.file)), None)


def _is_authors(file: str) -> bool:
    return "site-packages" not in file and not file.startswith(("<", _PYTHON, _KIT))


_KIT = f"{Path(__file__).resolve().parent.parent}{os.sep}"
_PYTHON = f"{sysconfig.get_path('stdlib')}{os.sep}"
