"""What a release would change in installations: the answer of a dry run, and one from records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from connector_kit.documents import Document
from connector_kit.lifecycle.children import with_store
from connector_kit.lifecycle.situations import blueprint_for
from connector_kit.models import Connector, Installation, Release
from connector_kit.plan import Fence, compare, held_back, newly_used
from connector_kit.publisher.catalog import published_id
from connector_kit.publisher.differences import as_live
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.finding import embedded_among, require_installations

Outcome = Literal["planned", "failed", "timed_out", "taken_over"]


@dataclass(frozen=True)
class InstallationPlan:
    """What an update would do to one installation, or why that cannot be said."""

    installation: Installation
    version: str
    outcome: Outcome
    plan: dict[str, Any] | None = None
    """The plan as `connector_kit.plan.Plan.to_json` writes it."""
    code: str = ""
    message: str = ""

    @property
    def is_blocked(self) -> bool:
        """Whether conflicts keep the update from being carried out."""
        return bool(self.plan and self.plan["summary"]["conflict"])

    def to_json(self) -> dict[str, Any]:
        """Return the plan with its installation as JSON."""
        return {
            "integration_id": self.installation.integration_id,
            "name": self.installation.name,
            "email": self.installation.email,
            "from_version": self.installation.version,
            "to_version": self.version,
            "outcome": self.outcome,
            "blocked": self.is_blocked,
            "code": self.code,
            "message": self.message,
            "plan": self.plan,
        }


def choose_installations(
    connector: Connector, integration_ids: Sequence[str] | None
) -> tuple[str, ...]:
    """The chosen integration ids; None means all that the platform still has.

    Embedded deployments are not among them: the platform cannot be asked to plan for these.
    Raises `PublisherError` that names those which are not known, or have vanished.
    """
    if integration_ids is None:
        pushable = Installation.objects.active().marketplace().without_children()
        active = pushable.filter(connector=connector)
        return tuple(active.order_by("integration_id").values_list("integration_id", flat=True))
    if embedded := embedded_among(integration_ids):
        raise PublisherError(
            f"'connector-kit embedded plan' plans embedded deployments: {', '.join(embedded)}."
        )
    require_installations(connector, integration_ids)
    children = Installation.objects.filter(integration_id__in=integration_ids).exclude(parent=None)
    for store, parent in children.values_list("integration_id", "parent__integration_id")[:1]:
        raise PublisherError(
            f"{store} is a store, and nothing can be pushed to it. Plan its installation instead: "
            f"{parent}."
        )
    return tuple(dict.fromkeys(integration_ids))


def plan_offline(
    connector: Connector,
    integration_ids: Iterable[str],
    release: Release,
    *,
    recreate_deleted: bool = False,
) -> Iterator[InstallationPlan]:
    """Compare *release* with what the records say was last applied; makes no calls.

    It does not know what customers changed or deleted since, so it shows no conflicts. The plan of
    a parent has the steps of its stores, too.
    """
    connector_id = published_id(connector)
    for integration_id in integration_ids:
        installation = Installation.objects.get(integration_id=integration_id)

        def planned(row: Installation) -> Document:
            fence = Fence(connector_id=connector_id, integration_id=row.integration_id)
            return _plan_from_records(row, release, fence, recreate_deleted=recreate_deleted)

        plan = planned(installation)
        for store in installation.children.active().filter(mode="settings").order_by("pk"):
            named = {"_id": store.integration_id, "name": store.name}
            plan = with_store(plan, planned(store), named)
        yield InstallationPlan(installation, release.version, "planned", plan)


def _plan_from_records(
    installation: Installation, release: Release, fence: Fence, *, recreate_deleted: bool
) -> Document:
    applied = installation.applied()
    # Existing connections count as able to log in, unless they are on record as waiting.
    blueprint = blueprint_for(installation, release)
    wanted = newly_used(blueprint, applied)
    waiting = {need["connection"] for need in installation.needs}
    held = held_back(blueprint, applied, (wanted - applied.keys()) | (wanted & waiting))
    plan = compare(
        (*held.blueprint.components, held.blueprint.integration),
        applied,
        tuple(as_live(applied, fence)),
        fence=fence,
        recreate_deleted=recreate_deleted,
    )
    return replace(plan, needs=held.needs).to_json()
