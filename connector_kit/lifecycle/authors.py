"""Call the functions that authors have given to settings, wherever authors' functions run.

A server calls them in processes of their own, with a deadline and a memory limit
(`connector_kit.extension.isolation`). Elsewhere, in commands and tests, and where functions are not
isolated at all, they are called directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from connector_kit.documents import Document
from connector_kit.extension.authoring.settings import VALIDATE, named
from connector_kit.extension.authors import SETTINGS, functions_at
from connector_kit.extension.invoke import invoke
from connector_kit.lifecycle.errors import LifecycleError

Way = Callable[[str, str, Document], Any]
"""Calls the function of a setting of the class at a place, by its name, with options; raises
`ExtensionError`."""


class AuthorsError(LifecycleError):
    """An author's function has failed; the message is for customers, and says only that."""


def on_the_spot(class_path: str, name: str, options: Document) -> Any:
    """Call the function in this process."""
    return invoke(functions_at(class_path).find(SETTINGS, name), options)


_way: list[Way] = [on_the_spot]


def call_by(way: Way) -> None:
    """Have authors' functions called by *way* in this process."""
    _way[:] = [way]


@contextmanager
def called_by(way: Way) -> Iterator[None]:
    """Have authors' functions called by *way* within this context."""
    before = _way[0]
    call_by(way)
    try:
        yield
    finally:
        call_by(before)


def call(class_path: str, name: str, options: Document) -> Any:
    """Return the answer of a function of a setting, as JSON; raises the function's error.

    *name* is one that `named` makes. When functions run in another process, it raises only
    `ExtensionError`, or `LifecycleError` while a user waits for a page.
    """
    return _way[0](class_path, name, options)


def validator(class_path: str, setting: str) -> Callable[[Any, Any], Any]:
    """Return what calls the author's validation of *setting*."""

    def validate(value: Any, values: Any) -> Any:
        return call(class_path, named(setting, VALIDATE), {"value": value, "values": dict(values)})

    return validate
