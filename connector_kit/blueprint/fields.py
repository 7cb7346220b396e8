"""The top-level fields of each resource: Python's spelling, and the platform's.

One list serves three readers: an editor completes and mypy checks the keywords of a declaration,
`spelling.wire_name` compiles them, and `spelling.python_field` is its exact inverse for code that
writes declarations. Field lists: protocol/resources.md. A field that is in no list goes into
``wire={...}``; nested objects are always in the platform's spelling.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from connector_kit.blueprint.offers import AddOn, Edition

Nested = Mapping[str, Any]

ENVELOPE_FIELDS = frozenset({"externalId", "_connectorId", "_integrationId", "sandbox"})
"""Written by the kit when a document goes to an account (protocol/resources.md, first table)."""

SERVER_FIELDS = frozenset(
    {
        "_id",
        "__v",
        "_sourceId",
        "_templateId",
        "apiIdentifier",
        "createdAt",
        "free",
        "lastExecutedAt",
        "lastModified",
        "offline",
        "queues",
        "size",
        "sizeInMB",
        "resolvedAt",
    }
)
"""Given by the server, ignored or refused when sent (protocol/resources.md)."""


class ComponentFields(TypedDict, total=False):
    """What `Component` takes besides fields: keywords of every one, and never on the wire."""

    customer_owns: Sequence[str] | None
    wire: Nested | None
    edition: Edition | str | None
    add_on: AddOn | str | None
    per_store: bool


class DescribedFields(ComponentFields, total=False):
    """What every document may have besides its name."""

    description: str | None


class CommonFields(DescribedFields, total=False):
    """Fields most documents share (protocol/resources.md)."""

    settings: Nested | None
    settings_form: Nested | None


class ConnectionFields(CommonFields, total=False):
    """protocol/resources.md#connection."""

    type: str | None
    assistant: str
    http: Nested
    rest: Nested
    netsuite: Nested
    salesforce: Nested
    ftp: Nested
    s3: Nested
    rdbms: Nested
    mongodb: Nested
    dynamodb: Nested
    jdbc: Nested
    as2: Nested
    van: Nested
    filesystem: Nested
    mcp: Nested
    wrapper: Nested
    pgp: Nested
    ssl: Nested
    debug_date: str
    auto_recover_rate_limit_errors: bool
    agent: Any
    borrow_concurrency_from: Any


class ScriptFields(CommonFields, total=False):
    """protocol/resources.md#script."""

    content: str | None
    debug_until: str
    post_response_hook_to_process_on_child_record: bool


class LookupCacheFields(DescribedFields, total=False):
    """protocol/platform-2026.md#10-lookup-caches-b2b."""

    include_data_in_templates_and_cloning: bool


class TransferFields(CommonFields, total=False):
    """What exports and imports have in common (protocol/resources.md#export, #import)."""

    adaptor_type: str
    connection: Any
    one_to_many: bool
    path_to_many: str | None
    transform: Nested
    filter: Nested
    hooks: Nested
    trace_key_template: str | None
    data_uri_template: str | None
    sample_data: Any
    skip_retries: bool
    mappings: Sequence[Any]
    lookups: Sequence[Any]
    parsers: Any
    pre_save: Nested
    edi_profile: Any
    http: Nested
    rest: Nested
    salesforce: Nested
    ftp: Nested
    s3: Nested
    file: Nested
    as2: Nested
    rdbms: Nested
    mongodb: Nested
    dynamodb: Nested
    jdbc: Nested
    filesystem: Nested
    wrapper: Nested


class ExportFields(TransferFields, total=False):
    """protocol/resources.md#export."""

    type: str | None
    asynchronous: bool
    page_size: int
    is_lookup: bool
    delta: Nested
    once: Nested
    test: Nested
    input_filter: Nested
    mock_output: Any
    sample_headers: Sequence[Any]
    group_by_fields: Sequence[str]
    simple: Nested
    post_parse_listener: Any
    webhook: Nested
    distributed: Nested
    netsuite: Nested
    schedule: str | None
    keep_delta_behind_flow: Any
    keep_delta_behind_export: Any


