"""Whatever a server sends, a call ends in time, in a documented error, and in little memory."""

import gzip
import json
import resource
import socket
import time
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector_kit.integrator import Client, RetryPolicy
from connector_kit.integrator.errors import IntegratorError, OutcomeUnknown, Refused
from connector_kit.integrator.transport.pool import Pool
from connector_kit.integrator.transport.timing import Timeout
from connector_kit.integrator.transport.wire import loads

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MOST = 1 << 20
TOTAL = 20.0
ONCE = RetryPolicy(attempts=1)


def body(content, *headers, length=None):
    """A whole answer: *content* behind its head, with a length that may be a lie."""
    said = len(content) if length is None else length
    lines = b"".join(f"{header}\r\n".encode() for header in headers)
    return OK + lines + b"Content-Length: %d\r\n\r\n" % said + content


def chunked(*chunks):
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(chunks)


def deep(levels):
    return b"[" * levels + b"]" * levels


PACKED = gzip.compress(b'[{"_id": "64a1"}]')
ODD_ANSWERS = {
    "a length that is too large": body(b"[]", length=200),
    "a length below zero": body(b"[", length=-5),
    "a length that is no number": OK + b"Content-Length: many\r\n\r\n[",
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 1\r\n\r\n[]",
    "an end within the body": OK + b"Content-Length: 100\r\n\r\n[{",
    "an end within the head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "nothing": b"",
    "a list that is empty or cut off": OK + b"\r\n",
    "no HTTP": b"\x16\x03\x01\x00\xa5 and so on\r\n\r\n",
    "another HTTP": b"HTTP/9.9 200 OK\r\n\r\n[]",
    "a status that is none": b"HTTP/1.1 20x OK\r\n\r\n[]",
    "a status beyond all": b"HTTP/1.1 99999 OK\r\n\r\n[]",
    "garbage for chunks": chunked(b"zz\r\n[]\r\n"),
    "a chunk of negative size": chunked(b"-5\r\n[]\r\n"),
    "chunks that end early": chunked(b"5\r\n[1,"),
    "a chunk size without end": chunked(b"1" * 3_000_000),
    "a head line without end": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    "100,000 headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n[]",
    "trailers without end": chunked(b"2\r\n[]\r\n0\r\n", b"X: y\r\n" * 500_000),
    "1xx without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000,
    "a redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
    "a redirect to itself": b"HTTP/1.1 307 X\r\nLocation: /v1/exports\r\n\r\n",
    "a switch of protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
    "gzip that is cut": body(PACKED[:-12], "Content-Encoding: gzip"),
    "gzip that is none": body(b"no gzip at all", "Content-Encoding: gzip"),
    "deflate that is none": body(b"\x00\xff\xee", "Content-Encoding: deflate"),
    "packed twice": body(gzip.compress(PACKED), "Content-Encoding: gzip, gzip"),
    "packed by brotli": body(b"\x0b\x02\x80[]\x03", "Content-Encoding: br"),
    "packed by zstd": body(b"(\xb5/\xfd", "Content-Encoding: zstd"),
    "no UTF-8": body(b'["\xff\xfe\xfd"]'),
    "NaN": body(b"[NaN]"),
    "infinity": body(b"[-Infinity]"),
    "a float beyond all": body(b"[1e99999]"),
    "a number of a million digits": body(b"[" + b"9" * 1_000_000 + b"]"),
    "levels beyond reading": body(deep(100_000)),
    "levels beyond keeping": body(deep(500)),
    "levels of objects": body(b'{"a":' * 5000 + b"1" + b"}" * 5000),
    "HTML": body(b"<html>Welcome</html>"),
    "an object for a list": body(b"{}"),
    "a text": body(b'"[]"'),
    "a next page that is no address": body(b"[]", 'Link: <http://[>; rel="next"'),
    "a next page elsewhere": body(b"[]", 'Link: <http://example.com/>; rel="next"'),
    "an error that is deep": b"HTTP/1.1 400 X\r\nContent-Length: 200000\r\n\r\n" + deep(100_000),
    "an error with odd entries": b"HTTP/1.1 422 X\r\n\r\n" + b'{"errors": [1, null, {"code": {}}]}',
    "a date without sense": b"HTTP/1.1 503 X\r\nRetry-After: Mon, 99 Foo 99999 99:99 +9999\r\n\r\n",
    "a wait without end": b"HTTP/1.1 429 X\r\nRetry-After: 999999999999\r\n\r\n",
}


def answering(content):
    def answer(connection):
        connection.recv(65536)
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass  # closing with something unread would take back what was sent

    return answer


def client_of(url, **options):
    defaults = {"retry": ONCE, "timeout": Timeout(TOTAL, TOTAL, TOTAL), "pool": Pool(largest=MOST)}
    return Client("x" * 32, base_url=url, **(defaults | options))


