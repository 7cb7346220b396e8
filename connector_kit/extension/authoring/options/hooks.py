"""What hooks get (protocol/extension.md#51-hooks-type-hook and section 6)."""

from connector_kit.extension.authoring.options.given import (
    Options,
    flag,
    listing,
    mapping,
    moment,
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
