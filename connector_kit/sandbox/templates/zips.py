"""A document and all it needs as a zip file, laid out like the platform's own downloads."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from connector_kit.sandbox.clones.contents import connections_of, contents_of
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.files import File

_UNFIT = re.compile(r"[^A-Za-z0-9_-]")


def pack(call: Call, record: Record) -> str:
    """Return the signed address of a zip of *record*."""
    records = contents_of(call.store, record)
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for item in [*records, *connections_of(call.store, records)]:
            name = _UNFIT.sub("-", str(item.get("name")))
            path = f"{item.resource}/{name}-{item.id}.json"
            if item.resource == "integrations":
                path = "integration.json"
            archive.writestr(path, item.public)
    file = File(f"{record.id}.zip", "application/zip", content.getvalue())
    return call.origin + call.platform.files.sign(file, call.now)
