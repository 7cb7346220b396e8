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
    mappings: Sequence[Any]
    lookups: Sequence[Any]
    batch_size: int
    netsuite: Nested
    netsuite_da: Nested


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
