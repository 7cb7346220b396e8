"""What ends a run before its time."""

from __future__ import annotations

from collections.abc import Sequence

from connector_kit.sandbox.http.errors import error
from connector_kit.sandbox.http.wire import Document


class Canceled(Exception):
    """The job was canceled."""


class StepFailed(Exception):
    """A step cannot continue, and neither can the flow; *stage* is where its errors are from."""

    def __init__(self, step_id: str, errors: Sequence[Document], stage: str) -> None:
        super().__init__(f"{step_id}: {[document.get('code') for document in errors]}")
        self.step_id, self.errors, self.stage = step_id, errors, stage


def connection_offline(step_id: str, connection_id: object) -> StepFailed:
    """The step's connection is offline: flows that use it do not run."""
    offline = error("connection_offline", f"The connection {connection_id} is offline.")
    return StepFailed(step_id, [offline], "connection")
