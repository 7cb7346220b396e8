"""What a declaration compiles to: values that can be stored, compared and sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from connector_kit.blueprint.offers import NOTHING, CompiledAddOn, CompiledEdition, Offer
from connector_kit.blueprint.settings.schema import NO_SETTINGS, Schema
from connector_kit.blueprint.wizard import CompiledStep
from connector_kit.documents import Document, digest


@dataclass(frozen=True)
class CompiledComponent:
    """One component as it is written to every account, but for the envelope.

    *resource* is the path word (``exports``), *document* is symbolic and lacks ``_id``,
    ``externalId``, ``_connectorId``, ``_integrationId`` and ``sandbox``, which are an account's.
    *customer_owns* holds dotted paths, in the platform's spelling, that the customer decides.
    *edition* and *add_on* name what an installation needs to get it; a *per_store* component is
    what each store gets one of (`connector_kit.blueprint.tailoring`). *required_mappings* and
    *locked_mappings* are what customers may not delete, or not edit, of an import's mappings.
    *data* has the rows that a lookup cache starts with: texts by key.
    """

    external_id: str
    resource: str
    document: Document
    customer_owns: tuple[str, ...] = ()
    edition: str | None = None
    add_on: str | None = None
    per_store: bool = False
    required_mappings: tuple[str, ...] = ()
    locked_mappings: tuple[str, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """The digest of this component's content: 64 hexadecimal characters."""
        return digest(self.to_json())

    def to_json(self) -> Document:
        """Return the component as JSON; `from_json` reads it back."""
        return {
            "externalId": self.external_id,
            "resource": self.resource,
            "document": self.document,
            "customerOwns": list(self.customer_owns),
            **({} if self.edition is None else {"edition": self.edition}),
            **({} if self.add_on is None else {"addOn": self.add_on}),
            **({"perStore": True} if self.per_store else {}),
            **_listed("requiredMappings", self.required_mappings),
            **_listed("lockedMappings", self.locked_mappings),
            **({"data": dict(self.data)} if self.data else {}),
        }

    @classmethod
    def from_json(cls, data: Document) -> "CompiledComponent":
        """Return the component that `to_json` wrote."""
        return cls(
            external_id=data["externalId"],
            resource=data["resource"],
            document=data["document"],
            customer_owns=tuple(data["customerOwns"]),
            edition=data.get("edition"),
            add_on=data.get("addOn"),
            per_store=data.get("perStore", False),
            required_mappings=tuple(data.get("requiredMappings", ())),
            locked_mappings=tuple(data.get("lockedMappings", ())),
            data=data.get("data", {}),
        )


@dataclass(frozen=True)
class Blueprint:
    """One version of a connector: its components in dependency order, and the installation.

    *offer* is what it is sold as: editions, add-ons, stores; *schema* what customers can set;
    *steps* are the author's own in the wizards of framework 2.0.
    """

    name: str
    version: str
    description: str
    applications: tuple[str, ...]
    components: tuple[CompiledComponent, ...]
    integration: CompiledComponent
    offer: Offer = NOTHING
    schema: Schema = NO_SETTINGS
    steps: tuple[CompiledStep, ...] = ()

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """The digest of this version's content: 64 hexadecimal characters."""
        return digest(self._content())

    @property
    def editions(self) -> tuple[CompiledEdition, ...]:
        """The editions, lowest first."""
        return self.offer.editions

    @property
    def add_ons(self) -> tuple[CompiledAddOn, ...]:
        """The add-ons."""
        return self.offer.add_ons

    @property
    def framework(self) -> int:
        """The framework that the version is made for: only 1.0 has a settings document."""
        document = self.integration.document
        return 1 if "settings" in document and "settingsForm" not in document else 2

    @property
    def stores(self) -> str | None:
        """What a store within an installation is called, in framework 1.0; None without."""
        return self.offer.stores if self.framework == 1 else None

    @property
    def children(self) -> str | None:
        """What a store is called that is a child integration, in framework 2.0; None without."""
        return self.offer.stores if self.framework == 2 else None

    @cached_property
    def _by_external_id(self) -> dict[str, CompiledComponent]:
        return {
            component.external_id: component for component in (*self.components, self.integration)
        }

    def component(self, external_id: str) -> CompiledComponent:
        """Return the component called *external_id*; raises KeyError when there is none."""
        return self._by_external_id[external_id]

    def to_json(self) -> Document:
        """Return the whole version as JSON, its digest included; `from_json` reads it back."""
        return {**self._content(), "digest": self.digest}

    def _content(self) -> Document:
        return {
            "name": self.name,
            "version": self.version,
            "description": self.description,
            "applications": list(self.applications),
            "components": [component.to_json() for component in self.components],
            "integration": self.integration.to_json(),
            **self.offer.to_json(),
            **self.schema.to_json(),
            **({"steps": [step.to_json() for step in self.steps]} if self.steps else {}),
        }

    @classmethod
    def from_json(cls, data: Document) -> "Blueprint":
        """Return the version that `to_json` wrote."""
        return cls(
            name=data["name"],
            version=data["version"],
            description=data["description"],
            applications=tuple(data["applications"]),
            components=tuple(map(CompiledComponent.from_json, data["components"])),
            integration=CompiledComponent.from_json(data["integration"]),
            offer=Offer.from_json(data),
            schema=Schema.from_json(data),
            steps=tuple(map(CompiledStep.from_json, data.get("steps", ()))),
        )


def _listed(key: str, names: tuple[str, ...]) -> Document:
    return {key: list(names)} if names else {}
