"""What a module, a class, an object or a dict holds that may be called as a function.

Names with a leading underscore are private. Modules, classes and what a module has imported from
elsewhere are no functions of it, unless its ``__all__`` names them; what is marked always is one.
"""

import builtins
import functools
import inspect
from collections.abc import Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from connector_kit.blueprint import Connector, StackFunction
from connector_kit.blueprint.functions import HookMark, Hooks
from connector_kit.extension.authoring.kinds import NAMESPACES
from connector_kit.extension.authoring.marks import Flat, Mark, Wrappers

_FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType, functools.partial, StackFunction)
_DECORATORS = (Mark, HookMark, Hooks, Wrappers, Flat)
_HOLD_NOTHING = (type(None), str, bytes, int, float, list, tuple, set, frozenset)


def members(thing: object) -> Iterator[tuple[str, Any]]:
    """Yield what *thing* shows to others, by name; of a mapping every entry is meant."""
    if isinstance(thing, Mapping):
        yield from ((str(name), value) for name, value in thing.items() if _is_public(name))
    elif isinstance(thing, ModuleType):
        exported = getattr(thing, "__all__", None)
        for name, value in list(vars(thing).items()):
            # Callables come from the module or from below it; partials do not say where from.
            is_own = _is_public(name) and (
                name in NAMESPACES
                or isinstance(value, functools.partial)
                or not callable(value)
                or _is_below(value, thing)
            )
            is_meant = is_own if exported is None else name in exported
            if is_meant or isinstance(value, StackFunction):
                yield name, value
    else:
        for name in dir(thing):
            if _is_public(name) and _is_attribute(thing, name):
                yield name, bound(getattr(thing, name, None), thing)


def holds_functions(thing: object) -> bool:
    """Tell whether *thing* is something that functions may be found in."""
    return not isinstance(thing, (*_HOLD_NOTHING, *_FUNCTIONS, *_DECORATORS))


def is_namespace(value: object) -> bool:
    """Tell whether *value*, which has the name of a namespace, is meant to be one."""
    return value is not None and not isinstance(value, (*_FUNCTIONS, *_DECORATORS))


def is_function(value: object, holder: object) -> bool:
    """Tell whether *value*, found in *holder*, is a function for others to call."""
    if isinstance(value, (type, ModuleType, *_DECORATORS)) or not callable(value):
        return False
    if (
        isinstance(holder, Mapping)
        or isinstance(value, _FUNCTIONS)
        or hasattr(value, "__wrapped__")
    ):
        return True
    # Callable because its author wrote ``__call__``, unlike aliases of types (``dict[str, int]``).
    call = inspect.getattr_static(type(value), "__call__", None)
    return isinstance(call, FunctionType) and type(value).__module__ not in ("typing", "types")


def connectors(thing: object) -> list[type[Connector]]:
    """Return the connector classes that the module *thing* declares, itself or below."""
    if not isinstance(thing, ModuleType):
        return []
    classes = dict.fromkeys(var for var in vars(thing).values() if isinstance(var, type))
    return [
        cls
        for cls in classes
        if issubclass(cls, Connector) and cls is not Connector and _is_below(cls, thing)
    ]


def bound(value: Any, holder: object) -> Any:
    """Return *value*; a marked method is bound to the *holder* it was found in.

    Python binds plain methods by itself; a mark prevents that.
    """
    method: object = value.callable if isinstance(value, StackFunction) else None
    kind = holder if isinstance(holder, type) else type(holder)
    if isinstance(method, classmethod):
        method = method.__get__(None, kind)
    elif isinstance(method, FunctionType) and holder is not kind:
        if next(iter(inspect.signature(method).parameters), None) != "self":
            return value
        method = MethodType(method, holder)
    else:
        return value
    return StackFunction(value.name, value.kind, method, value.configuration)


def _is_below(value: Any, module: ModuleType) -> bool:
    """Tell whether *value*, or its class, was defined in *module* or in one below it."""
    named = isinstance(value, (type, *_FUNCTIONS)) or hasattr(value, "__wrapped__")
    origin = value.__module__ if named else type(value).__module__
    return f"{origin}.".startswith(f"{module.__name__}.")


def _is_public(name: object) -> bool:
    return not str(name).startswith("_")


def _is_attribute(thing: object, name: str) -> bool:
    """Tell whether *name* may be looked at: a property may do anything, and is no function."""
    static = inspect.getattr_static(thing, name, None)
    classes = (thing if isinstance(thing, type) else type(thing)).__mro__
    owner = next((cls for cls in classes if name in vars(cls)), None)
    is_pythons = owner is not None and getattr(builtins, owner.__name__, None) is owner
    is_computed = isinstance(static, property | functools.cached_property)
    return not is_pythons and (not is_computed or name in NAMESPACES)
