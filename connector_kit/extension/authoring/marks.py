"""How an author marks functions: ``@wrapper.ping``, ``@setting``, ``@flat.form_init``.

Hooks are marked with `connector_kit.blueprint.functions.hook`. Marking never fails and changes
nothing about the function; what is wrong with it is said when it is registered.
"""

import keyword
from collections.abc import Callable
from typing import Any, overload

from connector_kit.blueprint import StackFunction
from connector_kit.blueprint.functions import function_name, plain

AuthorsFunction = Callable[..., Any]


class Mark:
    """The decorator for one kind of function, used bare or with a name on the wire."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    @overload
    def __call__(self, function: AuthorsFunction, /) -> StackFunction: ...

    @overload
    def __call__(self, /, *, name: str) -> Callable[[AuthorsFunction], StackFunction]: ...

    def __call__(
        self, function: AuthorsFunction | None = None, /, *, name: str | None = None
    ) -> StackFunction | Callable[[AuthorsFunction], StackFunction]:
        """Mark *function*, or return the decorator that does."""

        def mark(function: AuthorsFunction) -> StackFunction:
            on_wire = wire_name(function_name(function)) if name is None else name
            return StackFunction(on_wire, self._kind, plain(function))

        return mark if function is None else mark(function)


class Wrappers:
    """The adaptor of a connection of type ``wrapper``, function by function."""

    ping = Mark("ping")
    export = Mark("export")
    import_ = Mark("import")


class Flat:
    """The functions of framework 2.0, which are called without a type.

    Functions of a router are marked ``flat.branching``, those of an install step, its form and its
    address included, ``flat.step``.
    """

    form_init = Mark("formInit")
    pre_save = Mark("preSave")
    step = Mark("step")
    init_child = Mark("initChild")
    update = Mark("update")
    change_edition = Mark("changeEdition")
    filter = Mark("filter")
    transform = Mark("transform")
    branching = Mark("branching")
    handle_request = Mark("handleRequest")
    content_based_flow_router = Mark("contentBasedFlowRouter")


wrapper = Wrappers()
installer = Mark("installer")
uninstaller = Mark("uninstaller")
setting = Mark("setting")
utility = Mark("utility")
flat = Flat()


def wire_name(name: str) -> str:
    """Return *name* without the ``_`` that tells it from a keyword, as in ``import_``."""
    stem = name.removesuffix("_")
    return stem if keyword.iskeyword(stem) else name
