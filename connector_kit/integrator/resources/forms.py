"""Settings forms that are made when they are opened (protocol/settings-forms.md#41)."""

from connector_kit.documents import Document
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.shapes import document
from connector_kit.integrator.transport.calls import PATIENCE, Call, Effect


class HasSettingsForm(Resource):
    """Documents with a settings form of their own."""

    def settings_form(self, document_id: str) -> Document:
        """Return the form as the document's ``settingsForm.init`` makes it now."""
        return self._form(document_id)

    def _form(self, *owner: str) -> Document:
        path = self._at(*owner, "settingsForm", "init")
        return document(self._body(Call("POST", path, effect=Effect.NONE, patience=PATIENCE)))
