"""Taking over an install base that other code made: which installations, by which rules, and how.

A takeover is asked of installations as a dry run is, and driven by the same ticks: the platform
calls each installation's update function, which plans, and records what it planned if the takeover
may write. A worker finishes one that was left; installations that are on record are not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from connector_kit.adoption.loading import load_connector
from connector_kit.blueprint import INTEGRATION, Blueprint, compile_connector
from connector_kit.documents import digest
from connector_kit.models import (
    Component,
    Connector,
    DryRun,
    DryRunAnswer,
    Installation,
    Release,
    Takeover,
)
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.catalog import find_release, published_id
from connector_kit.publisher.dry_run_ticks import (
    REAL_TIME,
    Clock,
    record,
    refuse_during_rollouts,
    watch,
)
from connector_kit.publisher.errors import NotPublished, PublisherError
from connector_kit.publisher.planning import InstallationPlan, choose_installations
from connector_kit.takeover import Rules


def to_take_over(connector: Connector, integration_ids: Sequence[str] | None) -> tuple[str, ...]:
    """The chosen installations that are not on record yet; None means all of the install base.

    Raises `PublisherError` for one that is unknown or on record.
    """
    chosen = choose_installations(connector, integration_ids)
    rows = Installation.objects.filter(connector=connector, integration_id__in=chosen, release=None)
    pages = Component.objects.filter(installation=OuterRef("pk"), external_id=INTEGRATION)
    unrecorded = {*rows.exclude(Exists(pages)).values_list("integration_id", flat=True)}
    if integration_ids is not None and (known := [i for i in chosen if i not in unrecorded]):
        raise PublisherError(
            f"{', '.join(known)} is on record already. To update it, start a rollout."
        )
    return tuple(item for item in chosen if item in unrecorded)


def base_of(connector: Connector, named: str | None) -> Blueprint:
    """The version that documents are compared with: a release, or the class of an older version.

    By default the newest release. Raises `NotPublished`, `LoadError` or `DeclarationError`.
    """
    if named is None or ":" not in named:
        return find_release(connector, named).blueprint()
    return compile_connector(load_connector(named))


def rules_of(connector: Connector, more: Any = None) -> Rules:
    """The rules of the connector's class, under *more*: those of a file, if there is one.

    Raises `RulesError`, and `LoadError` when the class cannot be loaded.
    """
    declared = load_connector(connector.class_path).takeover
    own = Rules.from_json(declared, place=f"{connector.class_path}.takeover")
    return own if more is None else Rules.from_json(more, place="map").over(own)


def begin(
    connector: Connector,
    integration_ids: Sequence[str],
    base: Blueprint,
    rules: Rules,
    *,
    may_write: bool = False,
    by: Actor = THE_KIT,
) -> DryRun:
    """Record a takeover of these installations; `watch_takeover`, or a worker, carries it out.

    One like it that is unfinished is continued instead. Raises `RulesError`, `RolloutInTheWay`,
    `NotPublished`, and `PublisherError` while another takeover is unfinished.
    """
    published_id(connector)
    refuse_during_rollouts(connector)
    names = [component.external_id for component in base.components]
    rules.require_known(names, base.schema.by_name)
    release = Release.objects.default(connector)
    if release is None:
        raise NotPublished(f"No release of {connector.slug} is recorded here.")
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=connector.pk)
        if unfinished := takeovers(connector).filter(finished_at=None).first():
            if _is_same(unfinished.takeover, base, rules, may_write=may_write):
                return unfinished
            raise PublisherError(
                f"{unfinished.takeover} is unfinished, and has other rules. It ends by itself "
                "when every installation has answered or timed out; then run this again."
            )
        takeover = Takeover.objects.record(connector, base, rules.to_json(), may_write=may_write)
        dry_run = record(connector, release, integration_ids, takeover=takeover)
        if may_write:
            after = {"base": base.version, "installations": list(integration_ids)}
            record_action(by, "takeover.apply", f"takeover/{takeover.pk}", after=after)
    return dry_run


def watch_takeover(dry_run: DryRun, *, clock: Clock = REAL_TIME) -> Iterator[InstallationPlan]:
    """Carry a takeover out, and yield what each installation answers as it comes."""
    return watch(dry_run, clock)


def takeovers(connector: Connector) -> QuerySet[DryRun]:
    """The takeovers of *connector*, planned and carried out, the newest first."""
    rows = DryRun.objects.filter(connector=connector).exclude(takeover=None)
    return rows.select_related("takeover", "release", "connector").order_by("-pk")


def report(dry_run: DryRun) -> dict[str, Any]:
    """What was planned or done, by installation and in groups that are alike, as JSON.

    After a takeover that wrote, ``asPlanned`` tells whether what was done is what the plan before
    it said; null without one.
    """
    takeover = dry_run.takeover
    if takeover is None:
        raise PublisherError(f"{dry_run} is no takeover.")
    before = _planned_before(dry_run) if takeover.may_write else {}
    installations: list[dict[str, Any]] = []
    groups: dict[str, dict[str, Any]] = {}
    outcomes, counts = Counter[str](), Counter[str]()
    for answer in dry_run.answers.select_related("installation").order_by("pk"):
        integration_id, plan = answer.installation.integration_id, answer.plan or {}
        planned = before.get(answer.installation_id)
        outcome = "ambiguous" if plan.get("blocked") else answer.outcome or "waiting"
        outcomes[outcome] += 1
        installations.append(
            {
                "integrationId": integration_id,
                "name": answer.installation.label,
                "outcome": outcome,
                "code": answer.code,
                "message": answer.message,
                "asPlanned": None if planned is None else _essence(planned) == _essence(plan),
                "plan": answer.plan,
            }
        )
        if found := plan.get("takeover"):
            counts.update(found["counts"])
            likeness = _likeness(found)
            group = groups.setdefault(digest(likeness), {**likeness, "installations": []})
            group["installations"].append(integration_id)
    return {
        "connector": dry_run.connector.slug,
        "takeover": takeover.pk,
        "base": takeover.version,
        "applied": takeover.may_write,
        "finished": dry_run.finished_at is not None,
        "trouble": dry_run.trouble,
        "outcomes": dict(outcomes),
        "counts": dict(counts),
        "groups": sorted(groups.values(), key=lambda group: -len(group["installations"])),
        "installations": installations,
    }


def _is_same(takeover: Takeover | None, base: Blueprint, rules: Rules, *, may_write: bool) -> bool:
    return takeover is not None and (
        (takeover.manifest["digest"], takeover.rules, takeover.may_write)
        == (base.digest, rules.to_json(), may_write)
    )


def _planned_before(dry_run: DryRun) -> dict[int, dict[str, Any]]:
    """The plan that each installation of *dry_run* answered last before it, by installation."""
    rows = DryRunAnswer.objects.filter(
        dry_run__connector=dry_run.connector_id,
        dry_run__lt=dry_run.pk,
        dry_run__takeover__may_write=False,
        outcome="planned",
    )
    plans = rows.order_by("pk").values_list("installation_id", "plan")
    return {installation: plan or {} for installation, plan in plans}


def _essence(plan: Mapping[str, Any]) -> Any:
    """What a plan and the carrying out of it have in common."""
    return plan.get("steps"), plan.get("takeover")


def _likeness(found: Mapping[str, Any]) -> dict[str, Any]:
    """What accounts made by the same code have in common: all but ids and customers' edits."""
    return {
        "matched": {item["component"]: item["rule"] for item in found["matched"]},
        "ambiguous": [item["component"] for item in found["ambiguous"]],
        "missing": found["missing"],
        "leftovers": sorted(
            f"{item['resource']}/{item['name']}"
            + (f", a duplicate of {item['duplicateOf']}" if item["duplicateOf"] else "")
            for item in found["leftovers"]
        ),
    }
