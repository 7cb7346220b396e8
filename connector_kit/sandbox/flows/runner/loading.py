"""The documents of a run: its flow, the exports and imports, and where each of them runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from connector_kit.sandbox.connections import online
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.flows.runner.exceptions import StepFailed, connection_offline
from connector_kit.sandbox.flows.runner.graph import KINDS, FlowGraph
from connector_kit.sandbox.http.errors import Refusal, error, impossible
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.context import RunContext
from connector_kit.sandbox.platform import Platform
from connector_kit.sandbox.unsimulated import ABSTRACT, not_simulated

RESOURCES = {"export": "exports", "import": "imports"}


@dataclass(frozen=True)
class Step:
    """An export or import of a flow, and its run."""

    kind: str
    id: str
    document: Document
    run: RunContext

    @property
    def keeps(self) -> bool:
        """Whether the data of its failed records are kept for a retry."""
        return not self.document.get("skipRetries")


@dataclass(frozen=True)
class LoadedFlow:
    """A flow and all that it runs, as they stand when it begins."""

    platform: Platform
    flow: Record

    @cached_property
    def document(self) -> Document:
        """The flow's document."""
        return self.flow.document

    @cached_property
    def graph(self) -> FlowGraph:
        """What the flow runs, in order."""
        return FlowGraph.of(self.document)

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return {}

    def step(self, kind: str, identity: str) -> Step:
        """Return a step; raises `StepFailed` when it is not there, or its connection is offline."""
        step = self._steps.get(identity) or self._steps.setdefault(
            identity, self._read(kind, identity)
        )
        connection_id = step.document.get("_connectionId")
        if online.is_offline(self.platform.store, self.flow.account_id, connection_id):
            raise connection_offline(identity, connection_id)
        return step

    def refusal(self) -> Refusal | None:
        """Return why the flow cannot run here, whatever its steps (protocol/platform-2026.md#8)."""
        if self.document.get("isAbstract"):
            return impossible(f"The flow {self.flow.id} is abstract: only its instances run.")
        if self.document.get("_abstractFlowId"):
            return not_simulated(ABSTRACT, f"_abstractFlowId of the flow {self.flow.id}")
        return None

    def offline_connection(self) -> str | None:
        """Return the first connection of the flow that is offline."""
        store, account_id = self.platform.store, self.flow.account_id
        for kind, identity in self.graph.steps():
            record = store.get(account_id, RESOURCES[kind], identity)
            connection_id = record.get("_connectionId") if record else None
            if online.is_offline(store, account_id, connection_id):
                return str(connection_id)
        return None

    def _read(self, kind: str, identity: str) -> Step:
        store, account_id = self.platform.store, self.flow.account_id
        record = store.get(account_id, RESOURCES[kind], identity)
        if record is None:
            gone = error("invalid_ref", f"There is no {kind} {identity}.", KINDS[kind])
            raise StepFailed(identity, [gone], "internal")
        document = record.document
        connection = store.get(account_id, "connections", str(document.get("_connectionId")))
        integration_id = self.flow.integration_id or record.integration_id
        run = RunContext(
            platform=self.platform,
            account_id=account_id,
            connector_id=record.connector_id,
            connection=connection.document if connection else {"type": document.get("type")},
            integration=store.get(account_id, "integrations", integration_id or ""),
            flow=self.flow,
            stored_id=record.id,
        )
        return Step(kind, identity, document, run)
