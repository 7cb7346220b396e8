"""Today's resource types (protocol/platform-2026.md#1)."""

from tests.integrator.calls.case import DONE, NOTHING, Sent, case, crud

ROWS = {"data": [{"key": "DE", "value": "Germany"}]}

CASES = [
    *crud("lookup_caches", "lookupcaches"),
    *crud("tools", "tools", _integrationId="64a2"),
    *crud("apis", "apis", type="script"),
    *crud("mcp_servers", "mcpservers", relativeURI="/orders"),
    *crud("async_helpers", "asynchelpers"),
    *crud("file_definitions", "filedefinitions", version="1"),
    *crud("edi_profiles", "ediprofiles", fileType="edix12"),
    case(
        "lookup caches: the first rows are read",
        lambda c: c.lookup_caches.rows("64a1"),
        ROWS,
        Sent("POST /lookupcaches/64a1/getData", {}),
        {"DE": "Germany"},
    ),
    case(
        "lookup caches: rows are read by the beginning of their keys",
        lambda c: c.lookup_caches.rows("64a1", starts_with="D"),
        ROWS["data"],
        Sent("POST /lookupcaches/64a1/getData", {"startsWith": "D"}),
        {"DE": "Germany"},
    ),
    case(
        "lookup caches: a thousand keys are asked for at a time",
        lambda c: c.lookup_caches.rows("64a1", keys=map(str, range(1001))),
        ({"data": []}, ROWS),
        (
            Sent("POST /lookupcaches/64a1/getData", {"keys": [*map(str, range(1000))]}),
            Sent("POST /lookupcaches/64a1/getData", {"keys": ["1000"]}),
        ),
        {"DE": "Germany"},
    ),
    case(
        "lookup caches: rows are stored",
        lambda c: c.lookup_caches.put("64a1", {"DE": "Germany"}),
        DONE,
        Sent("POST /lookupcaches/64a1/data", ROWS),
    ),
    case(
        "lookup caches: more than a request takes is stored in several",
        lambda c: c.lookup_caches.put("64a1", {"a": "x" * 3_000_000, "b": "y" * 3_000_000}),
        (DONE, DONE),
        (
            Sent(
                "POST /lookupcaches/64a1/data", {"data": [{"key": "a", "value": "x" * 3_000_000}]}
            ),
            Sent(
                "POST /lookupcaches/64a1/data", {"data": [{"key": "b", "value": "y" * 3_000_000}]}
            ),
        ),
    ),
    case(
        "lookup caches: no rows are no request",
        lambda c: c.lookup_caches.put("64a1", {}),
        (),
        (),
    ),
    case(
        "lookup caches: rows are removed",
        lambda c: c.lookup_caches.remove("64a1", ["DE"]),
        NOTHING,
        Sent("DELETE /lookupcaches/64a1/data", {"keys": ["DE"]}),
    ),
    case(
        "lookup caches: every row is removed",
        lambda c: c.lookup_caches.purge("64a1"),
        NOTHING,
        "DELETE /lookupcaches/64a1/data/purge",
    ),
]
