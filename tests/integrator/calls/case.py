"""One call of the client: the requests it makes, and what becomes of the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from connector_kit.integrator import Client
from tests.integrator.scripted import STORED, Received, Reply, ScriptedPlatform

NOTHING = Reply(204)
DONE = Reply(200)


@dataclass(frozen=True)
class Sent:
    """A request as it has to arrive: ``PUT /flows/64f1``, its body, headers besides the usual."""

    line: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """*call*, made against a platform that plays *replies*, sends *sent* and returns *answer*."""

    name: str
    call: Callable[[Any], Any]
    replies: Sequence[Any]
    sent: Sequence[Sent]
    answer: Any

    def check(self, client: Client, platform: ScriptedPlatform) -> None:
        """Make the call; raises AssertionError when anything differs."""
        platform.received.clear()
        platform.plays(*self.replies)
        answer = self.call(client)
        likes = zip_longest(platform.received, self.sent, fillvalue=None)
        sent = [_as_sent(item, like) for item, like in likes if item is not None]
        self._expect("sends", sent, list(self.sent))
        self._expect("returns", answer, self.answer)

    def _expect(self, what: str, got: Any, wanted: Any) -> None:
        if got != wanted:
            raise AssertionError(f"{self.name!r} {what} {got!r} and should have been {wanted!r}")


def case(
    name: str,
    call: Callable[[Any], Any],
    reply: Any,
    sent: str | Sent | Sequence[Sent],
    answer: Any = None,
) -> Case:
    """Return a case; *reply* and *sent* are one, or as many as there are requests.

    A reply that is no `Reply` is the JSON of a 200, a request that is no `Sent` has no body.
    """
    replies = reply if isinstance(reply, tuple) else (reply,)
    requests = (sent,) if isinstance(sent, str | Sent) else sent
    return Case(
        name,
        call,
        [reply if isinstance(reply, Reply) else Reply(200, reply) for reply in replies],
        [Sent(request) if isinstance(request, str) else request for request in requests],
        answer,
    )


def crud(part: str, path: str, **needed: Any) -> list[Case]:
    """Return the cases of a resource that knows the usual five calls.

    *needed* are fields without which a document is not taken.
    """
    what, document = f"{path}:", {"name": "x", **needed}
    return [
        case(
            f"{what} every document is listed",
            lambda c: list(getattr(c, part).list()),
            [STORED],
            f"GET /{path}",
            [STORED],
        ),
        case(
            f"{what} one is read",
            lambda c: getattr(c, part).get("64a1"),
            STORED,
            f"GET /{path}/64a1",
            STORED,
        ),
        case(
            f"{what} one is made",
            lambda c: getattr(c, part).create(document),
            Reply(201, STORED),
            Sent(f"POST /{path}", document),
            STORED,
        ),
        case(
            f"{what} one is replaced",
            lambda c: getattr(c, part).update("64a1", document),
            STORED,
            Sent(f"PUT /{path}/64a1", document),
            STORED,
        ),
        case(
            f"{what} one is deleted",
            lambda c: getattr(c, part).delete("64a1"),
            NOTHING,
            f"DELETE /{path}/64a1",
        ),
    ]


def _as_sent(received: Received, like: Sent | None) -> Sent:
    names = like.headers if like else ()
    return Sent(
        f"{received.method} {received.path.removeprefix('/v1')}",
        _content(received),
        {name: received.headers.get(name.lower(), "") for name in names},
    )


def _content(received: Received) -> Any:
    is_json = received.headers.get("content-type", "").startswith("application/json")
    if not received.content:
        return None
    return received.json if is_json else received.content