@pytest.mark.parametrize("content", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_an_odd_answer_is_a_documented_error_in_time(server, content):
    began = time.monotonic()
    with (
        client_of(server(answering(content))) as client,
        pytest.raises(IntegratorError) as caught,
    ):
        list(client.exports.list())

    assert time.monotonic() - began < TOTAL  # it need not be waited for
    assert len(str(caught.value)) < 2500
    assert "x" * 32 not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [odd for name, odd in ODD_ANSWERS.items() if name != "an object for a list"],
    ids=[name for name in ODD_ANSWERS if name != "an object for a list"],
)
def test_an_odd_answer_to_a_write_is_a_documented_error_too(server, content):
    with client_of(server(answering(content))) as client, pytest.raises(IntegratorError):
        client.exports.create({"name": "New"})


GOOD = b'[{"_id": "64a1", "name": "\\ud83d and \xc3\xa4", "a": 1, "a": 2}]'
GOOD_ANSWERS = {
    "gzip": body(gzip.compress(GOOD), "Content-Encoding: gzip"),
    "gzip in two members": body(
        gzip.compress(GOOD[:10]) + gzip.compress(GOOD[10:]), "Content-Encoding: gzip"
    ),
    "deflate": body(zlib.compress(GOOD), "Content-Encoding: deflate"),
    "chunks": chunked(b"%x\r\n" % len(GOOD), GOOD, b"\r\n0\r\n\r\n"),
    "until the end": OK + b"\r\n" + GOOD,
    "something behind it": body(GOOD) + b"HTTP/1.1 200 OK\r\n\r\nanother",
    "100 Continue before it": b"HTTP/1.1 100 Continue\r\n\r\n" + body(GOOD),
}


@pytest.mark.parametrize("content", GOOD_ANSWERS.values(), ids=GOOD_ANSWERS)
def test_what_can_be_understood_is(server, content):
    with client_of(server(answering(content))) as client:
        assert list(client.exports.list()) == json.loads(GOOD)


def without_end(head, piece):
    def answer(connection):
        connection.recv(65536)
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return answer


ENDLESS = {
    "a body": without_end(OK + b"\r\n", b" " * 65536),
    "chunks": without_end(chunked(), b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "empty lines of chunks": without_end(chunked(), b"1\r\n"),
    "trailers": without_end(chunked(b"2\r\n[]\r\n0\r\n"), b"X: y\r\n" * 5000),
    "1xx": without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
    "gzip": without_end(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b" " * 9_000_000)),
}


@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_given_up_and_not_asked_for_again(server, answer):
    options = {"retry": RetryPolicy(attempts=6), "timeout": Timeout(1.0, 1.0, 2.0)}
    with client_of(server(answer), **options) as client, pytest.raises(IntegratorError):
        list(client.exports.list())

    assert len(server.asked) <= 2


def test_a_bomb_takes_no_more_memory_than_the_limit(server):
    bomb = body(gzip.compress(b" " * 100_000_000, 1), "Content-Encoding: gzip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with client_of(server(answering(bomb))) as client, pytest.raises(IntegratorError) as caught:
        list(client.exports.list())

    assert "larger than 1 MiB" in str(caught.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


def test_an_answer_to_a_write_that_is_too_large_leaves_open_whether_it_happened(server):
    answer = answering(body(b" " * (MOST + 1)))

    with client_of(server(answer)) as client, pytest.raises(OutcomeUnknown, match="1 MiB"):
        client.exports.create({"name": "New"})


def test_pages_that_lead_in_a_circle_are_an_error(server):
    def pages(connection):
        while asked := connection.recv(65536):
            other = b"b" if b"page=a" in asked else b"a"
            link = f'Link: </v1/exports?page={other.decode()}>; rel="next"'
            connection.sendall(body(b"[]", link))

    with (
        client_of(server(pages)) as client,
        pytest.raises(Refused, match="already read"),
    ):
        list(client.exports.list())


@pytest.mark.parametrize("values", [b"{}", b"1", b'{"a":1}', b"[]"])
def test_values_beyond_counting_are_refused_unread(values):
    with pytest.raises(ValueError, match="values"):
        loads(b"[" + b",".join([values] * 4_000_001) + b"]")


def test_as_many_levels_as_a_store_has_are_read():
    assert loads(deep(200)) == json.loads(deep(200))
    with pytest.raises(ValueError, match="200 levels"):
        loads(deep(201))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_bytes_are_a_documented_error_or_an_answer(server, data):
    pieces = st.sampled_from([*GOOD_ANSWERS.values(), OK, b"\r\n", b"\r\n\r\n", GOOD])
    content = bytearray(b"".join(data.draw(st.lists(pieces | st.binary(max_size=9), max_size=4))))
    for _ in range(data.draw(st.integers(0, 3)) if content else 0):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with client_of(server(answering(bytes(content)))) as client:
        try:
            found = list(client.exports.list())
        except IntegratorError:
            return
    assert isinstance(found, list)
