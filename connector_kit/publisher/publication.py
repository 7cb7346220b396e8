"""A version to publish, compared with the platform's records of its connector."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from connector_kit.conf import kit
from connector_kit.documents import Document
from connector_kit.integrator import Client
from connector_kit.models import Connector, Release
from connector_kit.publisher import record_plans
from connector_kit.publisher.catalog import Candidate
from connector_kit.publisher.errors import PublisherError, VersionTaken
from connector_kit.publisher.platform_records import PlatformRecords
from connector_kit.publisher.record_plans import RecordPlan


class Standing(Enum):
    """How a candidate compares with the releases recorded here."""

    NEW = "new"
    NEWEST = "newest"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Publication:
    """A candidate, with the platform's records of its connector."""

    candidate: Candidate
    standing: Standing
    platform: PlatformRecords
    stack: Document | None
    listing: Document | None

    def plan(self) -> tuple[RecordPlan, RecordPlan]:
        """What happens to the stack record and to the listing."""
        stack = record_plans.plan_stack(self.stack, host_uri=kit().host_uri)
        wanted = self._wanted_listing(stack.id or record_plans.NEW_STACK)
        return stack, record_plans.plan_listing(self.listing, wanted)

    def carry_out(self) -> tuple[RecordPlan, RecordPlan]:
        """Do it; returns the plans with the ids of what was created."""
        settings = kit()
        stack, _ = self.plan()
        token = next(iter(settings.system_tokens), None)
        stack_id = self.platform.write_stack(stack, host_uri=settings.host_uri, system_token=token)
        wanted = self._wanted_listing(stack_id)
        listing = record_plans.plan_listing(self.listing, wanted)
        listing_id = self.platform.write_listing(listing, self.listing, wanted)
        return replace(stack, id=stack_id), replace(listing, id=listing_id)

    def _wanted_listing(self, stack_id: str) -> Document:
        """An older version does not bring back the words of its time."""
        if self.standing is Standing.SUPERSEDED and self.listing:
            return record_plans.runtime(stack_id)
        words = record_plans.presentation(
            self.candidate.blueprint,
            self.candidate.listing,
            handle=self.candidate.handle,
            stack_id=stack_id,
            live=self.listing,
        )
        return words | record_plans.runtime(stack_id)


def standing_of(known: Connector | None, wanted: Candidate) -> Standing:
    """How *wanted* compares with the releases of *known*; raises `VersionTaken`."""
    version, digest = wanted.blueprint.version, wanted.blueprint.digest
    release = known.releases.filter(version=version).first() if known else None
    if not (known and release):
        return Standing.NEW
    if release.digest != digest:
        raise VersionTaken(
            f"{wanted.slug} {version} is published with different content ({release.digest[:12]}, "
            f"now {digest[:12]}), but releases never change. Give the class a higher version. If "
            "this is a different connector, give its class another name."
        )
    is_newest = Release.objects.newest(known) == release
    return Standing.NEWEST if is_newest else Standing.SUPERSEDED


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
    others = Connector.objects.exclude(slug=wanted.slug)
    if listing and (other := others.filter(connector_id=listing["_id"]).first()):
        raise PublisherError(
            f"The platform's connector {listing['_id']} is published here as {other.slug}, not as "
            f"{wanted.slug}. A connector keeps its class's name from version to version: rename "
            "the class back, or correct the id in CONNECTOR_KIT_CONNECTORS."
        )
    stack = platform.stack(known.stack_id if known else None)
    return Publication(wanted, standing, platform, stack, listing)
