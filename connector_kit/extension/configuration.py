"""What is served, to whom, and within which limits: set by the environment, or by value.

The checks, their order, codes and messages are those of protocol/extension.md#3. Needs no Django.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

from connector_kit import parsing
from connector_kit.adoption.loading import LoadError, load_object
from connector_kit.blueprint.problems import did_you_mean
from connector_kit.environment import Variable, read, texts_in, variables
from connector_kit.extension.authoring.modules import RegistrationError
from connector_kit.extension.calls import is_given
from connector_kit.extension.errors import ConfigurationError
from connector_kit.extension.registry import FunctionModule, Registry, require_either
from connector_kit.extension.words import sort_of
from connector_kit.logs import Event
from connector_kit.parsing import ConnectorEntry
from connector_kit.stack_settings import PORT, StackSettings

log = logging.getLogger("connector_kit.extension")


@dataclass(frozen=True, repr=False)
class StandaloneSettings(StackSettings):
    """The settings of a server of functions without a database."""

    diy: Annotated[
        str | None,
        Variable(
            "CONNECTOR_KIT_DIY",
            parsing.text,
            "The functions of your own integration, as `package.module[:name]` or a path.",
            number=230,
        ),
    ] = None


WAY_OUT = (
    "Set CONNECTOR_KIT_SYSTEM_TOKEN, and either CONNECTOR_KIT_DIY=package.module or "
    "CONNECTOR_KIT_CONNECTORS=<connectorId>=package.module."
)
"""What the reference's messages do not say, as a note to the errors of an environment."""


@dataclass(frozen=True)
class Entry:
    """Functions to serve: a *source*, or its name, and the *place* where it is configured."""

    place: str
    source: Any

    def load(self) -> FunctionModule:
        """Return the functions, imported when they are given by name.

        Raises ConfigurationError with the place, the name, and the cause.
        """
        try:
            thing = load_object(self.source) if isinstance(self.source, str) else self.source
            return FunctionModule.of(thing)
        except (LoadError, RegistrationError) as error:
            raise self._unusable(str(error)) from error
        except SystemExit as error:
            raise self._unusable(f"It exits the process (SystemExit: {error}).") from error

    def __str__(self) -> str:
        return self.source if isinstance(self.source, str) else sort_of(self.source)

    def _unusable(self, cause: str) -> ConfigurationError:
        message = f"{self.place}: the functions of {self} cannot be served. {cause}"
        return ConfigurationError("invalid_field", message)


@dataclass(frozen=True)
class Configuration:
    """What a stack serves: either *diy* or *connectors*, these by their ids."""

    diy: Entry | None
    connectors: Mapping[str, Entry] | None
    settings: StackSettings = field(default_factory=StackSettings)

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], *, is_server: bool = True, load: bool = True
    ) -> "Configuration":
        """Return what *environment* configures; an empty variable counts as left out.

        Only a server needs a system token. Unless *load* is false the functions are imported, and
        what is wrong with them is said, right away. Raises ConfigurationError.
        """
        texts = texts_in(environment, StandaloneSettings)
        settings, problems = read(StandaloneSettings, texts)
        if problems:
            messages = " ".join(problem.message for problem in problems)
            raise ConfigurationError("invalid_field", messages)
        fields: dict[str, Any] = {
            "diy": settings.diy,
            "connectors": _by_id(settings.connectors) if "connectors" in texts else None,
            "systemToken": settings.system_tokens,
        }
        try:
            is_any_set = texts.keys() & {"diy", "connectors", "system_tokens"}
            _check(fields if is_any_set else None, is_server=is_server)
        except ConfigurationError as error:
            error.add_note(WAY_OUT)
            raise
        named = variables(StandaloneSettings)
        places = (named["diy"].name, named["connectors"].name + "={}")
        return cls._built(fields, places, settings, load=load)

    @classmethod
    def of(
        cls, fields: Mapping[str, Any] | None, *, is_server: bool = False, load: bool = True
    ) -> "Configuration":
        """Return what *fields* configure.

        They are ``diy`` or ``connectors``, ``systemToken`` (a text, or several while a new
        one takes over), ``port`` and ``contracts``. Functions are given as ``package.module``,
        ``package.module:name`` or a path, or as anything `FunctionModule.of` takes. Only a server
        needs a token. Raises ConfigurationError.
        """
        _check(fields, is_server=is_server)
        typed = _typed(fields or {})
        settings = StackSettings(
            system_tokens=tuple(typed.get("systemToken", ())),
            port=typed.get("port", PORT),
            contracts=typed.get("contracts", True),
            isolation=typed.get("isolation", True),
        )
        return cls._built(typed, ("diy", "connectors.{}"), settings, load=load)

    @classmethod
    def _built(
        cls,
        functions: Mapping[str, Any],
        places: tuple[str, str],
        settings: StackSettings,
        *,
        load: bool,
    ) -> "Configuration":
        """Return the configuration of checked *functions*: ``diy``, or ``connectors`` by id.

        *places* say where each of the two was set.
        """
        diy, connectors = functions.get("diy"), functions.get("connectors")
        built = cls(
            diy=None if diy is None else Entry(places[0], diy),
            connectors=connectors
            and {
                connector_id: Entry(places[1].format(connector_id), module)
                for connector_id, module in connectors.items()
            },
            settings=settings,
        )
        if load:
            _ = built.registry
        return built

    @cached_property
    def registry(self) -> Registry:
        """The functions, imported when they are first asked for; one line of the log for each.

        Raises ConfigurationError with everything that keeps any of them from being served.
        """
        entries: Mapping[Any, Entry] = {None: self.diy} if self.diy else self.connectors or {}
        modules: dict[str | None, FunctionModule] = {}
        failures: list[ConfigurationError] = []
        for connector_id, entry in entries.items():
            try:
                modules[connector_id] = entry.load()
            except ConfigurationError as failure:
                failures.append(failure)
        if len(failures) > 1:
            messages = "\n".join(failure.message for failure in failures)
            raise ConfigurationError("invalid_field", messages) from failures[0]
        if failures:
            raise failures[0]
        log.info(Event("configurationLoaded", [("contracts", self.settings.contracts)]))
        for connector_id, module in modules.items():
            functions = len(set(module))
            fields = (
                ("_connectorId", connector_id),
                ("module", entries[connector_id]),
                ("functions", functions),
            )
            event = Event("connectorLoaded" if connector_id else "diyLoaded", fields)
            log.log(logging.INFO if functions else logging.WARNING, event)
        if self.diy:
            return Registry(diy=modules[None], contracts=self.settings.contracts)
        connectors = {str(item): module for item, module in modules.items()}
        return Registry(connectors=connectors, contracts=self.settings.contracts)