class ImportFields(TransferFields, total=False):
    """protocol/resources.md#import."""

    distributed: bool
    ignore_existing: bool
    ignore_missing: bool
    max_attempts: int
    id_lock_template: str | None
    mock_response: Any
    blob_key_path: str | None
    response_transform: Nested
    mapping: Nested
    batch_size: int
    netsuite: Nested
    netsuite_da: Nested
    ai_agent: Nested
    guardrail: Nested
    tool: Nested
    assistant: str
    assistant_metadata: Nested
    blob: Any
    delete_after_import: bool
    distributed_adaptor_data: Any
    model_metadata: Nested
    sample_response_data: Any
    unencrypted: Nested
    use_tech_adaptor_form: bool


class FlowFields(CommonFields, total=False):
    """protocol/resources.md#flow."""

    disabled: bool
    schedule: str | None
    timezone: str | None
    export: Any
    import_: Any
    page_generators: Sequence[Any]
    page_processors: Sequence[Any]
    routers: Sequence[Any]
    run_next: Sequence[Any]
    skip_retries: bool
    auto_resolve_matching_trace_keys: bool
    run_page_generators_in_parallel: bool
    logging: Any
    flow_grouping: Any
    keep_delta_behind_flow: Any
    keep_delta_behind_export: Any
    run_next_exports: Sequence[Any]
    hidden: bool
    is_abstract: bool
    abstract_flow: Any
    overrides: Nested
    overrides_helper: Nested


class SourceFields(TypedDict, total=False):
    """An entry of ``pageGenerators`` (protocol/resources.md#flow)."""

    schedule: str | None
    skip_retries: bool
    keep_delta_behind_flow: Any
    keep_delta_behind_export: Any
    setup_in_progress: bool


class StepFields(TypedDict, total=False):
    """An entry of ``pageProcessors`` (protocol/resources.md#flow)."""

    proceed_on_failure: bool
    response_mapping: Nested
    hooks: Nested
    setup_in_progress: bool


class RouterFields(TypedDict, total=False):
    """An entry of ``routers`` (protocol/resources.md#flow)."""

    name: str
    route_records_to: str
    route_records_using: str
    script: Any


class BranchFields(TypedDict, total=False):
    """An entry of a router's ``branches`` (protocol/resources.md#flow)."""

    description: str | None
    input_filter: Nested


class ToolFields(DescribedFields, total=False):
    """protocol/platform-2026.md#9-tools-apis-mcp-servers."""

    input: Nested
    output: Nested
    routers: Sequence[Any]


class ApiFields(DescribedFields, total=False):
    """protocol/platform-2026.md#9-tools-apis-mcp-servers."""

    type: str
    version: str
    disabled: bool
    script: Any
    builder: Nested
    shipworks: Nested


class McpServerFields(DescribedFields, total=False):
    """protocol/platform-2026.md#9-tools-apis-mcp-servers."""

    relative_uri: str
    disabled: bool
    tools: Sequence[Any]
    apis: Sequence[Any]


class AsyncHelperFields(CommonFields, total=False):
    """No schema is published; the fields are those of real documents (protocol/resources.md)."""

    http: Nested


class FileDefinitionFields(DescribedFields, total=False):
    """protocol/platform-2026.md#10-lookup-caches-b2b."""

    version: str
    format: str
    rules: Sequence[Any]
    document_type: str
    global_id: str
    fixed: Nested
    delimited: Nested
    strict: bool
    skip_empty_end_col_delimiter: bool
    skip_intermittent_empty_lines: bool
    escape_release_char: bool
    skip_edi_validation: bool
    skip_edi_profile_validation: bool


class EdiProfileFields(DescribedFields, total=False):
    """protocol/platform-2026.md#10-lookup-caches-b2b."""

    file_type: str
    tp_interchange_id: str
    my_interchange_id: str
    tp_id_qualifier: str
    my_id_qualifier: str
    tp_group_id: str
    my_group_id: str
    control_number: int
    isa01: str
    isa02: str
    isa03: str
    isa04: str
    isa11: str
    isa12: str
    isa14: str
    isa15: str
    isa16: str
    gs07: str
    gs08: str
    unb010_0001: str
    unb010_0002: str
    version_number: str
    release_number: str
    controlling_agency: str


class IClientFields(ComponentFields, total=False):
    """protocol/platform-2026.md#5-iclients."""

    provider: str
    published: bool
    enable_jwt: bool
    enable_iclient_references: bool
    form_type: str
    http_connector: str
    http_connector_api: str
    settings: Nested
    settings_form: Nested
    oauth2: Nested
    netsuite: Nested
    salesforce: Nested
    ebay: Nested
    amazonmws: Nested
    azureserviceprincipal: Nested
    aws_iam: Nested
    jwt: Nested
