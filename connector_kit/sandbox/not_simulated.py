"""Routes of the platform that the sandbox knows and does not simulate: 501, which says so.

Public clients call them (protocol/platform-2026.md#1); "There is no route" would read as a mistake
of the caller.
"""

from __future__ import annotations

from connector_kit.sandbox.http.call import Answer, Call
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.unsimulated import PROCESSORS, RESOURCES, not_simulated


def refuse_resource(call: Call) -> Answer:
    """Any method of a resource type that is not simulated."""
    raise not_simulated(RESOURCES, "/" + "/".join(call.segments))


def refuse_processor(call: Call) -> Answer:
    """POST /processors/{name}, /apis/{id}/request."""
    raise not_simulated(PROCESSORS, "/" + "/".join(call.segments))


_TYPES = ("lookupcaches", "tools", "mcpservers", "environments", "httpconnectors")

ROUTES = (
    *(
        Route(method, path, refuse_resource, unless=(RESOURCES,))
        for type_ in _TYPES
        for method, path in (
            ("GET", f"/{type_}"),
            ("POST", f"/{type_}"),
            ("GET", f"/{type_}/{{id}}"),
            ("PUT", f"/{type_}/{{id}}"),
            ("DELETE", f"/{type_}/{{id}}"),
        )
    ),
    Route("POST", "/tags", refuse_resource, unless=(RESOURCES,)),
    Route("GET", "/tags/{id}", refuse_resource, unless=(RESOURCES,)),
    Route("GET", "/integrations/{id}/revisions", refuse_resource, unless=(RESOURCES,)),
    Route("POST", "/integrations/{id}/revisions", refuse_resource, unless=(RESOURCES,)),
    Route("POST", "/processors/{name}", refuse_processor, unless=(PROCESSORS,)),
    Route("POST", "/apis/{id}/request", refuse_processor, unless=(PROCESSORS,)),
)
