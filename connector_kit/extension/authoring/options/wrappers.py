"""What wrappers get (protocol/extension.md#52-wrappers-type-wrapper)."""

from connector_kit.extension.authoring.options.given import (
    Given,
    Options,
    anything,
    listing,
    mapping,
    part,
    text,
    whole,
)


class WrapperConnection(Given):
    """The connection that a wrapper is the adaptor of; its values come in clear."""

    id = text("_id")
    encrypted = mapping("encrypted")
    unencrypted = mapping("unencrypted")


class Delta(Given):
    """What a delta export exports: what has changed since, in milliseconds since the epoch."""

    date_field = text("dateField")
    last_execution_time = whole("lastExecutionTime")


class Once(Given):
    """What a once export exports: what is not yet marked in this field."""

    boolean_field = text("booleanField")


class Sample(Given):
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
