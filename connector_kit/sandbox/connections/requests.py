"""From a connection and a relative address to a request, logged in (protocol/resources.md)."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from connector_kit.sandbox.connections import debug_log
from connector_kit.sandbox.connections.backends import BackendAnswer, BackendRequest
from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.errors import invalid, missing
from connector_kit.sandbox.http.wire import Document, parse, render
from connector_kit.sandbox.pipeline.context import RunContext
from connector_kit.sandbox.pipeline.templates import fill
from connector_kit.sandbox.unsimulated import APPLICATIONS, LOGINS, not_simulated

TOO_MANY = 429
"""The status of an answer to one request too many, where the connection names no other."""
MOST_ATTEMPTS = 5
"""How often a request is sent at most."""
LONGEST_WAIT = 30.0
"""Seconds that a request waits at most before it is sent again."""
TYPES = ("http", "rest")
"""Types of connections that lead to an application the sandbox can ask."""
MEDIA_TYPES = {
    "json": "application/json",
    "urlencoded": "application/x-www-form-urlencoded",
    "plaintext": "text/plain",
    "xml": "application/xml",
}


async def ask(run: RunContext, request: BackendRequest) -> BackendAnswer:
    """Send a request that lacks only credentials; returns the application's answer.

    Where the application says that it is asked too often and when to come back, the request is sent
    again after that time (protocol/resources.md, ``rateLimit`` and ``retryHeader``).
    """
    prepared = await log_in(run, request)
    for _ in range(MOST_ATTEMPTS):
        answer = await run.platform.backends.exchange(prepared)
        debug_log.write(run, prepared, answer)
        seconds = _asked_to_wait(run.connection, answer)
        if seconds is None:
            break
        await asyncio.sleep(min(seconds, LONGEST_WAIT))
    return answer


def _asked_to_wait(connection: Document, answer: BackendAnswer) -> float | None:
    """The seconds after which the application wants to be asked again, None if it does not."""
    kind = connection_type(connection)
    status = find(connection, (kind, "rateLimit", "failStatusCode")) or TOO_MANY
    if str(answer.status) != str(status):
        return None
    header = str(find(connection, (kind, "retryHeader")) or "Retry-After")
    try:
        return max(float(answer.header(header.lower())), 0.0)
    except ValueError:
        return None


def address(connection: Document, relative_uri: str) -> str:
    """Return the address of *relative_uri* at the connection's application."""
    kind = connection_type(connection)
    base = fill(str(find(connection, (kind, "baseURI")) or ""), {"connection": connection})
    if not base:
        raise missing(f"{kind}.baseURI")
    if relative_uri.startswith(("http://", "https://")):
        return relative_uri
    if not relative_uri or relative_uri.startswith("?"):
        return base + relative_uri
    return f"{base.rstrip('/')}/{relative_uri.lstrip('/')}"


def connection_type(connection: Document) -> str:
    """Return ``http`` or ``rest``; raises `Refusal` 501 for what the sandbox cannot ask."""
    kind = str(connection.get("type"))
    if kind not in TYPES:
        raise not_simulated(APPLICATIONS, f"a connection of type {kind}")
    return "http" if connection.get("http") else kind


def default_headers(connection: Document) -> dict[str, str]:
    """Return the headers that every request of a connection has."""
    kind = connection_type(connection)
    media = str(find(connection, (kind, "mediaType")) or "json")
    return {
        "Accept": "application/json",
        "Content-Type": MEDIA_TYPES.get(media, MEDIA_TYPES["json"]),
        **fill_headers(find(connection, (kind, "headers")), {"connection": connection}),
    }


def fill_headers(headers: Any, context: Document) -> dict[str, str]:
    """Return ``[{name, value}]`` as headers, values filled in."""
    return {
        str(header["name"]): fill(str(header.get("value") or ""), context)
        for header in objects(headers)
        if header.get("name")
    }


async def log_in(run: RunContext, request: BackendRequest) -> BackendRequest:
    """Return *request* with what the connection's kind of login adds."""
    connection = run.connection
    kind = connection_type(connection)
    auth = find(connection, ("http", "auth")) if kind == "http" else _auth_of_rest(connection)
    auth = auth if isinstance(auth, dict) else {}
    match str(auth.get("type") or "custom"):
        case "custom":  # such logins are in the connection's own headers
            return request
        case "basic":
            names = ("username", "password")
            user, password = (str(find(auth, ("basic", name)) or "") for name in names)
            encoded = b64encode(f"{user}:{password}".encode()).decode()
            return _with_header(request, "Authorization", f"Basic {encoded}")
        case "oauth":
            token = find(auth, ("token", "token")) or ""
            return _with_header(request, "Authorization", f"Bearer {token}")
        case "token":
            return _with_token(request, auth)
        case "cookie":
            return await _with_cookie(run, request, auth)
        case login:
            raise not_simulated(LOGINS, login)


def _auth_of_rest(connection: Document) -> Document:
    """Return the login of a legacy ``rest`` connection in the words of ``http``."""
    rest = connection["rest"] if isinstance(connection.get("rest"), dict) else {}
    return {
        "type": rest.get("authType") or "custom",
        "basic": rest.get("basicAuth"),
        "cookie": rest.get("cookieAuth"),
        "token": {
            "token": rest.get("bearerToken"),
            "location": rest.get("tokenLocation"),
            "headerName": rest.get("authHeader"),
            "scheme": rest.get("authScheme"),
            "paramName": rest.get("tokenParam"),
        },
    }


def _with_token(request: BackendRequest, auth: Document) -> BackendRequest:
    rules = auth["token"] if isinstance(auth.get("token"), dict) else {}
    token, parameter = str(rules.get("token") or ""), str(rules.get("paramName") or "access_token")
    match rules.get("location"):
        case "url":
            parts = urlsplit(request.url)
            query = [*parse_qsl(parts.query, keep_blank_values=True), (parameter, token)]
            return replace(request, url=urlunsplit(parts._replace(query=urlencode(query))))
        case "body":
            try:
                body = parse(request.body) if request.body else {}
            except ValueError:
                body = None
            if not isinstance(body, dict):
                raise invalid("body", "is no JSON object, so the token cannot stand in it")
            return replace(request, body=render({**body, parameter: token}))
    scheme = "Bearer" if rules.get("scheme") is None else str(rules["scheme"])
    header = str(rules.get("headerName") or "Authorization")
    return _with_header(request, header, f"{scheme} {token}".strip())


async def _with_cookie(run: RunContext, request: BackendRequest, auth: Document) -> BackendRequest:
    """Log in first, and send the cookies of the answer along."""
    rules = auth["cookie"] if isinstance(auth.get("cookie"), dict) else {}
    login = BackendRequest(
        method=str(rules.get("method") or "POST"),
        url=address(run.connection, str(rules.get("uri") or "")),
        headers=default_headers(run.connection),
        body=fill(str(rules.get("body") or ""), {"connection": run.connection}).encode(),
    )
    answer = await run.platform.backends.exchange(login)
    success = rules.get("successStatusCode") or 200
    if answer.status != success:
        raise invalid("http.auth.cookie", f"does not log in: {answer.status} instead of {success}")
    cookie = answer.header("set-cookie").split(";")[0]
    return _with_header(request, "Cookie", cookie)


def _with_header(request: BackendRequest, name: str, value: str) -> BackendRequest:
    return replace(request, headers={**request.headers, name: value})
