"""Every endpoint of the URLconf, with whatever can be sent: no 5xx, and errors are JSON."""

import json
import re

import pytest
from django.test import Client
from django.urls import URLPattern

from connector_kit.api.urls import urlpatterns
from connector_kit.publisher.roles import Role
from tests.api.fixtures import token_of
from tests.api.test_schema import DESCRIPTION

PAGES = {"schema/", "docs/"}
"""What is no JSON: the description, and the page about it."""

ADDRESS = {
    "slug": "orders",
    "version": "1.1.0",
    "newer": "1.1.0",
    "integration_id": "a" * 24,
    "pk": "1",
    "key": "sub_1",
}
ODD_NAMES = {
    "NUL": "%00",
    "half a character": "%ED%A0%BD",
    "no text": "%FF%FE",
    "a number of 5,000 digits": "9" * 5000,
    "a number beyond 64 bits": "9" * 18,
    "a way up": "..%2f..%2f",
    "a long text": "x" * 60_000,
    "digits of another script": "%D9%A1%D9%A2",
    "a line end": "1%0a",
}
METHODS = ("put", "patch", "delete", "head", "options", "brew")


def address_of(pattern: URLPattern, **changed: str) -> str:
    """The address that *pattern* takes, with other values where they are *changed*."""
    values = ADDRESS | changed
    text = str(pattern.pattern).removeprefix("^").removesuffix("$")
    text = re.sub(r"\(\?P<(\w+)>(?:\[[^\]]*\]|[^()\[\]])*\)", lambda m: values[m[1]], text)
    return "/api/" + re.sub(r"<\w+:(\w+)>", lambda m: values[m[1]], text)


def names_in(pattern: URLPattern) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))


def endpoints(*methods: str, share: int | None = None):
    """Each address with each of *methods* that its view has; with a number, a quarter of them.

    Different quarters for different numbers: each address is tried, and each kind of oddity is.
    """
    for number, pattern in enumerate(urlpatterns):
        if share is not None and (number - share) % 4:
            continue
        view = pattern.callback.cls
        if str(pattern.pattern) not in PAGES:
            yield from ((pattern, name) for name in methods if hasattr(view, name))


@pytest.fixture
def ask(db, settings):
    """Asks with a token that may do everything, as often as it likes."""
    unlimited = dict.fromkeys(("api_rate", "api_write_rate"), "100000/second")
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, **unlimited}
    headers = {"authorization": f"Bearer {token_of('ada', Role.ADMIN)}"}
    return Client(raise_request_exception=False, headers=headers).generic


def require_json(answer, told):
    assert answer.status_code < 500, (told, answer.status_code, answer.content[:400])
    if answer.status_code < 400 or answer.wsgi_request.method == "HEAD":
        return []
    assert answer["Content-Type"] == "application/json", (told, answer.content[:200])
    errors = answer.json()["errors"]
    assert errors, told
    assert all(
        error.keys() == {"code", "message", "field"} and error["message"] for error in errors
    )
    return errors


def test_the_addresses_are_those_of_the_urlconf():
    for pattern in urlpatterns:
        assert pattern.resolve(address_of(pattern).removeprefix("/api/")), pattern


@pytest.mark.parametrize("odd", ODD_NAMES)
def test_an_odd_name_in_an_address(ask, odd):
    for pattern, method in endpoints("get", "post", "put", "patch", "delete"):
        for name in names_in(pattern):
            path = address_of(pattern, **{name: ODD_NAMES[odd]})
            content = {} if method == "get" else {"data": b"{}", "content_type": "application/json"}

            require_json(ask(method.upper(), path, **content), (method, path[:200]))


QUERIES = {
    "10,000 parameters": "&".join(f"a{n}=1" for n in range(10_000)),
    "one parameter 10,000 times": "&".join(["limit=1"] * 10_000),
    "no text": "%FF%FE=%FF&limit=%FF",
    "half a character": "%ED%A0%BD=%ED%A0%BD",
    "NUL": "%00=%00",
    "nothing but signs": "&&==&;=;&%&%zz",
    "a format that there is not": "format=xml",
    "a format of DRF's": "format=api",
    "an odd page": "cursor=%00&limit=1",
    "a cursor that is none": "cursor=cD0lMDA%3D",
    "a page number": "page=9999999999999999999&offset=-1",
}


@pytest.mark.parametrize("odd", QUERIES)
def test_an_odd_query(ask, odd):
    share = list(QUERIES).index(odd)
    for pattern, method in endpoints("get", "post", "put", "patch", "delete", share=share):
        content = {} if method == "get" else {"data": b"{}", "content_type": "application/json"}

        answer = ask(method.upper(), address_of(pattern), QUERY_STRING=QUERIES[odd], **content)

        require_json(answer, (method, address_of(pattern), odd))


