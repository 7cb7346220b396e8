"""Downloads to adopt: the files of an integration as the platform hands them out, made up here."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Files = dict[str, bytes]
Document = dict[str, Any]

FOLDERS = ("connections", "scripts", "exports", "imports", "flows")


def identity(kind: str, number: int) -> str:
    """An id as the platform gives them: 24 hexadecimal characters."""
    return f"64a1f0c2b3d4{FOLDERS.index(kind):04x}{number:08x}" if kind in FOLDERS else kind


def files_of(integration: Document, **documents: list[Document]) -> Files:
    """The files of a download: ``integration.json``, and a folder for each type of *documents*."""
    files = {"integration.json": written(integration)}
    for folder, document in ((name, doc) for name, docs in documents.items() for doc in docs):
        stem = str(document.get("name") or "Untitled").replace(" ", "-").replace("/", "-")[:40]
        files[f"{folder}/{stem}-{document['_id']}.json"] = written(document)
    return files


def written(document: Any) -> bytes:
    """A document as it stands in a file."""
    return json.dumps(document, indent=2).encode()


def save(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write *files* below *folder*, and return it."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def zipped(files: Mapping[str, bytes], place: Path) -> Path:
    """Write *files* into the zip file *place*, and return it."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return place


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """*files* as the content of a zip file."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return written.getvalue()


# --- a small one, whole -----------------------------------------------------------------------

SHOP = identity("connections", 1)
HELPERS = identity("scripts", 1)
ORDERS = identity("exports", 1)
CUSTOMER = identity("exports", 2)
SAVE = identity("imports", 1)
SYNC = identity("flows", 1)
INTEGRATION = "64a1f0c2b3d4ffff00000001"


def small() -> dict[str, list[Document]]:
    """The documents of an integration that has one of everything, by folder."""
    return {
        "connections": [
            {
                "_id": SHOP,
                "name": "Shop",
                "type": "http",
                "offline": False,
                "http": {
                    "baseURI": "https://shop.example.com",
                    "mediaType": "json",
                    "auth": {"type": "basic", "basic": {"username": "me", "password": "******"}},
                },
            }
        ],
        "scripts": [{"_id": HELPERS, "name": "Helpers", "content": "function addTotals (o) {}\n"}],
        "exports": [
            {
                "_id": ORDERS,
                "name": "Orders",
                "_connectionId": SHOP,
                "apiIdentifier": "e1a2b3c4d5",
                "adaptorType": "HTTPExport",
                "http": {"relativeURI": "/orders", "method": "GET"},
            },
            {
                "_id": CUSTOMER,
                "name": "Find customer",
                "_connectionId": SHOP,
                "adaptorType": "HTTPExport",
                "isLookup": True,
                "http": {"relativeURI": "/customers/{{id}}", "method": "GET"},
            },
        ],
        "imports": [
            {
                "_id": SAVE,
                "name": "Save order",
                "_connectionId": SHOP,
                "adaptorType": "HTTPImport",
                "http": {"relativeURI": ["/orders"], "method": ["POST"]},
                "mapping": {"fields": [{"extract": "id", "generate": "id"}], "lists": []},
                "hooks": {"preMap": {"function": "addTotals", "_scriptId": HELPERS}},
            }
        ],
        "flows": [
            {
                "_id": SYNC,
                "name": "Sync",
                "_integrationId": INTEGRATION,
                "disabled": True,
                "schedule": "? */15 * ? * *",
                "pageGenerators": [{"_exportId": ORDERS}],
                "pageProcessors": [
                    {
                        "type": "export",
                        "_exportId": CUSTOMER,
                        "responseMapping": {
                            "fields": [{"extract": "data[0].id", "generate": "customer"}],
                            "lists": [],
                        },
                    },
                    {"type": "import", "_importId": SAVE},
                ],
            }
        ],
    }


def small_files(**changed: list[Document]) -> Files:
    """The files of `small`, some folders *changed*."""
    return files_of({"_id": INTEGRATION, "name": "Orders to ERP"}, **{**small(), **changed})


# --- a big one, of every kind ------------------------------------------------------------------

_MEGABYTE = 1 << 20


def big_files(sample_bytes: int = 5 * _MEGABYTE, *, complete: bool = False) -> Files:
    """60 exports, 40 imports, 12 flows, 20 scripts, 5 connections, *sample_bytes* of mock output.

    Among them routers, webhooks, secrets, and files that nobody understands; unless *complete*,
    a connection and a script did not come along.
    """
    gone = GONE if not complete else {}
    groups = [{"_id": f"64a1f0c2b3d4eeee0000000{n}", "name": f"Group {n}"} for n in range(3)]
    integration = {
        "_id": INTEGRATION,
        "name": "Everything everywhere",
        "description": "All that an integration can hold",
        "flowGroupings": groups,
        "readme": "How it works",
        "install": [],
    }
    sample = _sample(sample_bytes // 50)
    files = files_of(
        integration,
        connections=list(_connections()),
        scripts=[script for script in _scripts() if script["content"]],
        exports=[
            _export(number, sample if number % 6 else None) | gone.get(f"export {number}", {})
            for number in range(60)
        ],
        imports=[_import(number) | gone.get(f"import {number}", {}) for number in range(40)],
        flows=[_flow(number, groups) for number in range(12)],
    )
    for script in _scripts():
        if not script["content"]:
            path = f"scripts/{script['name']}-{script['_id']}"
            files[f"{path}.json"] = written(script)
            files[f"{path}.js"] = _javascript(script["name"]).encode()
    return files | {
        "README.txt": b"Downloaded",
        "hardware/hammer.json": b"{}",
        ".DS_Store": b"junk",
    }


GONE: dict[str, Document] = {
    "export 11": {"_connectionId": "64a1f0c2b3d4dddd00000001"},
    "import 0": {
        "hooks": {"preMap": {"function": "run", "_scriptId": "64a1f0c2b3d4dddd00000002"}},
    },
}
"""What refers to documents that did not come along."""


def _sample(size: int) -> Document:
    record = {"id": 4711, "name": "Wool socks", "tags": ["a", "b"], "price": 9.99, "note": "x" * 80}
    count = max(1, size // len(json.dumps({"record": record}, indent=2)))
    return {"page_of_records": [{"record": {**record, "id": n}} for n in range(count)]}


def _connections() -> Iterator[Document]:
    details: list[tuple[str, Document]] = [
        (
            "http",
            {
                "baseURI": "https://shop.example.com",
                "mediaType": "json",
                "auth": {"type": "token", "token": {"token": "******", "location": "header"}},
                "headers": [{"name": "Authorization", "value": "Bearer opensesame"}],
            },
        ),
        (
            "http",
            {
                "baseURI": "https://erp.example.com",
                "mediaType": "json",
                "auth": {"type": "basic", "basic": {"username": "me", "password": "opensesame"}},
            },
        ),
        (
            "netsuite",
            {"authType": "token", "account": "TSTDRV1", "tokenId": "******", "roleId": "3"},
        ),
        ("ftp", {"type": "sftp", "hostURI": "ftp.example.com", "username": "me"}),
        (
            "rdbms",
            {
                "type": "postgresql",
                "host": "db.example.com",
                "database": "erp",
                "user": "me",
                "password": "******",
            },
        ),
    ]
    for number, (kind, detail) in enumerate(details):
        yield {
            "_id": identity("connections", number),
            "name": f"{kind} connection {number}",
            "type": kind,
            "createdAt": "2026-01-05T09:00:00.000Z",
            kind: detail,
        }


def _scripts() -> Iterator[Document]:
    for number in range(20):
        name = f"Script {number}"
        content = _javascript(name) if number % 2 else ""
        yield {"_id": identity("scripts", number), "name": name, "content": content}


def _javascript(name: str) -> str:
    return f"// {name}\nfunction run (options) {{\n  return options.data\n}}\n" * 20


def _script_function(number: int) -> Document:
    return {"function": "run", "_scriptId": identity("scripts", number % 20)}


_ADAPTORS = ("HTTP", "HTTP", "NetSuite", "FTP", "RDBMS")


def _export(number: int, sample: Document | None) -> Document:
    shared: Document = {
        "_id": identity("exports", number),
        "name": f"Export {number // 2}",  # each name twice
        "description": f"Takes out what {number} says",
        "mockOutput": sample,
        "isLookup": number >= 30,
        "asynchronous": True,
        "hooks": {"preSavePage": _script_function(number)} if number % 3 == 0 else {},
        "lastModified": "2026-01-05T09:00:00.000Z",
    }
    if number % 15 == 7:
        hook = {"provider": "custom", "verify": "token", "token": "opensesame"}
        return {**shared, "type": "webhook", "adaptorType": "WebhookExport", "webhook": hook}
    kind = number % 5
    return {
        **shared,
        "_connectionId": identity("connections", kind),
        "adaptorType": f"{_ADAPTORS[kind]}Export",
        **(
            {"http": {"relativeURI": f"/things/{number}", "method": "GET", "body": "x\n" * 300}}
            if kind < 2
            else {}
        ),
        "filter": {
            "type": "expression",
            "expression": {"version": "1", "rules": ["equals", ["string", ["extract", "a"]], "b"]},
            "version": "1",
        },
    }


def _import(number: int) -> Document:
    kind = number % 5
    fields = [{"extract": f"a{n}", "generate": f"b{n}"} for n in range(number + 1)]
    return {
        "_id": identity("imports", number),
        "name": f"Import {number}",
        "_connectionId": identity("connections", kind),
        "adaptorType": f"{_ADAPTORS[kind]}Import",
        "mapping": {"fields": fields, "lists": []},
        "hooks": {"preMap": _script_function(number)},
        **({"http": {"relativeURI": ["/x"], "method": ["POST"]}} if kind < 2 else {}),
    }


def _flow(number: int, groups: list[Document]) -> Document:
    lookups = [30 + (number * 2 + n) % 30 for n in range(3)]
    imports = [(number * 3 + n) % 40 for n in range(4)]
    steps: list[Document] = [
        *({"type": "export", "_exportId": identity("exports", n)} for n in lookups),
        *({"type": "import", "_importId": identity("imports", n)} for n in imports),
    ]
    steps[0]["responseMapping"] = {"fields": [{"extract": "a", "generate": "b"}], "lists": []}
    steps[1]["hooks"] = {"postResponseMap": _script_function(number)}
    shared = {
        "_id": identity("flows", number),
        "name": f"Flow {number}",
        "_integrationId": INTEGRATION,
        "_flowGroupingId": groups[number % 3]["_id"],
        "schedule": "? 0 2 ? * *",
        "pageGenerators": [
            {"_exportId": identity("exports", number), "skipRetries": False},
            {"_exportId": identity("exports", number + 12)},
        ],
        "_runNextFlowIds": [identity("flows", number - 1)] if number else [],
    }
    return {**shared, **(_routed(steps) if number % 4 == 0 else {"pageProcessors": steps})}


def _routed(steps: list[Document]) -> Document:
    first = {
        "name": "First",
        "inputFilter": {"version": "1", "rules": ["equals", 1, 2]},
        "pageProcessors": steps[:3],
        "nextRouterId": "second",
    }
    script = _script_function(1)
    return {
        "routers": [
            {
                "id": "first",
                "routeRecordsTo": "first_matching_branch",
                "routeRecordsUsing": "input_filters",
                "branches": [first, {"name": "Otherwise", "pageProcessors": []}],
            },
            {
                "id": "second",
                "routeRecordsUsing": "script",
                "script": script,
                "branches": [{"name": "Last", "pageProcessors": steps[3:]}],
            },
        ]
    }
