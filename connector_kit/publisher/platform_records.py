"""Finding and writing the stack record and the listing of a connector, without duplicates.

A record is found by the id we stored, or else, in case an answer was lost, by its name, and for a
listing its handle, among the publisher's own (protocol/http-api.md#9, #10).
"""

from collections.abc import Callable
from dataclasses import dataclass

from connector_kit.documents import Document
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound, OutcomeUnknown
from connector_kit.integrator.resources.resource import Resource
from connector_kit.publisher import record_plans
from connector_kit.publisher.errors import RecordLost
from connector_kit.publisher.record_plans import RecordPlan

CREATE_ATTEMPTS = 3
"""How often a create is sent when its answers are lost and it has left no trace."""

Matches = Callable[[Document], bool]


@dataclass(frozen=True)
class PlatformRecords:
    """The records of one connector in the publisher's account."""

    client: Client
    slug: str
    name: str
    handle: str

    def listing(self, stored_id: str | None, *, may_be_lost: bool = False) -> Document | None:
        """The listing, or None when there is none yet.

        Raises `RecordLost` when *stored_id* is known and the platform has no such record, unless
        it *may_be_lost*, and when several records have this name and handle.
        """
        if stored_id:
            try:
                return self.client.connectors.get(stored_id)
            except NotFound as error:
                if not may_be_lost:
                    raise RecordLost(
                        f"The platform has no connector {stored_id}, which is where {self.slug} "
                        "was published. Check that CONNECTOR_KIT_TOKEN and CONNECTOR_KIT_BASE_URL "
                        "belong to the same account as before. If the record really is gone, "
                        "publish with --new-records: installations of the lost one will no longer "
                        "be reached."
                    ) from error
        found = [
            connector for connector in self.client.connectors.list() if self._is_listing(connector)
        ]
        if len(found) > 1:
            ids = ", ".join(document["_id"] for document in found)
            raise RecordLost(
                f"The platform has {len(found)} connectors called {self.name!r} with the handle "
                f"{self.handle!r}: {ids}. Choose one with "
                "CONNECTOR_KIT_CONNECTORS=<id>=module:Class."
            )
        return found[0] if found else None

    def stack(self, stored_id: str | None) -> Document | None:
        """The stack record, or None when there is none (or none anymore)."""
        if stored_id:
            try:
                return self.client.stacks.get(stored_id)
            except NotFound:
                pass  # a stack record is only a pointer: it can be found by name or made again
        return next(filter(self._is_stack, self.client.stacks.list()), None)

    def write_stack(self, plan: RecordPlan, *, host_uri: str, system_token: str | None) -> str:
        """Carry out *plan* and return the record's id."""
        if plan.id is None:
            document = record_plans.new_stack(
                self.slug, host_uri=host_uri, system_token=system_token
            )
            return _create(self.client.stacks, document, self._is_stack)
        if plan.changes:
            # A PUT would send the masked system token back (protocol/README.md U35).
            operation = {"op": "add", "path": "/server/hostURI", "value": host_uri}
            self.client.stacks.patch(plan.id, [operation])
        return plan.id

    def write_listing(self, plan: RecordPlan, live: Document | None, wanted: Document) -> str:
        """Carry out *plan* and return the record's id. Fields that *wanted* lacks are kept."""
        if plan.id is None:
            first = record_plans.without_late(wanted)
            document = {"published": False, "managed": True, **first}
            listing_id = _create(self.client.connectors, document, self._is_listing)
            if first != wanted:  # the platform accepts the rest only now
                created = self.client.connectors.get(listing_id)
                self.client.connectors.update(listing_id, {**created, **wanted})
            return listing_id
        if plan.changes:
            self.client.connectors.update(plan.id, {**(live or {}), **wanted})
        return plan.id

    def _is_stack(self, document: Document) -> bool:
        return record_plans.is_stack(document, record_plans.stack_name(self.slug))

    def _is_listing(self, document: Document) -> bool:
        return record_plans.is_listing(document, name=self.name, handle=self.handle)


def _create(resource: Resource, document: Document, matches: Matches) -> str:
    """Create *document* once, also when an answer is lost on its way; returns its id."""
    for attempt in range(1, CREATE_ATTEMPTS + 1):
        try:
            return str(resource.create(document)["_id"])
        except OutcomeUnknown:
            if found := next(filter(matches, resource.list()), None):
                return str(found["_id"])
            if attempt == CREATE_ATTEMPTS:
                raise
    raise AssertionError("unreachable")
