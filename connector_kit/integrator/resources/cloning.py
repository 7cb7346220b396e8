"""Copies of documents with all that they need (protocol/http-api.md#51-clone)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector_kit.documents import Document
from connector_kit.integrator.resources.documents import Clone
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.shapes import documents
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import PATIENCE
from connector_kit.integrator.transport.query import without_none


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The wanted properties of a copy.

    *connections* maps the id of every connection in use to the one that the copy uses. A flow needs
    *integration_id* (``invalid_ref`` without). With *as_installation* an integration is copied as
    one that must still be installed, step by step.
    """

    connections: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None
    tag: str | None = None
    sandbox: bool | None = None
    integration_id: str | None = None
    stack_id: str | None = None
    as_installation: bool = False

    def body(self) -> Document:
        """Return the request's body."""
        return {
            "connectionMap": dict(self.connections),
            **without_none(
                name=self.name,
                tag=self.tag,
                sandbox=self.sandbox,
                _integrationId=self.integration_id,
                _stackId=self.stack_id,
                newTemplateInstaller=self.as_installation or None,
            ),
        }


class Cloneable(Resource):
    """Documents that can be copied."""

    def clone(self, document_id: str, copy: Copy) -> list[Clone]:
        """Copy the document and what it needs; returns what was made.

        A lone answer is the new document itself, or ``{"_integrationId"}`` of an integration that
        is now to be installed. Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        path = self._at(document_id, "clone")
        answer = self._body(calls.post(path, copy.body(), patience=PATIENCE))
        copies: list[Clone] = documents(answer)
        return copies

    def clone_preview(self, document_id: str) -> Document:
        """Return what cloning would copy: ``{"objects": [{"model", "doc"}], "stackRequired"}``."""
        return self._document(calls.get(self._at(document_id, "clone", "preview"), expects=dict))
