"""A connector as a class, and what its body declares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connector_kit.blueprint.components import Component, ScriptFunction
from connector_kit.blueprint.flows import Flow
from connector_kit.blueprint.functions import StackFunction
from connector_kit.blueprint.offers import Named, Offer, compiled_offer
from connector_kit.blueprint.wizard import WizardStep

LISTING = (
    *("name", "description", "version", "applications"),
    *("handle", "website_url", "image_url", "help_url", "contact_email"),
    *("framework", "iclients", "trial_days", "takeover"),
)
"""Attributes of the connector itself; a component cannot be called like one of them."""


class Body(dict[str, Any]):
    """The namespace of a class body; remembers what it declared and a later line replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.rebound: list[str] = []

    def __setitem__(self, attribute: str, value: Any) -> None:
        if isinstance(self.get(attribute), Component | Named):
            self.rebound.append(attribute)
        super().__setitem__(attribute, value)


class ConnectorType(type):
    """Makes connector classes. Declaring never fails: mistakes are for `problems` to list."""

    __rebound__: tuple[str, ...]

    @classmethod
    def __prepare__(metacls, name: str, bases: tuple[type, ...], /, **kwargs: Any) -> Body:  # noqa: N804
        """Return the namespace for a class body."""
        return Body()

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], /, **kwargs: Any
    ) -> "ConnectorType":
        """Return the class, which keeps what its body replaced for `problems`."""
        connector = super().__new__(cls, name, bases, dict(body), **kwargs)
        connector.__rebound__ = tuple(body.rebound) if isinstance(body, Body) else ()
        return connector


class Connector(metaclass=ConnectorType):
    """A SmartConnector: its components are the attributes of the class.

    An attribute's name is the component's ``externalId``, the only stable way to find it again in
    an account. Components of base classes count; a subclass may replace one, or drop it by binding
    its name to None. `connector_kit.blueprint.listing` says what the marketplace's words mean.
    """

    name: str = ""
    description: str = ""
    version: str = ""
    applications: Sequence[str] = ()
    handle: str = ""
    website_url: str = ""
    image_url: str = ""
    help_url: str = ""
    contact_email: str = ""
    framework: int = 1
    iclients: Mapping[str, Sequence[str]] = {}
    trial_days: int | None = None
    takeover: Mapping[str, Any] = {}
    form_init: ScriptFunction | Callable[..., Any] | None = None
    pre_save: ScriptFunction | Callable[..., Any] | None = None


@dataclass(frozen=True)
class Declaration:
    """What a connector class declares: its components by external id, in order of declaration.

    *offers* are its editions, add-ons and stores, *steps* those of the wizards, and *scripted* the
    functions of scripts that are no hook's, by attribute.
    """

    connector: type[Connector]
    components: Mapping[str, Component]
    offers: Mapping[str, Named]
    functions: tuple[StackFunction, ...]
    rebound: tuple[str, ...]
    steps: Mapping[str, WizardStep]
    scripted: Mapping[str, ScriptFunction]

    @cached_property
    def names(self) -> Mapping[Component, str]:
        """The attribute of every component, also of those that a subclass replaced or dropped."""
        names = {
            value: attribute
            for base in self.connector.__mro__
            for attribute, value in vars(base).items()
            if isinstance(value, Component)
        }
        return names | {component: name for name, component in self.components.items()}

    @cached_property
    def offer(self) -> Offer:
        """What the connector is sold as."""
        return compiled_offer(self.offers.items())

    @property
    def aliases(self) -> Mapping[str, str]:
        """Every attribute that holds the same object as another one, with that other one."""
        return {
            attribute: self.names[component]
            for attribute, component in self.components.items()
            if self.names[component] != attribute
        }


def declaration(connector: type[Connector]) -> Declaration:
    """Return what *connector* declares, its base classes included."""
    attributes: dict[str, Any] = {}
    for base in reversed(connector.__mro__):
        attributes.update(vars(base))
    return Declaration(
        connector=connector,
        components={
            name: value
            for name, value in attributes.items()
            if isinstance(value, Component) and name not in LISTING
        },
        offers={
            name: value
            for name, value in attributes.items()
            if isinstance(value, Named) and name not in LISTING
        },
        functions=tuple(
            attribute for attribute in attributes.values() if isinstance(attribute, StackFunction)
        ),
        rebound=tuple(
            name
            for base in connector.__mro__
            if isinstance(base, ConnectorType)
            for name in base.__rebound__
        ),
        steps={name: item for name, item in attributes.items() if isinstance(item, WizardStep)},
        scripted={
            name: item for name, item in attributes.items() if isinstance(item, ScriptFunction)
        },
    )


def section_title(declared: Declaration, flow: Component) -> str:
    """Return the title under which the settings page lists *flow*."""
    section = flow.section if isinstance(flow, Flow) else None
    return section or declared.connector.name
