"""A client that knows nothing but HTTP, a stack that runs Python functions, an application."""

import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

HTTP_CONNECTION = {
    "name": "Shop",
    "type": "http",
    "http": {
        "baseURI": "https://shop.example.com",
        "mediaType": "json",
        "auth": {"type": "basic", "basic": {"username": "u", "password": "s3cret"}},
    },
}
CONNECTOR = {
    "name": "Orders to Slack",
    "installerFunction": "install",
    "updateFunction": "update",
    "preUninstallFunction": "preUninstallFunction",
    "uninstallerFunction": "uninstall",
}
FAR = "2099-01-31T00:00:00.000Z"


class Api:
    """Requests with one token; a path is relative to /v1."""

    def __init__(self, base_url, token=None, timeout=60):
        self.base_url, self.timeout = base_url, timeout
        self.session = requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method, path, body=None, **kwargs):
        url = self.base_url + path
        return self.session.request(method, url, json=body, timeout=self.timeout, **kwargs)

    def get(self, path, **kwargs):
        return self("GET", path, **kwargs)

    def post(self, path, body=None):
        return self("POST", path, body)

    def put(self, path, body=None):
        return self("PUT", path, body)

    def patch(self, path, operations):
        return self("PATCH", path, operations)

    def delete(self, path):
        return self("DELETE", path)

    def create(self, resource, **document):
        answer = self.post(f"/{resource}", {"name": f"A {resource}", **document})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def connection(self, **fields):
        return self.create("connections", **{**HTTP_CONNECTION, **fields})

    def close(self):
        self.session.close()


def code(answer):
    """Status and first error code, as the tables of the protocol write them."""
    return answer.status_code, answer.json()["errors"][0]["code"]


def errors(answer):
    assert answer.status_code == 422, answer.text
    return [(error["code"], error.get("field")) for error in answer.json()["errors"]]


class Failure(Exception):
    """What a function raises to fail as the protocol says: 422 with errors."""

    def __init__(self, code, message="", status=422):
        super().__init__(code)
        self.status = status
        self.body = json.dumps({"errors": [{"code": code, "message": message}]})


class Stack:
    """Functions by name; `calls` are the bodies that came, `tokens` the headers."""

    def __init__(self):
        self.functions: dict[str, Callable] = {}
        self.calls = []
        self.authorizations = []

    def answer(self, call):
        self.calls.append(call)
        function = self.functions.get(call["function"], lambda _: None)
        try:
            result = function(call["options"])
        except Failure as failure:
            return failure.status, failure.body
        return 200, result if isinstance(result, bytes) else self._text(result)

    @staticmethod
    def _text(result):
        return "" if result is None else json.dumps(result)

    @property
    def last(self):
        return self.calls[-1]


class Server(ThreadingHTTPServer):
    """Takes many connections at a time."""

    request_queue_size = 128


@contextmanager
def running_stack():
    """Serve a `Stack`; yields it and its hostURI."""
    stack = Stack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            assert self.path == "/function"
            stack.authorizations.append(self.headers["Authorization"])
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, text = stack.answer(json.loads(body))
            data = text if isinstance(text, bytes) else text.encode()
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except ConnectionError:
                pass

        def log_message(self, *args):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stack, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Application:
    """What connections lead to; `requests` are those that came, `answers` what they get.

    An answer is a function of the request, or (status, body, headers); other paths echo.
    """

    def __init__(self):
        self.requests = []
        self.answers = {}
        self.uri = ""

    def answer(self, request):
        self.requests.append(request)
        path = request["path"].split("?")[0]
        told = self.answers.get(f"{request['method']} {path}", self.answers.get(path))
        told = told(request) if callable(told) else told
        return told or (200, {"id": "77", "echo": request["body"]}, {})

    @property
    def last(self):
        return self.requests[-1]


@contextmanager
def running_application():
    """Serve an `Application` on this machine."""
    application = Application()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self):
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, body, headers = application.answer(
                {
                    "method": self.command,
                    "path": self.path,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "body": json.loads(text) if text.startswith(("{", "[")) else text,
                }
            )
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do  # noqa: N815 - the library's names

        def log_message(self, *args):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        application.uri = f"http://127.0.0.1:{server.server_port}"
        yield application
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
