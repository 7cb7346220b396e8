"""Python functions that the platform calls: hooks that run on the connector's stack."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, overload

from connector_kit.documents.walking import FREE_DATA_FIELDS

HookFunction = Callable[..., Any]
"""Takes the options of its kind and returns its result (protocol/extension.md sections 5.1, 6).

It may also be ``async``, yield its result, or hand it to a callback, its second parameter."""

HOOK_KINDS = frozenset(
    {"preSavePage", "preMap", "postMap", "postSubmit", "postResponseMap", "postAggregate"}
)
"""The points at which the platform calls a hook, in its own words."""


_ENTRIES = re.compile(rf"(.*\.)?hooks\.({'|'.join(HOOK_KINDS)})|settingsForm\.init|preSave")
"""Where in a document a function is named that runs on a stack, unless it is a script's
(protocol/extension.md#6-framework-20-functions-flat-no-type)."""


_START = re.compile(r"[.\[]")

_ELSEWHERE = ("_stackId", "_scriptId", "fileInternalId")
"""Fields beside a function that belongs to another stack, a script, or NetSuite."""


def lacks_stack(path: str, entry: Mapping[Any, Any]) -> bool:
    """Tell whether the *entry* at *path* names a function and leaves open where it runs.

    Those are the entries of hooks and forms, and the wrapper of a connection, whose functions the
    exports and imports of that connection name (protocol/resources.md#connection). Samples are
    data, whatever they look like.
    """
    if any(entry.get(name) for name in _ELSEWHERE) or _START.split(path, 1)[0] in FREE_DATA_FIELDS:
        return False
    if path == "wrapper":
        return "pingFunction" in entry
    return bool(entry.get("function")) and _ENTRIES.fullmatch(path) is not None


@dataclass(frozen=True)
class StackFunction:
    """A Python function under the name by which the platform calls it.

    *kind* is the hook's point, for example ``preSavePage``. *configuration* is stored in the hook's
    entry and handed to every call.
    """

    name: str
    kind: str
    callable: HookFunction
    configuration: Mapping[str, Any] | None = None

    def __call__(self, options: Any) -> Any:
        """Call the function itself, as a test does."""
        return self.callable(options)

    def configured(self, **configuration: Any) -> "StackFunction":
        """Return the same function with another *configuration*, for another place of use."""
        return dataclasses.replace(self, configuration=configuration)


class HookMark:
    """The decorator for one kind of hook, used bare or with options."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    @overload
    def __call__(self, function: HookFunction, /) -> StackFunction: ...

    @overload
    def __call__(
        self, /, *, name: str | None = None, configuration: Mapping[str, Any] | None = None
    ) -> Callable[[HookFunction], StackFunction]: ...

    def __call__(
        self,
        function: HookFunction | None = None,
        /,
        *,
        name: str | None = None,
        configuration: Mapping[str, Any] | None = None,
    ) -> StackFunction | Callable[[HookFunction], StackFunction]:
        """Mark *function*, or return the decorator that does, with its *name* on the wire."""

        def mark(function: HookFunction) -> StackFunction:
            return StackFunction(
                name or function_name(function), self._kind, plain(function), configuration
            )

        return mark if function is None else mark(function)


class Hooks:
    """One decorator for each kind of hook: ``@hook.pre_save_page``."""

    pre_save_page = HookMark("preSavePage")
    pre_map = HookMark("preMap")
    post_map = HookMark("postMap")
    post_submit = HookMark("postSubmit")
    post_response_map = HookMark("postResponseMap")
    post_aggregate = HookMark("postAggregate")


hook = Hooks()


def plain(function: HookFunction) -> HookFunction:
    """Return the function inside a ``staticmethod`` of a class body, or *function* itself."""
    return function.__func__ if isinstance(function, staticmethod) else function


def function_name(function: HookFunction) -> str:
    """Return the name by which the platform calls *function*; empty when it has none of its own."""
    name = getattr(plain(function), "__name__", "")
    return name if isinstance(name, str) and name.isidentifier() else ""


def stack_function(value: HookFunction, kind: str) -> StackFunction:
    """Return *value* as the function for a hook of *kind*; a mark that it carries stays."""
    if isinstance(value, StackFunction):
        return value
    return StackFunction(function_name(value), kind, plain(value))
