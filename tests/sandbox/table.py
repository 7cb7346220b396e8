"""Rows of the reference: one example request, and the kind of answer it is documented to get.

A row reads ``row("http-api.md#4", "GET /connections/{connection}", 200, document(type="http"))``.
Words in braces are documents of the row's `World`: ``{connection}`` is one that all rows share,
``{a_connection}`` one that is made for this row.
"""

from dataclasses import dataclass
from typing import Any

from tests.sandbox.plain import code


@dataclass
class Row:
    fact: str
    request: str
    status: int
    expect: Any
    body: Any
    by: str
    given: str

    def __str__(self):
        return f"{self.fact} {self.request} {self.status}"


def row(fact, request, status, expect=None, *, body=None, by="customer", given=""):
    """One line of a table; *by* is who asks, *given* names what is there before."""
    return Row(fact, request, status, expect, body, by, given)


def check(row, world):
    """Ask what the row asks, and compare."""
    for word in row.given.split():
        world.filled(f"{{{word}}}")
    method, path = row.request.split(" ", 1)
    client, path, body = world[row.by], world.filled(path), world.filled(row.body)
    answer = client(method, path, body)
    assert answer.status_code == row.status, answer.text
    if row.expect:
        row.expect(answer, world)


def document(*names, **fields):
    """An object with these names, and these values; an empty list stands for any."""

    def expect(answer, world):
        found = answer.json()
        assert isinstance(found, dict), found
        assert {*names} <= found.keys(), found
        wanted = world.filled(fields)
        assert {name: found.get(name) for name in wanted} == wanted

    return expect


def array(*names, **fields):
    """An array of objects; each has these names, and one of them these values."""

    def expect(answer, world):
        found = answer.json()
        assert isinstance(found, list), found
        assert all({*names} <= item.keys() for item in found), found
        wanted = world.filled(fields)
        if wanted or names:
            assert any(wanted.items() <= item.items() for item in found), found

    return expect


def exactly(value):
    """This JSON value."""

    def expect(answer, world):
        assert answer.json() == world.filled(value)

    return expect


def error(word, field=None):
    """``errors`` whose first entry has this code, and this field."""

    def expect(answer, world):
        entry = answer.json()["errors"][0]
        assert code(answer)[1] == word, answer.text
        assert entry["message"]
        if field:
            assert entry["field"] == world.filled(field)

    return expect


def empty(answer, _):
    """No body."""
    assert answer.content == b""


def text(part):
    """A text that has *part* in it, no JSON."""

    def expect(answer, world):
        assert "text/plain" in answer.headers["Content-Type"]
        assert world.filled(part) in answer.text

    return expect


def signed(answer, world):
    """The address of a file that the sandbox serves itself."""
    url = answer.json()["signedURL"]
    assert url.startswith(world.origin)
    assert world["customer"].session.get(url, timeout=60).status_code == 200
