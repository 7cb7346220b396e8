"""What the platform hands to a function, under Python names (protocol/extension.md#5 and #6).

Hooks come first, then wrappers, the functions of a 1.0 connector, and those of framework 2.0.
"""

from typing import Any

from connector_kit.extension.authoring.fields import (
    JsonObject,
    Option,
    Options,
    anything,
    flag,
    listing,
    mapping,
    moment,
    part,
    text,
    whole,
)


class HookOptions(Options):
    """What every hook gets: where it is called, and what was configured there."""

    integration_id = text("_integrationId")
    parent_integration_id = text("_parentIntegrationId")
    flow_id = text("_flowId")
    connection_id = text("_connectionId")
    export_id = text("_exportId")
    import_id = text("_importId")
    settings = mapping("settings")
    configuration = mapping("configuration")
    test_mode = flag("testMode")


class PreSavePageOptions(HookOptions):
    """What preSavePage gets: a page of records as an export has fetched it.

    *files* and *retry_data* come in framework 2.0 only; ``files[n]`` belongs to ``data[n]``.
    """

    data = listing("data")
    errors = listing("errors")
    page_index = whole("pageIndex")
    preview = flag("preview")
    last_export_date_time = moment("lastExportDateTime")
    current_export_date_time = moment("currentExportDateTime")
    files = listing("files")
    retry_data = mapping("retryData")


class PreMapOptions(HookOptions):
    """What preMap gets: the records that an import is about to map."""

    data = listing("data")


class PostMapOptions(HookOptions):
    """What postMap gets: the records before and after mapping, in the same order."""

    pre_map_data = listing("preMapData")
    post_map_data = listing("postMapData")


class PostSubmitOptions(HookOptions):
    """What postSubmit gets: the records, and how the application answered to each."""

    pre_map_data = listing("preMapData")
    post_map_data = listing("postMapData")
    response_data = listing("responseData")


class PostResponseMapOptions(HookOptions):
    """What postResponseMap gets: the records after a step's answers were mapped into them."""

    post_response_map_data = listing("postResponseMapData")
    response_data = listing("responseData")
    one_to_many = flag("oneToMany")
    path_to_many = text("pathToMany")


class PostAggregateOptions(HookOptions):
    """What postAggregate gets: how the upload of an aggregated file ended."""

    post_aggregate_data = mapping("postAggregateData")


class WrapperConnection(JsonObject):
    """The connection that a wrapper is the adaptor of; its values come in clear."""

    id = text("_id")
    encrypted = mapping("encrypted")
    unencrypted = mapping("unencrypted")


class Delta(JsonObject):
    """What a delta export exports: what has changed since, in milliseconds since the epoch."""

    date_field = text("dateField")
    last_execution_time = whole("lastExecutionTime")


class Once(JsonObject):
    """What a once export exports: what is not yet marked in this field."""

    boolean_field = text("booleanField")


class Sample(JsonObject):
    """How many records a test run wants."""

    limit = whole("limit")


class WrapperOptions(Options):
    """What every wrapper gets."""

    connection = part("connection", WrapperConnection)
    integration_id = text("_integrationId")
    flow_id = text("_flowId")
    export_id = text("_exportId")
    import_id = text("_importId")
    settings = mapping("settings")
    configuration = mapping("configuration")


class PingOptions(WrapperOptions):
    """What a ping gets: the connection to try."""


class ExportOptions(WrapperOptions):
    """What an export wrapper gets: which records are wanted, and where the last page ended.

    *type* is ``delta``, ``once``, ``test``, or empty for all records. *state* is what the call
    before returned. *data* holds the records so far, when the export runs as a page processor.
    """

    type = text("type")
    delta = part("delta", Delta)
    once = part("once", Once)
    test = part("test", Sample)
    state = anything("state")
    data = listing("data")


class ImportOptions(WrapperOptions):
    """What an import wrapper gets: the records before and after mapping, in the same order."""

    pre_map_data = listing("preMapData")
    post_map_data = listing("postMapData")


class ConnectorOptions(Options):
    """What every function of a 1.0 connector gets: the installation, and its license's *opts*.

    What the user's request held lands beside the token or inside ``opts``; both are read.
    """

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


class FormInitOptions(Options):
    """What formInit gets: whose settings form is about to be shown."""

    resource = mapping("resource")
    parent_resource = mapping("parentResource")
    grandparent_resource = mapping("grandparentResource")
    license = mapping("license")
    parent_license = mapping("parentLicense")
    sandbox = flag("sandbox")


class PreSaveOptions(Options):
    """What preSave gets: the document before and after saving."""

    new_resource = mapping("newResource")
    old_resource = mapping("oldResource")


class StepOptions(Options):
    """What the functions of an install step get.

    *form_submission* comes with form steps, *connection_id* with connection steps.
    """

    form_submission = mapping("formSubmission")
    connection_id = text("_connectionId")
    resource = mapping("resource")
    parent_resource = mapping("parentResource")
    license = mapping("license")
    parent_license = mapping("parentLicense")


class InitChildOptions(Options):
    """What initChild gets: the integration that will get another child."""

    parent_integration = mapping("parentIntegration")
    parent_license = mapping("parentLicense")


class UpdateOptions(Options):
    """What update gets: the integration to update to the new version."""

    resource = mapping("resource")
    license = mapping("license")


class Edition(JsonObject):
    """An edition of a connector."""

    id = text("_id")
    display_name = text("displayName")
    order = whole("order")


def _edition(name: str) -> Option[Edition]:
    def read(sent: Any) -> Edition | None:
        if isinstance(sent, str):
            return Edition({"_id": sent})
        return Edition(sent) if isinstance(sent, dict) else None

    return Option(name, read, lambda: Edition({}), "an edition or its id")


class ChangeEditionOptions(Options):
    """What changeEdition gets; an edition may come as its bare id (protocol/README.md U19)."""

    from_edition = _edition("fromEdition")
    to_edition = _edition("toEdition")
    integration = mapping("integration")
    license = mapping("license")


class RecordOptions(Options):
    """What filter, transform and branching get: one record, an object or a list."""

    record = anything("record")
    settings = mapping("settings")


class HandleRequestOptions(Options):
    """What handleRequest gets: the parts of an HTTP request."""

    method = text("method")
    headers = mapping("headers")
    query_string = anything("queryString")
    body = anything("body")
    raw_body = anything("rawBody")
