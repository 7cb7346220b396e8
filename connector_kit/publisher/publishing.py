"""Publishing a version: the records on the platform, then the release here.

Convergent: what is right already is left alone, and a publication that was cut off anywhere is
completed by publishing again.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

import semver
from django.db import transaction

from connector_kit.blueprint import Document
from connector_kit.conf import kit
from connector_kit.integrator import Client
from connector_kit.lifecycle import publisher_client
from connector_kit.models import Connector, Release
from connector_kit.publisher import records
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.catalogue import Candidate, candidate
from connector_kit.publisher.errors import PublisherError, VersionTaken
from connector_kit.publisher.platform_records import PlatformRecords
from connector_kit.publisher.records import RecordPlan


class Standing(Enum):
    """Where a candidate stands among the releases recorded here."""

    NEW = "new"
    NEWEST = "newest"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class PublishResult:
    """What a publication did, or with *dry_run* would do."""

    slug: str
    version: str
    digest: str
    standing: Standing
    stack: RecordPlan
    listing: RecordPlan
    dry_run: bool
    notes: tuple[str, ...] = ()
    foreign_system_token: str | None = field(default=None, repr=False)
    """The system token of the stack record, when it is none of those in the settings."""

    def __bool__(self) -> bool:
        """Whether there was anything to do."""
        changed = any(each.action != "unchanged" for each in (self.stack, self.listing))
        return changed or self.standing is Standing.NEW

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
            "notes": list(self.notes),
            "dry_run": self.dry_run,
        }


@dataclass(frozen=True)
class Publication:
    """A candidate beside what the platform has of its connector."""

    candidate: Candidate
    standing: Standing
    platform: PlatformRecords
    stack: Document | None
    listing: Document | None

    def plan(self) -> tuple[RecordPlan, RecordPlan]:
        """What happens to the stack record and to the listing."""
        stack = records.plan_stack(self.stack, host_uri=kit().host_uri)
        wanted = self._wanted_listing(stack.id or records.NEW_STACK)
        return stack, records.plan_listing(self.listing, wanted)

    def carry_out(self) -> tuple[RecordPlan, RecordPlan]:
        """Do it; returns the plans with the ids of what was created."""
        settings = kit()
        stack, _ = self.plan()
        token = next(iter(settings.system_tokens), None)
        stack_id = self.platform.write_stack(stack, host_uri=settings.host_uri, system_token=token)
        wanted = self._wanted_listing(stack_id)
        listing = records.plan_listing(self.listing, wanted)
        listing_id = self.platform.write_listing(listing, self.listing, wanted)
        return replace(stack, id=stack_id), replace(listing, id=listing_id)

    def _wanted_listing(self, stack_id: str) -> Document:
        """An older version does not bring back the words of its time."""
        if self.standing is Standing.SUPERSEDED and self.listing:
            return records.runtime(stack_id)
        words = records.presentation(
            self.candidate.blueprint,
            self.candidate.listing,
            handle=self.candidate.handle,
            stack_id=stack_id,
            live=self.listing,
        )
        return words | records.runtime(stack_id)


def publish(
    target: str | None = None,
    *,
    dry_run: bool = False,
    new_records: bool = False,
    by: Actor = THE_KIT,
) -> PublishResult:
    """Publish the connector at *target*, by default the only configured one.

    Creates or updates the stack record and the marketplace listing, then records the release.
    With *dry_run* it only says what it would do. *new_records* makes the listing again when the
    platform has lost it. What changed is recorded as the doing of *by*. Raises `DeclarationError`,
    `VersionTaken` or another `PublisherError` before anything is written, and `IntegratorError`.
    """
    wanted = candidate(target)
    known = Connector.objects.filter(slug=wanted.slug).first()
    standing = standing_of(known, wanted)
    notes = _version_notes(known, wanted, standing)
    with publisher_client() as client:
        publication = look_up(wanted, known, standing, client, new_records=new_records)
        stack, listing = publication.plan() if dry_run else publication.carry_out()
        token = _foreign_token(client, stack.id)
    result = PublishResult(
        slug=wanted.slug,
        version=wanted.blueprint.version,
        digest=wanted.blueprint.digest,
        standing=standing,
        stack=stack,
        listing=listing,
        dry_run=dry_run,
        notes=(*notes, *([_REFUSED_CALLS] if token else [])),
        foreign_system_token=token,
    )
    if not dry_run:
        _remember(wanted, result, by)
    return result


def standing_of(known: Connector | None, wanted: Candidate) -> Standing:
    """Where *wanted* stands among the releases of *known*; raises `VersionTaken`."""
    version, digest = wanted.blueprint.version, wanted.blueprint.digest
    release = known.releases.filter(version=version).first() if known else None
    if not (known and release):
        return Standing.NEW
    if release.digest != digest:
        raise VersionTaken(
            f"{wanted.slug} {version} is published with other content ({release.digest[:12]}, "
            f"now {digest[:12]}), and releases never change. Give the class a higher version. If "
            "this is another connector altogether, give its class another name."
        )
    is_newest = Release.objects.newest(known) == release
    return Standing.NEWEST if is_newest else Standing.SUPERSEDED


def _version_notes(
    known: Connector | None, wanted: Candidate, standing: Standing
) -> tuple[str, ...]:
    newest = Release.objects.newest(known) if known else None
    if newest is None or standing is Standing.NEWEST:
        return ()
    version = wanted.blueprint.version
    if standing is Standing.SUPERSEDED:
        return (f"{version} was published before; {newest.version} stays the newest release.",)
    if semver.Version.parse(version) < semver.Version.parse(newest.version):
        return (_OUT_OF_ORDER.format(version, newest.version),)
    return ()


def look_up(
    wanted: Candidate,
    known: Connector | None,
    standing: Standing,
    client: Client,
    *,
    new_records: bool = False,
) -> Publication:
    """Find what the platform has of *wanted*; raises `RecordLost` or another `PublisherError`."""
    platform = PlatformRecords(client, wanted.slug, wanted.blueprint.name, wanted.handle)
    stored_id = wanted.pinned_id or (known.connector_id if known else None)
    listing = platform.listing(stored_id, may_be_lost=new_records)
    if listing:
        _refuse_another_ones(listing["_id"], wanted.slug)
    stack = platform.stack(known.stack_id if known else None)
    return Publication(wanted, standing, platform, stack, listing)


def _refuse_another_ones(connector_id: str, slug: str) -> None:
    other = Connector.objects.filter(connector_id=connector_id).exclude(slug=slug).first()
    if other:
        raise PublisherError(
            f"The platform's connector {connector_id} is published here as {other.slug}, not as "
            f"{slug}. A connector keeps its class's name from version to version: rename the "
            "class back, or correct the id in CONNECTOR_KIT_CONNECTORS."
        )


def _foreign_token(client: Client, stack_id: str | None) -> str | None:
    """The stack record's system token if calls that carry it would be refused here."""
    if stack_id is None:
        return None
    token = client.stacks.system_token(stack_id)
    return None if token in kit().system_tokens else token


_OUT_OF_ORDER = (
    "{} is lower than {}, and as the release published last it is what installations and "
    "rollouts get from now on, unless told otherwise."
)

_REFUSED_CALLS = (
    "The stack record has a system token that this server does not accept: the platform's calls "
    "would be refused. Set CONNECTOR_KIT_SYSTEM_TOKEN to the stack's token (publish with "
    "--show-system-token prints it) and restart the server."
)


@transaction.atomic
def _remember(wanted: Candidate, result: PublishResult, by: Actor) -> None:
    found = {"connector_id": result.listing.id, "stack_id": result.stack.id}
    described = {"name": wanted.blueprint.name, "class_path": wanted.class_path}
    connector, _ = Connector.objects.update_or_create(
        slug=wanted.slug,
        defaults=found if result.standing is Standing.SUPERSEDED else found | described,
    )
    if result.standing is Standing.NEW:
        Release.objects.record(connector, wanted.blueprint)
    if result:
        record_action(by, "connector.publish", f"connector/{wanted.slug}", after=result.to_json())
