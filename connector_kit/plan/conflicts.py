"""Why a component cannot be touched: each reason with its code, and the way out."""

from collections.abc import Iterable

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.plan.plan import Conflict


def deleted(component: CompiledComponent) -> Conflict:
    """The customer deleted a component that the kit had created."""
    return Conflict(
        component.external_id,
        component.resource,
        "component_deleted",
        f"{_title(component)} was deleted in this account.",
        "Plan again with the option to recreate deleted components, or restore it from "
        "the recycle bin.",
    )


def vanished(component: CompiledComponent) -> Conflict:
    """The account does not hold the installation itself."""
    return Conflict(
        component.external_id,
        component.resource,
        "component_deleted",
        "The integration of this installation is no longer in this account.",
        "Synchronize the install base. The customer must install the connector again.",
    )


def untagged(component: CompiledComponent) -> Conflict:
    """Someone else's document has the component's external id."""
    return Conflict(
        component.external_id,
        component.resource,
        "component_untagged",
        f"A document with the external id {component.external_id!r} does not have this "
        "connector's tag (_connectorId). It was not changed.",
        "Have that document removed or its external id changed, then plan again.",
    )


def foreign(component: CompiledComponent) -> Conflict:
    """The external id is the connector's, but of another installation or resource type."""
    return Conflict(
        component.external_id,
        component.resource,
        "component_foreign",
        f"{_title(component)} is tagged with this connector, but belongs to another integration "
        "or has another resource type. It was not changed.",
        "Move it back to this integration, or give the component a new name in the connector.",
    )


def duplicated(component: CompiledComponent, ids: Iterable[str]) -> Conflict:
    """Several documents of the installation share one external id."""
    return Conflict(
        component.external_id,
        component.resource,
        "component_duplicated",
        f"{_title(component)} exists more than once: {', '.join(ids)}.",
        "Find out which one the flows use, and have the others deleted.",
    )


def masked(component: CompiledComponent, pointer: str) -> Conflict:
    """A list would have to be rewritten together with secrets that cannot be read."""
    return Conflict(
        component.external_id,
        component.resource,
        "component_masked",
        f"{pointer} of {_title(component)} contains secrets that the platform masks, and the "
        "change would move or remove their items.",
        "Make the list in the account match the declared one by hand, then plan again.",
    )


def in_use(external_id: str, resource: str, users: Iterable[str]) -> Conflict:
    """A component that stays still refers to one that would be removed."""
    return Conflict(
        external_id,
        resource,
        "component_in_use",
        f"{resource}/{external_id} is no longer declared, but the customer's changes to "
        f"{', '.join(users)} refer to it.",
        "Have these references removed in the account, or keep the component in the connector.",
    )


def _title(component: CompiledComponent) -> str:
    return f"{component.resource}/{component.external_id}"
