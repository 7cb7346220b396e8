"""An application as data: collections of JSON objects behind a login, with pages and filters."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from connector_kit.sandbox.connections.backends import BackendAnswer, BackendRequest
from connector_kit.sandbox.http.wire import Document, parse, render

API = "api"
"""The first segment of every path."""
DEFAULT_LIMIT, LARGEST_LIMIT = 10, 100
"""Objects of a page, where the request does not say, and at most."""
_PAGING = ("page", "limit", "since")


class _Failed(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Login:
    """What a request must carry: a header, and the credentials that a connection makes it of."""

    kind: str
    header: str
    value: str
    credentials: Mapping[str, str]

    @classmethod
    def token(cls, token: str, header: str = "Authorization") -> Login:
        """A token in *header*, after ``Bearer`` if that is ``Authorization``."""
        value = f"Bearer {token}" if header == "Authorization" else token
        return cls("token", header, value, {"token": token})

    @classmethod
    def basic(cls, username: str, password: str) -> Login:
        """A user name and a password."""
        encoded = b64encode(f"{username}:{password}".encode()).decode()
        names = {"username": username, "password": password}
        return cls("basic", "Authorization", f"Basic {encoded}", names)

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Tell whether *headers* log in; in a header of its own, a token may follow ``Bearer``."""
        sent = next((headers[key] for key in headers if key.lower() == self.header.lower()), "")
        return sent == self.value or sent.removeprefix("Bearer ") == self.value

    @property
    def advice(self) -> str:
        """What a request without the login is told."""
        if self.kind == "basic":
            return "Log in with basic authentication: the user name or the password is wrong."
        form = "Bearer TOKEN" if self.value.startswith("Bearer ") else "TOKEN"
        return f"Send the header '{self.header}: {form}': the token is missing or wrong."


@dataclass(frozen=True)
class Collection:
    """Objects of one kind; *complete* adds to a new one what its sender left out.

    *date* is the field that ``since`` compares, *methods* what can be done besides reading, and
    *required* what a new object must have.
    """

    name: str
    objects: tuple[Document, ...] = ()
    date: str = ""
    methods: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    complete: Callable[[Document, int], Document] = lambda sent, _: sent


@dataclass
class Application:
    """A host with a login and collections, which it keeps in memory."""

    name: str
    host: str
    login: Login
    collections: tuple[Collection, ...]
    changes: int = 0
    data: dict[str, list[Document]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Hold what it held in the beginning, and nothing else."""
        self.data = {item.name: deepcopy([*item.objects]) for item in self.collections}
        self.changes += 1

    def answer(self, request: BackendRequest, now: str) -> BackendAnswer:
        """Answer *request*, which was made at *now* (ISO 8601)."""
        try:
            return self._answer(request, now)
        except _Failed as failed:
            return _json(failed.status, {"error": str(failed)})

    def _answer(self, request: BackendRequest, now: str) -> BackendAnswer:
        if not self.login.admits(request.headers):
            raise _Failed(401, self.login.advice)
        parts = urlsplit(request.url)
        segments = [unquote(segment) for segment in parts.path.strip("/").split("/")]
        if segments == [API, "ping"]:
            return _json(200, {"application": self.name})
        collection = self._collection(segments)
        key = segments[2] if len(segments) > 2 else None
        match request.method, key:
            case "GET", None:
                return self._page(collection, parts.path, dict(parse_qsl(parts.query)))
            case "GET", str(key):
                return _json(200, self._find(collection, key))
            case "POST", None if "POST" in collection.methods:
                return self._create(collection, request.body, now)
            case "PUT", str(key) if "PUT" in collection.methods:
                document = self._find(collection, key)
                document.update({**_object(request.body), "id": document["id"], "updatedAt": now})
                self.changes += 1
                return _json(200, document)
        raise _Failed(405, f"{request.method} is not possible at {parts.path}.")

    def _collection(self, segments: list[str]) -> Collection:
        named = {item.name: item for item in self.collections}
        if len(segments) in (2, 3) and segments[0] == API and segments[1] in named:
            return named[segments[1]]
        paths = ", ".join(f"/{API}/{name}" for name in (*named, "ping"))
        raise _Failed(404, f"There is nothing at /{'/'.join(segments)}. {self.host} has {paths}.")

    def _find(self, collection: Collection, key: str) -> Document:
        for document in self.data[collection.name]:
            if str(document["id"]) == key:
                return document
        raise _Failed(404, f"There is no {key!r} in {collection.name}.")

    def _page(self, collection: Collection, path: str, query: dict[str, str]) -> BackendAnswer:
        """Return a page of those that match *query*, oldest first; a field is compared as text."""
        since, equal = query.get("since", ""), query.keys() - {*_PAGING}
        found = [
            document
            for document in self.data[collection.name]
            if all(str(document.get(name, "")) == query[name] for name in equal)
            and (not since or str(document.get(collection.date, "")) > since)
        ]
        page, limit = _whole(query, "page", 1), _whole(query, "limit", DEFAULT_LIMIT)
        limit = min(limit, LARGEST_LIMIT)
        pages = max(math.ceil(len(found) / limit), 1)
        body = {
            collection.name: found[(page - 1) * limit : page * limit],
            "page": page,
            "pages": pages,
            "total": len(found),
        }
        following = urlencode({**query, "page": page + 1})
        link = f'<https://{self.host}{path}?{following}>; rel="next"'
        return _json(200, body, {"Link": link} if page < pages else {})

    def _create(self, collection: Collection, body: bytes, now: str) -> BackendAnswer:
        sent, known = _object(body), self.data[collection.name]
        if missing := [name for name in collection.required if sent.get(name) in (None, "")]:
            raise _Failed(
                422, f"{', '.join(missing)}: missing in a new object of {collection.name}."
            )
        number = max((int(document["id"]) for document in known), default=0) + 1
        document = {**collection.complete(sent, number), "id": str(number), "createdAt": now}
        known.append(document)
        self.changes += 1
        return _json(201, document)


def _object(body: bytes) -> Document:
    try:
        value = parse(body)
    except ValueError as error:
        raise _Failed(400, f"The body is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise _Failed(400, "The body must be a JSON object.")
    return value


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise _Failed(400, f"{name} must be a whole number from 1, not {text!r}.")
    return int(text)


def _json(status: int, body: object, headers: Mapping[str, str] | None = None) -> BackendAnswer:
    kind = {"Content-Type": "application/json"}
    return BackendAnswer(status, {**kind, **(headers or {})}, render(body))
