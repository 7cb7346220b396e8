"""The available functions: modules with their parts, and the module that a call means."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector_kit.blueprint.settings import declared_settings
from connector_kit.blueprint.settings.compiling import secret_names
from connector_kit.documents.redaction import declare_secret
from connector_kit.extension.authoring.functions import Registered, not_callable, register
from connector_kit.extension.authoring.kinds import FLAT, PARTS
from connector_kit.extension.authoring.modules import Found, RegistrationError, functions_of
from connector_kit.extension.calls import FunctionCall, is_given
from connector_kit.extension.errors import ConfigurationError, ExtensionError

Function = Callable[..., Any]
"""Takes the call's options and returns the result, or raises; `invoke` knows more styles."""

Functions = Mapping[str, Any]
"""Functions by name; what is no `Function` is refused."""


class FunctionModule:
    """The functions of one connector, or of a self-made integration, by part and name.

    Parts are hooks, wrappers, installer, uninstaller, settings, utilities and flat, the one for
    calls without a type. Modules are combined with ``|``. A part may also be a mapping that makes
    functions when it is asked for them.

    Raises RegistrationError, a TypeError, for what cannot be called; `of` looks closer.
    """

    def __init__(self, **parts: Functions) -> None:
        found = Found("FunctionModule")
        self._layers: dict[str, tuple[_Layer, ...]] = {}
        for part, functions in parts.items():
            for name, function in functions.items():
                if not callable(function):
                    found.report(f"{part}.{name}", not_callable(function))
            known = {name: register(function)[0] for name, function in functions.items()}
            self._layers[part] = (_Layer(known, functions),)
        if found.problems:
            raise RegistrationError(found.problems)

    @classmethod
    def of(cls, thing: object) -> "FunctionModule":
        """Return the functions of *thing*, as `functions_of` finds them.

        *thing* is a connector class, a Python module, another class, an object, or a mapping, or
        a FunctionModule already. Raises RegistrationError with everything that is wrong.
        """
        if isinstance(thing, FunctionModule):
            return thing
        found = functions_of(thing)
        if found.problems:
            raise RegistrationError(found.problems)
        if isinstance(thing, type):
            declare_secret(secret_names(declared_settings(thing)))  # for samples of its calls
        return cls(**found.parts)

    def __or__(self, other: "FunctionModule") -> "FunctionModule":
        """Return the functions of both; raises ValueError when one name means two functions."""
        clashes = sorted(set(self) & set(other))
        if clashes:
            raise ValueError(
                f"Ambiguous function names: {', '.join(clashes)}. Rename one of each pair."
            )
        return self.or_else(other)

    def or_else(self, other: "FunctionModule") -> "FunctionModule":
        """Return the functions of both; a name that means two functions means this one's."""
        both = FunctionModule()
        others = other._layers  # noqa: SLF001  one of the same class
        for part in {**self._layers, **others}:
            both._layers[part] = self._layers.get(part, ()) + others.get(part, ())
        return both

    def __iter__(self) -> Iterator[str]:
        """Yield ``part.name`` of every function that is known by name."""
        for part, layers in self._layers.items():
            for layer in layers:
                yield from (f"{part}.{name}" for name in layer.known)

    def __repr__(self) -> str:
        return f"<FunctionModule {', '.join(sorted(self)) or 'without functions'}>"

    def find(self, type_: object, name: str) -> Registered:
        """Return the function that a call of *type_* and *name* means; raises ExtensionError.

        The messages are those of protocol/extension.md#4, rows 5 and 6.
        """
        part = FLAT
        if is_given(type_):
            word = type_ if isinstance(type_, str) else json.dumps(type_)
            part = PARTS.get(word, word)
            if word == FLAT or part not in self._layers:
                raise ExtensionError(
                    "object_not_found", f"The object {word} doesn't exist in the module."
                )
        for layer in self._layers.get(part, ()):
            function = layer.find(name)
            if function is not None:
                return function
        raise ExtensionError(
            "invalid_function",
            "The function passed in the extension options doesn't map to a function.",
        )


class _Layer:
    """One mapping of functions: those it had at first, and those that it makes when asked."""

    def __init__(self, known: Mapping[str, Registered], functions: Functions) -> None:
        self.known = known
        self._functions = functions

    def find(self, name: str) -> Registered | None:
        """Return the function called *name*, None when there is none."""
        function = self.known.get(name)
        if function is None:
            made = self._functions.get(name)
            function = register(made)[0] if callable(made) else None
        return function


FindModule = Callable[[str], FunctionModule | None]
"""Returns the module of the connector with that id, None when it is not served here."""

FindEmbedded = Callable[[object], FunctionModule | None]
"""Returns the module of the embedded deployment that a call with these options is about, None when
nothing is embedded here; may raise ExtensionError."""


class Registry:
    """Whose functions are served: one self-made integration's, or those of connectors.

    Connectors can also be embedded in accounts where they are no connectors, and are called like a
    self-made integration: *embedded* tells by the call's options which one is meant. *contracts*
    tells whether results are checked against what the platform expects of them. Where there are
    other processes for what these modules do not have, the registry *is_partial*.
    """

    def __init__(
        self,
        *,
        diy: FunctionModule | None = None,
        connectors: FindModule | Mapping[str, FunctionModule] | None = None,
        embedded: FindEmbedded | None = None,
        contracts: bool = True,
        is_partial: bool = False,
    ) -> None:
        """Serve *diy* or *connectors*; raises ConfigurationError (protocol/extension.md#3)."""
        require_either(diy, connectors)
        self.diy = diy
        self.contracts = contracts
        self._is_partial = is_partial
        self._embedded = embedded
        self._find = connectors.get if isinstance(connectors, Mapping) else connectors

    def self_made(self, options: object) -> FunctionModule | None:
        """Return the module for a call of no connector with *options*, None when there is none."""
        if self.diy is not None or self._embedded is None:
            return self.diy
        return self._embedded(options)

    def connector(self, connector_id: object) -> FunctionModule | None:
        """Return the module of the connector *connector_id*, None when it is not served here."""
        if self._find is None or not isinstance(connector_id, str):
            return None
        return self._find(connector_id)

    def module_of(self, call: FunctionCall) -> FunctionModule | None:
        """Return the module that *call* means, None when there is none."""
        if is_given(call.diy):
            return self.self_made(call.options)
        return self.connector(call.connector_id)

    def is_elsewhere(self, call: FunctionCall) -> bool:
        """Tell whether *call* is for a process with other functions than these."""
        if not self._is_partial or not isinstance(call.function, str):
            return False
        try:
            module = self.module_of(call)
            if module is None:
                return True
            module.find(call.type, call.function)
        except ExtensionError as error:
            return error.code in _NOT_FOUND
        except Exception:  # noqa: BLE001 - answering the call meets it again, and reports it
            return False
        return False


_NOT_FOUND = frozenset({"invalid_function", "object_not_found"})


def require_either(diy: object, connectors: object) -> None:
    """Raise ConfigurationError unless one of both is given (protocol/extension.md#3, 2 to 4)."""
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