def _check(fields: Mapping[str, Any] | None, *, is_server: bool) -> None:
    """Raise ConfigurationError for the first of the reference's five reasons that applies."""
    if not fields or not isinstance(fields, Mapping):
        raise ConfigurationError("missing_parameter", "Options parameter is not provided.")
    diy, connectors = (fields.get(name) for name in ("diy", "connectors"))
    require_either(diy if is_given(diy) else None, connectors if is_given(connectors) else None)
    if is_server and not fields.get("systemToken"):
        raise ConfigurationError("missing_required_field", "systemToken not provided in options.")


def _typed(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields in *sent* that are not left out; each has the type that it should."""
    fields = {
        name: value
        for name, value in sent.items()
        if (value is not None if name in _SCALARS else is_given(value))
    }
    tokens = fields.get("systemToken", ())
    fields["systemToken"] = [tokens] if isinstance(tokens, str) else tokens
    wrong = [
        f"{name} must be {expected}, not {sort_of(fields[name])}."
        for name, (expected, fits) in _FIELDS.items()
        if name in fields and not fits(fields[name])
    ]
    wrong += [
        f"{name} is not a configuration field. {did_you_mean(str(name), _FIELDS)}Available: "
        f"{', '.join(_FIELDS)}."
        for name in fields
        if name not in _FIELDS
    ]
    if wrong:
        raise ConfigurationError("invalid_field", " ".join(wrong))
    return fields


def _by_id(entries: Iterable[ConnectorEntry]) -> dict[str, str]:
    """Return the targets of *entries* by connector id, which each has to have here."""
    nameless = [entry.target for entry in entries if entry.connector_id is None]
    if nameless:
        variable = variables(StandaloneSettings)["connectors"]
        raise ConfigurationError(
            "invalid_field",
            f"{variable.name} has no id for {', '.join(nameless)}: write "
            f"<connectorId>={nameless[0]}. Only a server with a database finds the ids itself.",
        )
    return {str(entry.connector_id): entry.target for entry in entries}


_SCALARS = frozenset({"contracts", "port"})
_FIELDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "diy": ("functions, or the name of a module of functions", lambda _: True),
    "connectors": (
        "an object that maps connector ids to functions",
        lambda value: (
            isinstance(value, Mapping) and all(isinstance(item, str) and item for item in value)
        ),
    ),
    "systemToken": (
        "text, or a list of texts",
        lambda value: (
            isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        ),
    ),
    "port": (
        "a whole number from 1 to 65535",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65_536,
    ),
    "contracts": ("true or false", lambda value: isinstance(value, bool)),
    "isolation": ("true or false", lambda value: isinstance(value, bool)),
}
