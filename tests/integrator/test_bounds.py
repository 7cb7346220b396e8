"""A total time is total, and an answer's size is bounded, whatever the other side does."""

import gzip
import socket
import time

import pytest

from connector_kit.integrator import Client
from connector_kit.integrator.errors import IntegratorError
from connector_kit.integrator.transport.pool import Pool
from connector_kit.integrator.transport.timing import Timeout

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TOTAL = 1.0
AT_MOST = 20.0
"""What a busy machine takes at most to notice; what drips would take longer to end."""


def drip(connection, text):
    for byte in text:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def dripping_body(connection):
    connection.recv(65536)
    connection.sendall(HEAD + b"Content-Length: 9000\r\n\r\n[")
    drip(connection, b" " * 9000)


def dripping_chunks(connection):
    connection.recv(65536)
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(900):
        drip(connection, b"1\r\n \r\n")


def dripping_head(connection):
    connection.recv(65536)
    connection.sendall(HEAD)
    for number in range(900):
        drip(connection, f"X-{number}: y\r\n".encode())


def taking_its_time(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    while connection.recv(64):
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [dripping_body, dripping_chunks, dripping_head])
def test_an_answer_that_drips_is_given_up_when_its_time_is_over(server, answer):
    took = asked_in(server(answer), lambda client: list(client.exports.list()))

    assert TOTAL * 0.5 < took < AT_MOST


def test_a_request_that_is_taken_in_drops_is_given_up_too(server):
    large = {"name": "x" * 20_000_000}

    took = asked_in(server(taking_its_time), lambda client: client.exports.create(large))

    assert took < AT_MOST


def asked_in(url, ask):
    began = time.monotonic()
    with (
        Client("x" * 32, base_url=url, timeout=Timeout(0.5, 0.5, TOTAL), pool=Pool()) as client,
        pytest.raises(IntegratorError),
    ):
        ask(client)
    return time.monotonic() - began


def packed_bomb(connection):
    connection.recv(65536)
    body = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    length = f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(HEAD + length.encode() + body)


def endless(connection):
    connection.recv(65536)
    connection.sendall(HEAD + b"\r\n")
    while True:
        connection.sendall(b" " * 65536)


@pytest.mark.parametrize("answer", [packed_bomb, endless])
def test_an_answer_that_is_too_large_is_given_up_at_once_and_not_asked_for_again(server, answer):
    pool = Pool(largest=1 << 20)
    with (
        Client("x" * 32, base_url=server(answer), pool=pool) as client,
        pytest.raises(IntegratorError, match="larger than 1 MiB"),
    ):
        list(client.exports.list())

    assert len(server.asked) == 1


def test_a_connection_is_used_again_after_an_answer_that_came_in_time(server):
    def twice(connection):
        for _ in range(2):
            connection.recv(65536)
            connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n[]")

    with Client("x" * 32, base_url=server(twice), pool=Pool()) as client:
        assert [list(client.exports.list()) for _ in range(2)] == [[], []]

    assert len(server.asked) == 1
