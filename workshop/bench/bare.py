"""The yardstick: the calls of an update, made by a bare loop over one `requests.Session`.

The calls of a real update are recorded where they leave the kit, and names replace ids, so that the
same update can be made in any account.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import requests

from connector_kit.integrator import Pool

Ids = Mapping[str, str]
"""The ids of one account's documents, by external id."""

_ID = re.compile(r"\b[0-9a-f]{24}\b")
_NAME = re.compile(r"<<([^<>]+)>>")
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Call:
    """One request: *path* follows the base URL; ids of the account are spelled ``<<name>>``.

    *creates* is the external id of what a POST makes.
    """

    method: str
    path: str
    body: str = ""
    creates: str = ""

    def filled(self, ids: Ids) -> Call:
        """Return the call with ids in place of the names that *ids* has."""

        def fill(text: str) -> str:
            return _NAME.sub(lambda found: ids.get(found[1], found[0]), text)

        return replace(self, path=fill(self.path), body=fill(self.body))


@dataclass
class Recording:
    """Requests that the kit sent, as they were, and the ids of what they created."""

    base_url: str
    calls: list[Call] = field(default_factory=list)
    created: dict[str, str] = field(default_factory=dict)

    def note(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        """Remember *request*; raises `requests.HTTPError` when it was refused."""
        response.raise_for_status()
        stored = response.json() if request.method == "POST" else {}
        if stored:
            self.created[stored["externalId"]] = stored["_id"]
        self.calls.append(
            Call(
                method=str(request.method),
                path=str(request.url).removeprefix(self.base_url),
                body=_text(request.body),
                creates=stored.get("externalId", ""),
            )
        )

    def symbolic(self, ids: Ids) -> tuple[Call, ...]:
        """The calls with names in place of ids, known from *ids* and from the calls themselves."""
        names = {identity: name for name, identity in {**ids, **self.created}.items()}

        def named(text: str) -> str:
            return _ID.sub(lambda id_: f"<<{names[id_[0]]}>>" if id_[0] in names else id_[0], text)

        return tuple(
            replace(call, path=named(call.path), body=named(call.body)) for call in self.calls
        )


@contextmanager
def recording(base_url: str) -> Iterator[Recording]:
    """Record what this process sends through the kit's client meanwhile."""
    tape, send = Recording(base_url), Pool.send

    def sending(pool: Pool, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        response = send(pool, request, **how)
        tape.note(request, response)
        return response

    with patch.object(Pool, "send", sending):
        yield tape


def make(calls: Sequence[Call], session: requests.Session, base_url: str, token: str) -> None:
    """Make *calls* one after the other with *token*; raises `requests.HTTPError`.

    Their ids are filled in already, except for those of what they create.
    """
    session.headers["Authorization"] = f"Bearer {token}"
    ids: dict[str, str] = {}
    for item in calls:
        call = item.filled(ids) if ids else item
        answer = session.request(
            call.method, base_url + call.path, data=call.body.encode() or None, headers=_JSON
        )
        answer.raise_for_status()
        if call.creates:
            ids[call.creates] = json.loads(answer.content)["_id"]


def _text(body: bytes | str | None) -> str:
    return body.decode() if isinstance(body, bytes) else body or ""
