"""Which functions there are: modules with their parts, and whose module a call means."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector_kit.blueprint import Connector, stack_functions
from connector_kit.extension.errors import ConfigurationError, ExtensionError

Function = Callable[[Any], Any]
"""Takes the call's options and returns the result, or raises."""

Functions = Mapping[str, Function]

FLAT = "flat"
"""The part for calls without a type: the function set of framework 2.0."""

PARTS = {"hook": "hooks", "wrapper": "wrappers", "setting": "settings", "utility": "utilities"}
"""The part that a call's type means; any other word is the part (protocol/extension.md#4)."""


class FunctionModule:
    """The functions of one connector, or of a self-made integration, by part and name.

    Parts are hooks, wrappers, installer, uninstaller, settings, utilities and flat, the one for
    calls without a type. Modules are combined with ``|``. A function is called with the options;
    one that is bound to an object keeps its state.

    Raises TypeError for what cannot be called, or would have to be awaited.
    """

    def __init__(self, **parts: Functions) -> None:
        for part, functions in parts.items():
            for name, function in functions.items():
                _require_callable(function, f"{part}.{name}")
        self.layers: dict[str, tuple[Functions, ...]] = {
            part: (functions,) for part, functions in parts.items()
        }

    @classmethod
    def of(cls, connector: type[Connector]) -> "FunctionModule":
        """Return the hooks that *connector*'s author wrote in Python."""
        functions = stack_functions(connector)
        return cls(hooks={name: each.callable for name, each in functions.items()})

    def __or__(self, other: "FunctionModule") -> "FunctionModule":
        """Return the functions of both; raises ValueError when one name means two functions."""
        clashes = sorted(set(self) & set(other))
        if clashes:
            raise ValueError(
                f"{', '.join(clashes)} would mean two functions: rename one of each two."
            )
        both = FunctionModule()
        for part in {**self.layers, **other.layers}:
            both.layers[part] = self.layers.get(part, ()) + other.layers.get(part, ())
        return both

    def __iter__(self) -> Iterator[str]:
        """Yield ``part.name`` of every function that is known by name."""
        for part, layers in self.layers.items():
            for functions in layers:
                yield from (f"{part}.{name}" for name in functions)

    def __repr__(self) -> str:
        return f"<FunctionModule {', '.join(sorted(self)) or 'without functions'}>"

    def find(self, type_: object, name: str) -> Function:
        """Return the function that a call of *type_* and *name* means; raises ExtensionError.

        The messages are those of protocol/extension.md#4, rows 5 and 6.
        """
        for functions in self._part(type_):
            function = functions.get(name)
            if callable(function):
                return function
        raise ExtensionError(
            "invalid_function",
            "The function passed in the extension options doesn't map to a function.",
        )

    def _part(self, type_: object) -> tuple[Functions, ...]:
        if not type_:
            return self.layers.get(FLAT, ())
        word = str(type_)
        layers = self.layers.get(PARTS.get(word, word)) if word != FLAT else None
        if layers is None:
            raise ExtensionError(
                "object_not_found", f"The object {word} doesn't exist in the module."
            )
        return layers


FindModule = Callable[[str], FunctionModule | None]
"""Returns the module of the connector with that id, None when it is not served here."""


class Registry:
    """Whose functions are served: one self-made integration's, or those of connectors."""

    def __init__(
        self,
        *,
        diy: FunctionModule | None = None,
        connectors: FindModule | Mapping[str, FunctionModule] | None = None,
    ) -> None:
        """Serve *diy* or *connectors*; raises ConfigurationError (protocol/extension.md#3)."""
        if diy is None and connectors is None:
            raise ConfigurationError(
                "missing_required_field", "Either DIY or connectors field needs to be set."
            )
        if diy is not None and connectors is not None:
            raise ConfigurationError(
                "invalid_configuration",
                "The configuration object should only have one of the diy or connectors field.",
            )
        if isinstance(connectors, Mapping) and not connectors:
            raise ConfigurationError(
                "invalid_field", "No connector modules provided in the connectors field."
            )
        self.diy = diy
        self._find = connectors.get if isinstance(connectors, Mapping) else connectors

    def connector(self, connector_id: object) -> FunctionModule | None:
        """Return the module of the connector *connector_id*, None when it is not served here."""
        if self._find is None or not isinstance(connector_id, str):
            return None
        return self._find(connector_id)


def _require_callable(function: object, where: str) -> None:
    if not callable(function):
        raise TypeError(f"{where} is not a function.")
    if inspect.iscoroutinefunction(function):
        raise TypeError(
            f"{where} is asynchronous, and functions are called synchronously: "
            "make it a plain function, for instance one that calls asyncio.run()."
        )
