"""The server as it is served: closed to strangers, logged without secrets."""

import io
import logging
import runpy
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import RequestFactory

from connector_kit.lifecycle import authors
from connector_kit.server import urls

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """A process that imports the application calls functions of settings in others from then on."""
    with authors.called_by(authors.on_the_spot):
        import connector_kit.server.wsgi  # noqa: F401

        yield


class Response:
    """What the application answered to one request."""

    def __init__(self, method: str, url: str, body: bytes = b"", **headers: str) -> None:
        parts = urlsplit(url)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/json",
            "wsgi.input": io.BytesIO(body),
            "HTTP_HOST": "localhost",
            **headers,
        }
        setup_testing_defaults(environ)
        from connector_kit.server.wsgi import application

        self.body = b"".join(application(environ, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        self.status = int(status.partition(" ")[0])
        self.headers = dict(headers)


def test_the_admin_asks_who_is_there() -> None:
    response = Response("GET", "/admin/")

    assert response.status == 302
    assert response.headers["Location"].startswith("/admin/login/")


def test_an_unknown_address_is_answered_in_json() -> None:
    response = Response("GET", "/nothing/here")

    assert (response.status, response.headers["Content-Type"]) == (404, "application/json")


def test_a_page_is_closed_to_foreign_host_names_and_health_is_not() -> None:
    assert Response("GET", "/admin/", HTTP_HOST="evil.example.com").status == 400
    assert Response("GET", "/healthCheck", HTTP_HOST="evil.example.com").status == 200


def test_the_access_log_leaves_out_queries_and_probes(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "connector_kit.access"):
        Response("GET", "/livez")
        Response("GET", "/healthCheck?access_token=s3cret")
        Response("GET", "/admin/?password=s3cret")

    health, page = [line for line in caplog.messages if "reqFinished" in line]
    assert health.startswith("logName=reqFinished, method=GET, url=/healthCheck, statusCode=200")
    assert page.startswith("logName=reqFinished, method=GET, url=/admin/, statusCode=302")
    assert "s3cret" not in caplog.text


def test_the_access_log_names_the_client_and_not_the_proxy(
    caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "trusted_proxies": "1"}

    with caplog.at_level(logging.INFO, "connector_kit.access"):
        Response("GET", "/console/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9")

    assert "address=203.0.113.9" in caplog.text


@pytest.mark.parametrize("path", ["/healthCheck/", "/livez", "/"])
def test_a_slash_at_the_end_makes_no_difference(path: str) -> None:
    assert Response("GET", path).status == 200


@pytest.mark.parametrize("path", ["/openConnections", "/openConnections?terminate=true"])
def test_a_stranger_can_neither_see_nor_stop_the_server(path: str) -> None:
    assert Response("GET", path).status == 401
    assert Response("GET", "/stopServer", HTTP_AUTHORIZATION="Bearer guess").status == 401
    assert Response("GET", "/livez").status == 200


def test_a_server_that_was_given_no_system_token_serves_nobody() -> None:
    response = Response("POST", "/function", b'{"function": "install"}')

    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == "invalid system token"


@pytest.mark.parametrize("debug", [False, True])
def test_who_mounts_the_addresses_alone_is_warned_that_functions_are_not_isolated(
    debug: bool, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = debug
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "system_tokens": "token-of-the-stack"}
    address = runpy.run_path(urls.__file__)["urlpatterns"][0]
    for _ in range(2):
        call = RequestFactory().post(
            "/function",
            {"type": "hook", "function": "preMap", "options": {}},
            content_type="application/json",
            headers={"authorization": "Bearer token-of-the-stack"},
        )
        address.callback(call)

    warnings = [line for line in caplog.messages if "functionsNotIsolated" in line]
    assert len(warnings) == (0 if debug else 1)
