"""The settings pages of an installation as they are on record."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from connector_kit.blueprint import INTEGRATION
from connector_kit.forms import SettingsPages, read_settings_document, read_settings_forms
from connector_kit.models import Component, Installation


def shown_components(installation: Installation) -> list[Component]:
    """The components that settings pages show something of: the integration and its flows."""
    wanted = Q(external_id=INTEGRATION) | Q(resource="flows")
    return [*installation.components.filter(wanted).select_related("applied")]


def recorded_pages(shown: Iterable[Component]) -> SettingsPages:
    """Return the pages of an installation with the components *shown*; empty without any.

    Those of framework 1.0 are one document. In 2.0, the integration and each flow have a form.
    """
    rows = [row for row in shown if row.applied]
    documents = {row.external_id: row.applied.component().document for row in rows if row.applied}
    integration = documents.pop(INTEGRATION, None)
    if integration is None:
        return read_settings_document(None)
    settings = integration.get("settings")
    if isinstance(settings, dict) and "sections" in settings:
        return read_settings_document(settings)
    return read_settings_forms(integration, documents)
