"""Everything worth keeping as one JSON file, replaced at a stroke."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from connector_kit.sandbox.account.access_tokens import access_token
from connector_kit.sandbox.connectors.license_store import License
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.store import Account, Ids
from connector_kit.sandbox.http.wire import Document, parse, render
from connector_kit.sandbox.platform import Platform
from connector_kit.sandbox.states.store import Place

FORMAT = 1


def contents(platform: Platform) -> list[bytes]:
    """Return the file as chunks; quick, so that it can be taken between two requests."""
    store = platform.store
    head: Document = {
        "format": FORMAT,
        "ids": asdict(store.ids),
        "clock_offset": platform.clock.offset,
        "accounts": [asdict(account) for account in store.accounts.values()],
        "licenses": [asdict(license_) for license_ in platform.licenses],
        **{name: item.saved() for name, item in platform.snapshot_parts.items()},
    }
    states = [_item([*place, key], value) for place, key, value in platform.states.items()]
    records = [
        _item([record.account_id, record.resource], record.body) for record in store.records()
    ]
    return [
        render(head)[:-1],
        b',"states":[',
        b",\n".join(states),
        b'],"records":[\n',
        b",\n".join(records),
        b"]}",
    ]


def write(path: Path, chunks: list[bytes]) -> None:
    """Replace the file at *path*: it is the old one or the new one, never half of one.

    Readable for its owner only, since it holds secrets.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def load(platform: Platform, path: Path) -> None:
    """Fill an empty *platform* from *path*; raises ValueError when that is not a snapshot."""
    try:
        saved: Document = parse(path.read_bytes())
        _fill(platform, saved)
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} is not a snapshot of a sandbox: {error}. Delete it to start afresh."
        raise ValueError(message) from error


def _fill(platform: Platform, saved: Document) -> None:
    if saved["format"] != FORMAT:
        raise ValueError(f"it has format {saved['format']}, this sandbox reads {FORMAT}")
    platform.store.ids = Ids(**saved["ids"])
    platform.clock.offset = saved["clock_offset"]
    for account in saved["accounts"]:
        platform.admit(Account(**account))
    for license_ in saved["licenses"]:
        platform.licenses.add(License(**license_))
    for (*place, key), value in saved["states"]:
        platform.states.put(Place(*place), key, render(value))
    for (account_id, resource), document in saved["records"]:
        platform.store.put(Record.of(account_id, resource, document))
    for name, part in platform.snapshot_parts.items():
        part.restore(saved.get(name, []))
    for record in platform.store.records():
        if record.resource == "accesstokens":
            platform.tokens.keep(access_token(record))


def _item(key: list[Any], value: bytes) -> bytes:
    return b"[" + render(key) + b"," + value + b"]"
