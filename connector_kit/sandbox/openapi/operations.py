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
    operation: Document = {
        "operationId": f"{route.method} {route.path}",
        "summary": _summary(route),
        "tags": [route.path.split("/")[1]],
        "parameters": [*_path_parameters(route.path), *_query_parameters(route.query)],
        "responses": _responses(route),
    }
    if route.body:
        content = {"application/json": {"schema": schema(route.body)}}
        operation["requestBody"] = {"content": content, "required": route.body != "anything"}
    return operation


def _summary(route: Route) -> str:
    text = (route.handler.__doc__ or "").strip().split("\n")[0]
    return text.rstrip(".") or f"{route.method} {route.path}"


def _path_parameters(path: str) -> list[Document]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _VARIABLE.findall(path)
    ]


def _query_parameters(names: str) -> list[Document]:
    return [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names.split()]


def _responses(route: Route) -> Document:
    good = {str(status): {"description": "All is well."} for status in {route.ok, *_other(route)}}
    refused = dict.fromkeys(REFUSALS, _REFUSED)
    if route.unless:
        refused["501"] = {**_refused(), "description": f"Not simulated: {'; '.join(route.unless)}."}
    return {**good, **refused}


def _other(route: Route) -> tuple[int, ...]:
    """Statuses that are fine as well."""
    if route.path.endswith("/state/{key}") and route.method == "PUT":
        return (201,)
    if route.path.endswith("/errorFile/signedURL") or route.path == "/{apiIdentifier}":
        return (204,)
    return ()


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
