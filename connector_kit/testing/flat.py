"""Functions of framework 2.0, called as the platform calls them (protocol/extension.md#6)."""

from __future__ import annotations

from typing import Any

from connector_kit.documents import Document
from connector_kit.testing.asking import Calls


class FlatCalls(Calls):
    """The functions that are called without a type. *more* are further options."""

    def form_init(self, name: str = "formInit", /, **more: Any) -> Any:
        """Have a settings form made for the integration; ``resource=`` gives another document."""
        return self._flat("formInit", name, {**self._resources(), **more})

    def pre_save(
        self, new: Document, old: Document | None = None, name: str = "preSave", /, **more: Any
    ) -> Any:
        """Hand over a document that is about to be saved; *old* is it as it was."""
        options = {"newResource": new, "oldResource": new if old is None else old}
        return self._flat("preSave", name, {**options, **more})

    def step(self, name: str, /, **more: Any) -> Any:
        """Run an install step: ``formSubmission=`` for a form's, ``_connectionId=``."""
        return self._flat("step", name, {**self._resources(), **more})

    def init_child(self, name: str = "initChild", /, **more: Any) -> Any:
        """Have a child of the integration described."""
        parent = {"parentIntegration": self._integration(), "parentLicense": self._license()}
        return self._flat("initChild", name, {**parent, **more})

    def update(self, name: str = "update", /, **more: Any) -> Any:
        """Have the integration brought to the next version."""
        own = {"resource": self._integration(), "license": self._license()}
        return self._flat("update", name, {**own, **more})

    def change_edition(
        self, before: Any, after: Any, name: str = "changeEdition", /, **more: Any
    ) -> Any:
        """Change the license's edition; editions are documents, or their ids."""
        options = {
            "fromEdition": before,
            "toEdition": after,
            "integration": self._integration(),
            "license": self._license(),
        }
        return self._flat("changeEdition", name, {**options, **more})

    def filter(self, name: str, record: Any, /, **more: Any) -> Any:
        """Ask whether *record* continues."""
        return self._record("filter", name, record, more)

    def transform(self, name: str, record: Any, /, **more: Any) -> Any:
        """Have *record* transformed."""
        return self._record("transform", name, record, more)

    def branching(self, name: str, record: Any, /, **more: Any) -> Any:
        """Ask for the branches that *record* goes to."""
        return self._record("branching", name, record, more)

    def handle_request(
        self, name: str = "handleRequest", /, *, method: str = "POST", body: Any = None, **more: Any
    ) -> Any:
        """Hand over an HTTP request: ``headers=``, ``queryString=``, ``rawBody=``."""
        request = {"method": method, "headers": {}, "queryString": {}, "body": body}
        return self._flat("handleRequest", name, {**request, **more})

    def content_based_flow_router(
        self, name: str = "contentBasedFlowRouter", /, **more: Any
    ) -> Any:
        """Ask for the flow that what has arrived goes to."""
        return self._flat("contentBasedFlowRouter", name, more)

    def _flat(self, kind: str, name: str, options: Document) -> Any:
        return self._ask_plainly(kind, name, options)

    def _record(self, kind: str, name: str, record: Any, more: Document) -> Any:
        options = {"record": record, "settings": self._installation.settings}
        return self._flat(kind, name, {**options, **more})

    def _resources(self) -> Document:
        return {
            "resource": self._integration(),
            "parentResource": {},
            "license": self._license(),
            "parentLicense": {},
        }

    def _integration(self) -> Document:
        return {
            "_id": self._installation.integration_id,
            "_connectorId": self._installation.connector_id,
            "name": self._declared.name if self._declared else "An integration",
            "settings": self._installation.settings,
            "settingsForm": {"form": {"fieldMap": {}, "layout": {"fields": []}}},
        }

    def _license(self) -> Document:
        return {
            "_integrationId": self._installation.integration_id,
            "opts": self._installation.opts,
        }
