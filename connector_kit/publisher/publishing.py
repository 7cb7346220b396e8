"""Publishing a version: the records on the platform, then the release here.

Convergent: what is already right is left alone, and publishing again completes a publication that
was cut off anywhere.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import semver
from django.db import transaction

from connector_kit.conf import kit
from connector_kit.documents import Document
from connector_kit.lifecycle import publisher_client
from connector_kit.lifecycle.account import by_external_id
from connector_kit.models import Connector, Release, SourceIntegration
from connector_kit.plan import newly_used
from connector_kit.publisher import record_plans
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.catalog import Candidate
from connector_kit.publisher.live import live_releases
from connector_kit.publisher.objections import Objection, Weight, of_weight
from connector_kit.publisher.publication import Standing
from connector_kit.publisher.record_plans import RecordPlan
from connector_kit.publisher.review import Examined, examine, examined_on_platform, refuse
from connector_kit.publisher.source_integrations import SourcePlan, holds, keep_source


@dataclass(frozen=True)
class PublishResult:
    """What a publication did, or with *dry_run* would do."""

    slug: str
    version: str
    digest: str
    standing: Standing
    stack: RecordPlan
    listing: RecordPlan
    source: SourcePlan | None
    """What changes in the source integration; None in framework 1.0, which has none."""
    dry_run: bool
    notes: tuple[str, ...] = ()
    broken: tuple[Objection, ...] = ()
    """What the publisher accepted to break."""
    foreign_system_token: str | None = field(default=None, repr=False)
    """The system token of the stack record, when it is not in the settings."""

    def __bool__(self) -> bool:
        """Whether there was anything to do."""
        changed = any(plan.action != "unchanged" for plan in (self.stack, self.listing))
        return changed or bool(self.source) or self.standing is Standing.NEW

    def to_json(self) -> Document:
        """Return the result as JSON, without the system token."""
        return {
            "slug": self.slug,
            "version": self.version,
            "digest": self.digest,
            "new_release": self.standing is Standing.NEW,
            "connector_id": self.listing.id,
            "stack_id": self.stack.id,
            "changes": [self.stack.to_json(), self.listing.to_json()],
            "source_integration": self.source.to_json() if self.source else None,
            "notes": list(self.notes),
            "broken": [objection.to_json() for objection in self.broken],
            "dry_run": self.dry_run,
        }


def publish(
    target: str | None = None,
    *,
    dry_run: bool = False,
    new_records: bool = False,
    break_installations: bool = False,
    overwrite_source: bool = False,
    development: bool = False,
    by: Actor = THE_KIT,
) -> PublishResult:
    """Publish the connector at *target*, by default the only configured one.

    Creates or updates the stack record and the marketplace listing, then records the release. In
    framework 2.0, also makes the source integration hold the default release. With *dry_run*, it
    only says what it would do. *new_records* creates the listing again when the platform has lost
    it. *break_installations* publishes even if installations would lose functions that they call,
    or if the server cannot tell. *overwrite_source* overwrites what somebody edited in the source
    integration. With *development*, content that differs from the last such release gets the next
    version of the kind ``1.1.0-dev.3``. What changed, and what breaks, is recorded as done by *by*.

    Nothing is sent before every check of `review` has passed. Raises `DeclarationError`,
    `VersionTaken`, `PublicationRefused` with every objection, or another `PublisherError`, and
    `IntegratorError`.
    """
    examined = examine(target, development=development)
    if examined.candidate is None:
        refuse(examined)
    with publisher_client() as client:
        examined = examined_on_platform(
            examined, client, new_records=new_records, overwrite_source=overwrite_source
        )
        refuse(examined, break_installations=break_installations)
        publication = examined.publication
        stack, listing = publication.plan() if dry_run else publication.carry_out()
        token = client.stacks.system_token(stack.id) if stack.id else None
        result = _result(examined, stack, listing, token, dry_run=dry_run)
        if dry_run:
            return result
        connector = _remember(publication.candidate, result, by)
        if result.source is None:
            return result
        release = Release.objects.default(connector)
        listed_id = record_plans.source_id_of(examined.publication.listing)
        if listed_id == result.source.id and holds(connector, release, result.source):
            return result
        written = keep_source(connector, release, client, overwrite=overwrite_source)
        return replace(result, source=written)


def _result(
    examined: Examined,
    stack: RecordPlan,
    listing: RecordPlan,
    token: str | None,
    *,
    dry_run: bool,
) -> PublishResult:
    """What was, or would be, done; *token* is the system token of the stack record."""
    wanted, standing = examined.publication.candidate, examined.publication.standing
    # Calls that carry a token which is not in the settings would be refused here.
    foreign_token = None if token in kit().system_tokens else token
    return PublishResult(
        slug=wanted.slug,
        version=wanted.blueprint.version,
        digest=wanted.blueprint.digest,
        standing=standing,
        stack=stack,
        listing=listing,
        source=examined.source,
        dry_run=dry_run,
        notes=(
            *_version_notes(examined.connector, wanted, standing),
            *_customer_notes(examined.connector, wanted, standing),
            *_source_notes(examined.connector, wanted),
            *([_REFUSED_CALLS] if foreign_token else []),
        ),
        broken=of_weight(examined.objections, Weight.BREAKS),
        foreign_system_token=foreign_token,
    )


def _version_notes(
    known: Connector | None, wanted: Candidate, standing: Standing
) -> tuple[str, ...]:
    newest = Release.objects.newest(known) if known else None
    if newest is None or standing is Standing.NEWEST:
        return ()
    version = wanted.blueprint.version
    if standing is Standing.SUPERSEDED:
        return (f"{version} was published before; {newest.version} stays the newest release.",)
    default = Release.objects.default(newest.connector_id) or newest
    notes = (_NOT_YET.format(version, default.version),)
    if semver.Version.parse(version) < semver.Version.parse(newest.version):
        return (_OUT_OF_ORDER.format(version, newest.version), *notes)
    return notes


def _customer_notes(
    known: Connector | None, wanted: Candidate, standing: Standing
) -> Iterator[str]:
    """Count, for each connection that the version adds, the customers who must log in to it.

    The count is based on what live releases declare: editions, add-ons, and settings are ignored,
    and a connection that needs no credentials counts as one that does.
    """
    if known is None or standing is Standing.SUPERSEDED:
        return
    version = wanted.blueprint
    waiting: Counter[str] = Counter()
    for live in live_releases(known):
        applied = by_external_id(live.release.blueprint().components)
        for name in newly_used(version, applied) - applied.keys():
            waiting[name] += live.installations
    for name, count in sorted(waiting.items()):
        if not count:
            continue
        who = "1 installation waits" if count == 1 else f"{count} installations wait"
        label = version.component(name).document.get("name") or name
        yield (
            f"{version.version} adds the connection {label}: after the update, {who} with part of "
            "it for the customer to connect. 'connector-kit plan' shows what waits."
        )


def _source_notes(known: Connector | None, wanted: Candidate) -> Iterator[str]:
    """Say what happens to the source integration of a connector that has none in 1.0."""
    sources = SourceIntegration.objects.filter(connector=known).exclude(integration_id="")
    if known and wanted.listing.framework != 2:
        for source in sources:
            yield _UNUSED_SOURCE.format(source.integration_id)


_UNUSED_SOURCE = (
    "The source integration {} stays as it is: framework 1.0 does not use it, but customers may "
    "have copies of it. When no customer has one anymore, delete it in integrator.io."
)

_OUT_OF_ORDER = (
    "{} is lower than {}. As the latest published release, it is now the default for rollouts."
)

_NOT_YET = (
    "{0} will be recorded. New customers get {1} until a rollout to the whole install base "
    "completes. To change that now, run 'connector-kit release default {0}'."
)

_REFUSED_CALLS = (
    "The stack record has a system token that this server does not accept, so the platform's "
    "calls would be refused. Set CONNECTOR_KIT_SYSTEM_TOKEN to the stack's token (publish with "
    "--show-system-token prints it) and restart the server."
)


@transaction.atomic
def _remember(wanted: Candidate, result: PublishResult, by: Actor) -> Connector:
    found = {"connector_id": result.listing.id, "stack_id": result.stack.id}
    described = {"name": wanted.blueprint.name, "class_path": wanted.class_path}
    connector, _ = Connector.objects.update_or_create(
        slug=wanted.slug,
        defaults=found if result.standing is Standing.SUPERSEDED else found | described,
    )
    if result.standing is Standing.NEW:
        Release.objects.record(connector, wanted.blueprint)
    if result or result.broken:
        record_action(by, "connector.publish", f"connector/{wanted.slug}", after=result.to_json())
    return connector
