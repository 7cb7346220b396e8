"""One request to the API as its handler sees it, and the answer it gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from connector_kit.sandbox.account.tokens import Token
from connector_kit.sandbox.documents.store import Account, Store
from connector_kit.sandbox.http.errors import Refusal, refuse
from connector_kit.sandbox.http.wire import Document, parse, render
from connector_kit.sandbox.platform import Platform

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
OLDER_WORDS = {"template": "templates"}
"""Path words that the reference's own examples spell differently."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


EMPTY = Answer(200)
"""200 without a body."""
GONE = Answer(204)


def answer(value: Any, status: int = 200) -> Answer:
    """Answer a JSON value."""
    return Answer(status, render(value))


def answer_refusal(refusal: Refusal) -> Answer:
    """Answer ``{"errors": [...]}``."""
    body = render({"errors": refusal.errors, **refusal.beside})
    return Answer(refusal.status, body, headers=refusal.headers)


@dataclass(slots=True)
class Call:
    """An authenticated request; *params* are the variable parts of its route.

    *origin* is the address at which the caller sees the sandbox: ``http://127.0.0.1:8900``.
    """

    platform: Platform
    method: str
    segments: list[str]
    params: dict[str, str]
    query: str
    body: bytes
    token: Token
    headers: Mapping[str, str]
    origin: str

    @property
    def store(self) -> Store:
        """The platform's documents."""
        return self.platform.store

    @property
    def account_id(self) -> str:
        """The account that is acted in."""
        return self.token.account_id

    @property
    def connector_id(self) -> str | None:
        """The connector that acts, None when it is the account's owner."""
        return self.token.connector_id

    @property
    def resource(self) -> str:
        """The first word of the path: ``exports``; ``iClients`` is another spelling."""
        word = self.segments[0].lower()
        return OLDER_WORDS.get(word, word)

    @property
    def id(self) -> str:
        """The id in the path."""
        return self.params["id"]

    def parameter(self, name: str) -> str | None:
        """Return a parameter of the query string."""
        values = self.parameters(name)
        return values[0] if values else None

    def parameters(self, name: str) -> list[str]:
        """Return all values of a parameter: ``a=1&a=2``, or written ``a[0]=1&a[1]=2``."""
        if not self.query:
            return []
        return [
            value
            for key, values in parse_qs(self.query).items()
            if key == name or (key.startswith(f"{name}[") and key.endswith("]"))
            for value in values
        ]

    @property
    def now(self) -> float:
        """The platform's time, in seconds since the epoch."""
        return self.platform.clock.now()

    @property
    def account(self) -> Account:
        """The account that is acted in."""
        return self.store.accounts[self.account_id]

    @property
    def user_id(self) -> str:
        """The user who acts."""
        return self.token.user_id or self.account.user_id

    def json(self, default: Any = None) -> Any:
        """Return the body, *default* when it is empty; raises `Refusal` 400 when it is not JSON."""
        if not self.body:
            return default
        try:
            return parse(self.body)
        except ValueError as error:
            raise refuse(400, "invalid_json", f"The body is not JSON: {error}.") from error

    def document(self) -> Document:
        """Return the body, which must be an object."""
        body = self.json()
        if not isinstance(body, dict):
            raise refuse(400, "invalid_json", "The body must be a JSON object.")
        return body

    def documents(self) -> list[Document]:
        """Return the body, which must be an array of objects."""
        body = self.json()
        if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
            raise refuse(400, "invalid_json", "The body must be a JSON array of objects.")
        return body

    def words(self) -> list[str]:
        """Return the body, which must be an array of texts."""
        body = self.json()
        if not isinstance(body, list) or not all(isinstance(item, str) for item in body):
            raise refuse(400, "invalid_json", "The body must be a JSON array of texts.")
        return body

    def instructions(self) -> Document:
        """Return the body of a request that may do without: an object, or nothing."""
        return self.document() if self.body.strip() not in (b"", b"null") else {}


Handler = Callable[[Call], "Answer | Awaitable[Answer]"]
