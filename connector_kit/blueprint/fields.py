"""The top-level fields of each resource: Python's spelling, and the platform's.

One list serves three readers: an editor completes and mypy checks the keywords of a declaration,
`wire_name` compiles them, and `python_field` is its exact inverse for code that writes
declarations. Field lists: protocol/resources.md. A field that stands in no list goes into
``wire={...}``; nested objects are always in the platform's spelling.
"""

import keyword
import re
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
        "resolvedAt",
    }
)
"""Given by the server, ignored or refused when sent (protocol/resources.md)."""

FREE_DATA_FIELDS = frozenset(
    {"sampleData", "sampleHeaders", "sampleResponseData", "mockOutput", "mockResponse"}
)
"""Samples: whatever they hold is data, not configuration (protocol/resources.md#export)."""


class BelongingFields(TypedDict, total=False):
    """Which installations get a component: keywords of every one, and never on the wire."""

    edition: Edition | str | None
    add_on: AddOn | str | None
    per_store: bool


class CommonFields(BelongingFields, total=False):
    """Fields most documents share (protocol/resources.md)."""

    description: str | None
    settings: Nested | None
    settings_form: Nested | None


class ConnectionFields(CommonFields, total=False):
    """protocol/resources.md#connection."""

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

    debug_until: str
    post_response_hook_to_process_on_child_record: bool


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


_SPELLINGS = {
    "agent": "_agentId",
    "borrow_concurrency_from": "_borrowConcurrencyFromConnectionId",
    "connection": "_connectionId",
    "data_uri_template": "dataURITemplate",
    "export": "_exportId",
    "flow_grouping": "_flowGroupingId",
    "import_": "_importId",
    "keep_delta_behind_export": "_keepDeltaBehindExportId",
    "keep_delta_behind_flow": "_keepDeltaBehindFlowId",
    "netsuite_da": "netsuite_da",
    "run_next": "_runNextFlowIds",
}

_POSITIONAL = {
    "connections": ("name", "type"),
    "scripts": ("name", "content"),
    "exports": ("name",),
    "imports": ("name",),
    "flows": ("name",),
    "flows.pageGenerators": (),
    "flows.pageProcessors": (),
    "flows.routers": ("id",),
    "flows.routers.branches": ("name",),
}

_TYPED = {
    "connections": ConnectionFields,
    "scripts": ScriptFields,
    "exports": ExportFields,
    "imports": ImportFields,
    "flows": FlowFields,
    "flows.pageGenerators": SourceFields,
    "flows.pageProcessors": StepFields,
    "flows.routers": RouterFields,
    "flows.routers.branches": BranchFields,
}

_BELONGING = frozenset(BelongingFields.__annotations__)
_PARAMETERS = frozenset({"self", "resource", "customer_owns", "wire"}) | _BELONGING


def _camel(python_name: str) -> str:
    first, *rest = python_name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _snake(wire_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", wire_name).lower()


def _catalogue(resource: str) -> dict[str, str]:
    names = (*_POSITIONAL[resource], *_TYPED[resource].__annotations__)
    spelled = (name for name in names if name not in _BELONGING)
    return {name: _SPELLINGS.get(name, _camel(name)) for name in spelled}


_WIRE_NAMES = {resource: _catalogue(resource) for resource in _TYPED}
_PYTHON_NAMES = {
    resource: {wire: python for python, wire in names.items()}
    for resource, names in _WIRE_NAMES.items()
}


def known_fields(resource: str) -> Mapping[str, str]:
    """Return the wire name of every keyword of *resource*; empty for a resource without a list.

    The parts of a flow count as resources: ``flows.pageGenerators``, ``flows.pageProcessors``,
    ``flows.routers``, ``flows.routers.branches``.
    """
    return _WIRE_NAMES.get(resource, {})


def wire_name(resource: str, python_name: str) -> str | None:
    """Return the platform's spelling of a keyword; None when *resource* has no such field.

    Resources without a list of fields (``asynchelpers``) are spelled by rule.
    """
    if resource in _WIRE_NAMES:
        return _WIRE_NAMES[resource].get(python_name)
    return _camel(python_name)


def python_field(resource: str, wire_name: str) -> str | None:
    """Return the keyword that compiles to *wire_name*; None when it belongs into ``wire={...}``."""
    if resource in _PYTHON_NAMES:
        return _PYTHON_NAMES[resource].get(wire_name)
    python_name = _snake(wire_name)
    writable = (
        python_name.isidentifier()
        and not keyword.iskeyword(python_name)
        and python_name not in _PARAMETERS
    )
    return python_name if writable and _camel(python_name) == wire_name else None
