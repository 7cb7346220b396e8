"""From the table of routes to its OpenAPI description."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.openapi.bodies import schema
from connector_kit.sandbox.pipeline.by_identifier import BY_IDENTIFIER
from connector_kit.sandbox.routes import routes

_VARIABLE = re.compile(r"\{(\w+)\}")
_REFUSED = {"$ref": "#/components/responses/Refused"}
REFUSALS = ("400", "401", "403", "404", "413", "422", "429")
"""What any route may be refused with."""


@cache
def description() -> Document:
    """Return the description of everything under ``/v1``."""
    paths: dict[str, Document] = defaultdict(dict)
    for route in [*routes(), *BY_IDENTIFIER]:
        paths[route.path][route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "A local integrator.io",
            "version": "1",
            "description": "What the sandbox of Connector Kit answers, from its own table.",
        },
        "servers": [{"url": "/v1"}],
        "security": [{"token": []}],
        "paths": dict(paths),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Refused": _refused()},
        },
    }


def _operation(route: Route) -> Document:
    summary = (route.handler.__doc__ or "").strip().split("\n")[0]
    nonempty = {"type": "string", "minLength": 1}
    path_parameters = [
        {"name": name, "in": "path", "required": True, "schema": nonempty}
        for name in _VARIABLE.findall(route.path)
    ]
    query_parameters = [
        {"name": name, "in": "query", "schema": {"type": "string"}} for name in route.query.split()
    ]
    operation: Document = {
        "operationId": f"{route.method} {route.path}",
        "summary": summary.rstrip(".") or f"{route.method} {route.path}",
        "tags": [route.path.split("/")[1]],
        "parameters": [*path_parameters, *query_parameters],
        "responses": _responses(route),
    }
    if route.body:
        content = {"application/json": {"schema": schema(route.body)}}
        operation["requestBody"] = {"content": content, "required": route.body != "anything"}
    return operation


def _responses(route: Route) -> Document:
    statuses = {route.ok}
    if route.path.endswith("/state/{key}") and route.method == "PUT":
        statuses.add(201)
    if route.path.endswith("/errorFile/signedURL") or route.path == "/{apiIdentifier}":
        statuses.add(204)
    good = {str(status): {"description": "All is well."} for status in statuses}
    refused = dict.fromkeys(REFUSALS, _REFUSED)
    if route.unless:
        refused["501"] = {**_refused(), "description": f"Not simulated: {'; '.join(route.unless)}."}
    return {**good, **refused}


def _refused() -> Document:
    error = {
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": {"type": "string"},
            "message": {"type": "string"},
            "field": {"type": "string"},
        },
    }
    body = {
        "type": "object",
        "required": ["errors"],
        "properties": {"errors": {"type": "array", "items": error}},
    }
    return {"description": "Refused.", "content": {"application/json": {"schema": body}}}
