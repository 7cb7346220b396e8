"""The part of real-time exports and imports that lives in the application (http-api.md#5).

In the sandbox there is no application: that part is the document's own ``netsuite.distributed``,
``salesforce.distributed`` or ``netsuite_da``, and writing it writes the document.
"""

from __future__ import annotations

from connector_kit.sandbox.documents import resources
from connector_kit.sandbox.documents.paths import find, replace
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible
from connector_kit.sandbox.http.routing import Route

PLACES = {
    "exports": (("netsuite", "distributed"), ("salesforce", "distributed")),
    "imports": (("netsuite_da",),),
}


def read(call: Call) -> Answer:
    """GET /exports/{id}/distributed, also /imports."""
    record = access.readable(call)
    return answer(find(record.document, _place(record)))


def write(call: Call) -> Answer:
    """PUT /exports/{id}/distributed, also /imports."""
    record = access.writable(call)
    place, document = _place(record), record.document
    replace(document, place, call.document())
    return answer(find(resources.put(call, record, document).document, place))


def _place(record: Record) -> tuple[str, ...]:
    document = record.document
    for place in PLACES[record.resource]:
        if isinstance(find(document, place), dict):
            return place
    raise impossible(f"The {record.resource} {record.id} has no part in the application.")


ROUTES = tuple(
    Route(method, f"/{resource}/{{id}}/distributed", handler, body=body)
    for resource in PLACES
    for method, handler, body in (("GET", read, ""), ("PUT", write, "anything"))
)