FIELDS = b"&".join(b"a%d=1" % n for n in range(10_000))
BODIES = {
    "nothing": (b"", "application/json"),
    "blanks": (b"  \n ", "application/json"),
    "null": (b"null", "application/json"),
    "a text": (b'"x"', "application/json"),
    "a number": (b"1", "application/json"),
    "a list": (b"[]", "application/json"),
    "a list of objects": (b"[{}]", "application/json"),
    "deep": (b"[" * 100_000 + b"]" * 100_000, "application/json"),
    "10,000 names": (json.dumps({f"a{n}": n for n in range(10_000)}), "application/json"),
    "one name twice": (b'{"a": 1, "a": 2}', "application/json"),
    "another encoding": ('{"a": "ä"}'.encode("utf-16"), "application/json; charset=utf-16"),
    "an encoding that there is not": (b"{}", "application/json; charset=nonsense"),
    "plain text": (b"{}", "text/plain"),
    "XML": (b"<a/>", "application/xml"),
    "a form": (b"a=1", "application/x-www-form-urlencoded"),
    "a form of 10,000 fields": (FIELDS, "application/x-www-form-urlencoded"),
    "a form of no text": (b"%FF=%FF&\xff", "application/x-www-form-urlencoded"),
    "a form in parts without their bounds": (b"a", "multipart/form-data"),
    "a form in parts that are none": (b"--x\r\n\xff", "multipart/form-data; boundary=x"),
    "no type": (b"{}", ""),
    "a type that is none": (b"{}", "\x00;;/="),
    "a long type": (b"{}", "application/" + "x" * 5000),
}


@pytest.mark.parametrize("odd", BODIES)
def test_an_odd_body(ask, odd):
    data, kind = BODIES[odd]
    share = list(BODIES).index(odd)
    for pattern, method in endpoints("post", "put", "patch", "delete", share=share):
        answer = ask(method.upper(), address_of(pattern), data, content_type=kind)

        require_json(answer, (method, address_of(pattern), odd))


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "text/html"},
        {"accept": "application/xml"},
        {"accept": ";;;q=nan,\x00"},
        {"accept": ",".join(["a/b"] * 5000)},
        {"accept-language": "x-" * 5000},
        {"authorization": "Bearer \x00"},
        {"authorization": "Bearer \xff\xfe"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer a b"},
        {"authorization": "Basic Og=="},
        {"authorization": "x" * 10_000},
        {"cookie": "sessionid=\x00\xff; csrftoken=" + "x" * 5000},
        {"x-forwarded-for": "\x00, 1.2.3.4.5, [::"},
        {"if-modified-since": "Mon, 99 Foo 99999"},
    ],
    ids=lambda headers: "{0[0]}: {0[1]:.12}".format(*headers.items()).encode("unicode_escape"),
)
def test_odd_headers(ask, headers):
    for pattern, method in endpoints("get", share=len(str(headers))):
        answer = ask(method.upper(), address_of(pattern), headers=headers)

        require_json(answer, (method, address_of(pattern), headers))


def test_every_method_is_answered(ask):
    for pattern, _ in endpoints("as_view"):
        for method in METHODS:
            answer = ask(method.upper(), address_of(pattern), b"{}", content_type="text/plain")

            require_json(answer, (method, address_of(pattern)))


VALUES = [
    *(None, -(2**63), 1e308, "x" * 60_000, "9" * 5000, "\u202e"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31", "2026-02-30"),
    *([[]], [{}], ["x"] * 5000, {"a": {"a": []}}),
]


def _properties(operation):
    shape = operation["requestBody"]["content"]["application/json"]["schema"]
    while "$ref" in shape:
        shape = DESCRIPTION["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return shape.get("properties", {})


WRITES = [
    (method, path, operation)
    for path, item in DESCRIPTION["paths"].items()
    for method, operation in item.items()
    if "requestBody" in operation
]


@pytest.mark.parametrize(
    ("method", "path", "operation"), WRITES, ids=[f"{method} {path}" for method, path, _ in WRITES]
)
def test_an_odd_value_in_a_field(ask, base, method, path, operation):
    named = {**ADDRESS, "id": "1", "connector": "orders"}
    place = path.format(**named)
    for name in _properties(operation):
        for value in VALUES:
            body = json.dumps({name: value})

            answer = ask(method.upper(), place, body, content_type="application/json")

            require_json(answer, (method, path, name, body[:100]))
