"""What the functions of a 1.0 connector get (protocol/extension.md#53 to #56).

What the user's request held lands beside the token or inside ``opts``; both are read.
"""

from connector_kit.extension.authoring.options.given import Options, anything, mapping, text


class ConnectorOptions(Options):
    """What every function of a connector gets: the installation, and its license's *opts*."""

    integration_id = text("_integrationId")
    connector_id = text("_connectorId")
    opts = mapping("opts")


class InstallerOptions(ConnectorOptions):
    """What installer functions get: the installer itself, its steps, add-ons, updates."""

    form_val = mapping("formVal", within="opts")
    store_id = text("storeId", within="opts")
    add_on_id = text("addOnId", within="opts")


class UninstallerOptions(ConnectorOptions):
    """What uninstaller functions get; *store_id* when one store of several is removed."""

    store_id = text("storeId", within="opts")
    add_on_id = text("addOnId", within="opts")


class SettingOptions(ConnectorOptions):
    """What settings functions get.

    ``persistSettings`` has *pending*; ``refreshMetadata`` has *field_name* and, by the field,
    *field_value*, *type* or *column_name*; ``changeEdition`` has *license_opts*;
    ``getMappingMetadata`` has *version*.
    """

    pending = mapping("pending", within="opts")
    store_id = text("storeId", within="opts")
    field_name = text("fieldName", within="opts")
    field_value = anything("fieldValue", within="opts")
    type = text("type", within="opts")
    column_name = text("columnName", within="opts")
    import_id = text("_importId", within="opts")
    license_opts = mapping("licenseOpts", within="opts")
    version = text("version")


class UtilityOptions(ConnectorOptions):
    """What utilities get; anything else that the caller sent is in *raw*."""
