"""The source integration of a framework 2.0 connector: planned, written, and kept.

The platform copies it for every customer who installs (protocol/README.md, "Install, 2.0"), so it
holds what the connector's default release has. It is an account like any other: a three-way plan
says what changes, and what somebody edited there is overwritten only when the publisher says so. A
source that was built by hand becomes the kit's: its documents are recognized by external id, else
by name, and get their external ids.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from connector_kit.adoption.live import read_live
from connector_kit.blueprint import CONNECTOR, INTEGRATION, STACK, Blueprint, CompiledComponent
from connector_kit.blueprint.source import source_of
from connector_kit.documents import Document
from connector_kit.errors import ConnectorKitError
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound, Refused
from connector_kit.integrator.transport.timing import SYSTEM_CLOCK
from connector_kit.lifecycle.account import Account, by_external_id, resources_of
from connector_kit.lifecycle.apply import apply
from connector_kit.lifecycle.creating import create_once
from connector_kit.lifecycle.planning import as_left_behind, undoubted
from connector_kit.lifecycle.platform import publisher_client
from connector_kit.lifecycle.tags import SourceTag
from connector_kit.lifecycle.update import write_installation
from connector_kit.models import Connector, Release, SourceIntegration
from connector_kit.plan import Conflict, Create, Delete, Plan, PlanStep, Update, compare
from connector_kit.publisher import record_plans
from connector_kit.publisher.errors import SourceBusy, SourceEdited, SourceUnclear

logger = logging.getLogger(__name__)

_MEMBERS = ("exports", "imports", "flows")
"""What names its integration; connections and scripts need not."""

CLAIM_SECONDS = 120.0
"""How long a process has the source integration to itself, after each step that it records."""


@dataclass(frozen=True)
class SourcePlan:
    """What makes a source integration hold a version; *id* is None as long as it does not exist."""

    id: str | None
    plan: Plan

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return self.id is None or bool(self.plan)

    @property
    def edits(self) -> tuple[str, ...]:
        """What somebody changed or deleted there, and the plan would overwrite: field by field."""
        found = []
        for step in self.plan.steps:
            if isinstance(step, Conflict) and step.code == "component_deleted":
                found.append(f"{step.external_id}: deleted")
            elif isinstance(step, Update):
                overwritten = (item for item in step.changes if item.settled == "connector")
                found += [f"{step.external_id}: {change.path}" for change in overwritten]
        return tuple(found)

    @property
    def obstacles(self) -> tuple[Conflict, ...]:
        """What blocks the plan and is no edit."""
        return tuple(
            step
            for step in self.plan.steps
            if isinstance(step, Conflict) and step.code != "component_deleted"
        )

    def to_json(self) -> Document:
        """Return the plan as JSON."""
        action = "create" if self.id is None else "update" if self.plan else "unchanged"
        return {
            "resource": "integrations",
            "action": action,
            "id": self.id,
            "components": [
                step.to_json() for step in self.plan.steps if step.action != "unchanged"
            ],
            "edits": list(self.edits),
            "unknown": list(self.plan.unknown),
        }


def plan_source(
    blueprint: Blueprint, client: Client, *, connector: Connector, listed_id: str | None
) -> SourcePlan:
    """Compare the source integration with what *blueprint* needs there; changes nothing.

    *connector* need not be recorded, but has its ids if the platform has its records. *listed_id*
    is the source that the marketplace listing names; it counts if the one on record is gone.
    Raises `IntegratorError` when the account cannot be read, `AdoptionError` when the integration
    is gone, and `SourceUnclear` when several may be the one that was made and not recorded.
    """
    row = SourceIntegration.objects.filter(connector=connector.pk).first()
    source_id = _first_present(client, row.integration_id if row else "", listed_id)
    held = source_of(blueprint)
    if not source_id:
        _marked(client, connector.slug)
        everything = (*held.components, held.integration)
        return SourcePlan(None, Plan(tuple(Create(component) for component in everything)))
    if row is None or row.integration_id != source_id:
        row = SourceIntegration(connector=connector, integration_id=source_id)
    account, ids = _open(row, held, client)
    return SourcePlan(source_id, _plan(row, held, account, ids, recreate_deleted=False))


def write_source(
    connector: Connector,
    release: Release,
    client: Client,
    *,
    listed_id: str | None = None,
    overwrite: bool = False,
) -> SourcePlan:
    """Make the source integration of *connector* hold *release*, and return what was changed.

    Called again, it completes what was cut off. With *overwrite*, what somebody changed or deleted
    there is written again; otherwise it raises `SourceEdited` before anything is written. Raises
    `SourceBusy` while another process writes it, and `IntegratorError`.
    """
    row, _ = SourceIntegration.objects.get_or_create(connector=connector)
    if not row.claim(seconds=CLAIM_SECONDS):
        raise SourceBusy(
            f"The source integration of {connector.slug} is being written by another process. "
            "Try again in two minutes."
        )
    try:
        row.refresh_from_db()  # another process may just have written it
        return _write(row, release, client, listed_id, overwrite=overwrite)
    finally:
        SourceIntegration.objects.filter(pk=row.pk).update(busy_until=None)


def keep_source(
    connector: Connector, release: Release | None, client: Client, *, overwrite: bool = False
) -> SourcePlan | None:
    """Make the source integration hold *release*, and the marketplace listing name it.

    Returns what was changed, None without a release of framework 2.0. Raises like `write_source`.
    """
    if release is None or not connector.connector_id:
        return None
    if release.blueprint().schema.framework != 2:
        return None
    listing = client.connectors.get(connector.connector_id)
    listed = record_plans.source_id_of(listing)
    written = write_source(connector, release, client, listed_id=listed, overwrite=overwrite)
    source_id = SourceIntegration.objects.get(connector=connector).integration_id
    if listed != source_id:
        own = {**(listing.get(record_plans.TWO_DOT_ZERO) or {}), "_integrationId": source_id}
        client.connectors.update(
            connector.connector_id, {**listing, record_plans.TWO_DOT_ZERO: own}
        )
    return written


def holds(connector: Connector, release: Release | None, plan: SourcePlan) -> bool:
    """Whether *plan*, just made, found *release* in the source integration, and recorded so."""
    rows = SourceIntegration.objects.filter(connector=connector, integration_id=plan.id or "")
    complete = rows.filter(release=release, begun=[], problem="", busy_until=None)
    return not plan and complete.exists()


def keep_in_background(row: SourceIntegration) -> None:
    """Bring the source integration to its connector's default release, as a worker does.

    What prevents it is recorded with it, for the publisher to see, and tried again.
    """
    problem = ""
    try:
        with publisher_client() as client:
            keep_source(row.connector, row.connector.default_release, client)
    except SourceBusy:
        return
    except ConnectorKitError as error:
        problem = str(error)
        logger.warning("the source integration of %s stays as it is: %s", row.connector, problem)
    except Exception as error:  # the others go on, and the failure is recorded
        problem = f"An unexpected {type(error).__name__}. The worker's log has the details."
        logger.exception("the source integration of %s stays as it is", row.connector)
    SourceIntegration.objects.filter(pk=row.pk).exclude(problem=problem).update(problem=problem)


def _write(
    row: SourceIntegration,
    release: Release,
    client: Client,
    listed_id: str | None,
    *,
    overwrite: bool,
) -> SourcePlan:
    held = source_of(release.blueprint())
    known = _first_present(client, row.integration_id, listed_id)
    is_there = bool(known)
    if not is_there or known != row.integration_id:
        row.ids, row.release, row.begun = {}, None, []
    known = known or _make(row.connector, held.name, client)
    row.integration_id = known
    row.save(update_fields=["integration_id", "ids", "release", "begun"])
    account, ids = _open(row, held, client)
    plan = _plan(row, held, account, ids, recreate_deleted=overwrite)
    result = SourcePlan(known if is_there else None, plan)
    if result.edits and not overwrite:
        raise SourceEdited(row.connector.slug, result.edits)
    row.begun = [*(version for version in row.begun if version != release.version), release.version]
    row.save(update_fields=["begun"])
    journal = _Journal(row)
    _carry_out(plan, account, journal)
    row.release, row.begun, row.problem = release, [], ""
    row.ids = {name: account.ids[name] for name in by_external_id(held.components)}
    row.save(update_fields=["ids", "release", "begun", "problem"])
    return replace(result, id=known) if is_there else result


def _carry_out(plan: Plan, account: Account, journal: _Journal) -> None:
    """Apply *plan*, but leave what another integration of the publisher's uses by now.

    That is no component of this source anymore; publishing lists it among what the class does not
    declare. The integration itself is written before what its form or steps named is removed.
    """
    removals = [step for step in plan.steps if isinstance(step, Delete)]
    others = tuple(step for step in plan.steps if not isinstance(step, Delete))
    apply(replace(plan, steps=others), account, journal, out_of_time=lambda: False)
    write_installation(account, plan, {}, journal)
    for step in removals:
        try:
            apply(replace(plan, steps=(step,)), account, journal, out_of_time=lambda: False)
        except Refused as refusal:
            if refusal.code != "resource_in_use":
                raise
            journal.record(step, step.id)


_SELF_MADE = CompiledComponent(
    INTEGRATION, "integrations", {"installSteps": [], "uninstallSteps": []}
)
"""What the platform puts into every integration (protocol/resources.md#integration)."""


def _plan(
    row: SourceIntegration,
    held: Blueprint,
    account: Account,
    ids: Mapping[str, str],
    *,
    recreate_deleted: bool,
) -> Plan:
    declared = (*held.components, held.integration)
    applied = {INTEGRATION: _SELF_MADE}
    if row.release:
        applied = by_external_id(_components(row.release))
    # What was cut off may have been written: without it, the way back would keep it as an edit.
    interrupted = [_components(release) for release in row.interrupted()]
    expected = by_external_id((*chain(*interrupted), *declared))
    resources = resources_of((*declared, *applied.values(), *chain(*interrupted)))
    live = account.read(
        (resource for resource in resources if resource != "integrations"),
        declared=expected,
        applied=undoubted(applied, interrupted),
        known_ids=ids,
    )
    return compare(
        declared,
        as_left_behind(applied, interrupted, live, fence=account.fence),
        live,
        fence=account.fence,
        recreate_deleted=recreate_deleted,
    )


def _components(release: Release) -> tuple[CompiledComponent, ...]:
    held = source_of(release.blueprint())
    return (*held.components, held.integration)


@dataclass(frozen=True)
class _Journal:
    """Records which document is which component as soon as it is written."""

    row: SourceIntegration

    def intend(self, step: PlanStep) -> None:  # noqa: ARG002 - as `Journal` has it
        """Keep the claim while the step is written."""
        self.row.renew(seconds=CLAIM_SECONDS)

    def withdraw(self, step: PlanStep) -> None:
        """Nothing was recorded before the step."""

    def record(self, step: PlanStep, resource_id: str) -> None:
        """Record the id, or that the document is gone."""
        if step.external_id == INTEGRATION:
            return
        if isinstance(step, Delete):
            self.row.ids.pop(step.external_id, None)
        else:
            self.row.ids[step.external_id] = resource_id
        self.row.save(update_fields=["ids"])


def _open(
    row: SourceIntegration, held: Blueprint, client: Client
) -> tuple[Account, dict[str, str]]:
    """The publisher's account, as far as it is the source, and the ids on record by component."""
    download = read_live(client, row.integration_id)
    used = {item.document["_id"] for item in download.found} | _unlinked(row, held)
    names = {identity: name for name, identity in row.ids.items() if identity in used}
    ids = {
        INTEGRATION: row.integration_id,
        CONNECTOR: row.connector.connector_id,
        STACK: row.connector.stack_id,
    }
    account = Account(
        client=client,
        tag=SourceTag(row.integration_id, used, names),
        integration_id=row.integration_id,
        integration=download.integration,
        ids={name: identity for name, identity in ids.items() if identity},
    )
    return account, {name: identity for identity, name in names.items()}


def _unlinked(row: SourceIntegration, held: Blueprint) -> set[str]:
    """The ids on record of what names no integration, and perhaps nothing uses (yet)."""
    components = (*chain(*map(_components, row.may_hold())), *held.components)
    members = {item.external_id for item in components if item.resource in _MEMBERS}
    return {identity for name, identity in row.ids.items() if name not in members}


def _first_present(client: Client, *known: str | None) -> str:
    """The first of the *known* integrations that the account still has; empty without any."""
    for identity in dict.fromkeys(filter(None, known)):
        try:
            client.integrations.get(identity)
        except NotFound:
            continue
        return identity
    return ""


def _make(connector: Connector, name: str, client: Client) -> str:
    """Create the empty integration once, even if the answer is lost."""
    if existing := _marked(client, connector.slug):
        return existing[0]
    document = {"name": name, "externalId": _mark(connector.slug)}
    find = partial(_marked, client, connector.slug)
    return create_once(client.integrations, document, find=find, clock=SYSTEM_CLOCK)


def _marked(client: Client, slug: str) -> list[str]:
    """The source that was made, as far as the account has it, though its id was not recorded.

    A clone of it has the same mark: raises `SourceUnclear` for two, which are named.
    """
    found = [
        integration
        for integration in client.integrations.list()
        if integration.get("externalId") == _mark(slug) and not integration.get("_connectorId")
    ]
    if len(found) > 1:
        raise SourceUnclear(slug, found)
    return [str(integration["_id"]) for integration in found]


def _mark(slug: str) -> str:
    return f"connector-kit-source:{slug}"
