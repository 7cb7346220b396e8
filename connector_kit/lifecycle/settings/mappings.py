"""getMappingMetadata of framework 1.0: which mappings customers may not delete or edit.

protocol/settings-forms.md#33-getmappingmetadata.
"""

from __future__ import annotations

from connector_kit.blueprint.mappings import mapping_metadata
from connector_kit.documents import Document
from connector_kit.lifecycle.sessions import recorded
from connector_kit.lifecycle.settings.declared import release_of
from connector_kit.lifecycle.situations import blueprint_for
from connector_kit.models import Connector


def get_mapping_metadata(connector: Connector, options: Document) -> Document:
    """Return the required and locked mappings, by external id, of the imports that declare any."""
    installation = recorded(connector, options)
    blueprint = blueprint_for(installation, release_of(installation))
    return {
        component.external_id: entries
        for component in blueprint.components
        if (entries := mapping_metadata(component))
    }
