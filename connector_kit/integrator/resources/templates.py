"""Templates: integrations to start from, unmanaged once installed (protocol/http-api.md#10)."""

from __future__ import annotations

from collections.abc import Iterator

from connector_kit.documents import Document
from connector_kit.integrator.resources.cloning import Copy
from connector_kit.integrator.resources.documents import Clone
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.route import at
from connector_kit.integrator.resources.shapes import documents
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import PATIENCE


class Templates(Resource):
    """The account's templates, and those of the marketplace."""

    def published(self) -> Iterator[Document]:
        """Yield the templates of the marketplace."""
        return self._transport.items(calls.get(self._at("published"), expects=list))

    def preview(self, template_id: str) -> Document:
        """Return what installing the template would make."""
        return self._document(calls.get(self._at(template_id, "preview"), expects=dict))

    def install(self, template_id: str, copy: Copy) -> list[Clone]:
        """Make an integration from the template; returns what was made, as `Cloneable.clone` does.

        That its request is like that of a clone is a guess. Never sent twice: raises
        `OutcomeUnknown` when no answer came.
        """
        path = f"/integrations/template{at(template_id)}"
        return documents(self._body(calls.post(path, copy.body(), patience=PATIENCE)))
