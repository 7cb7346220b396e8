"""How the sandbox asks applications on this machine: logins, addresses, pings, logs, the proxy."""

import pytest

from tests.sandbox.plain import code


@pytest.fixture
def connect(customer, application):
    """Make a connection to the application."""

    def run(auth=None, **http):
        told = {"baseURI": application.uri, "mediaType": "json", **http}
        return customer.connection(http={**told, **({"auth": auth} if auth else {})})["_id"]

    return run


@pytest.fixture
def proxy(customer):
    """Ask through a connection; returns the answer."""

    def run(connection, method="GET", uri="/me", body=None, **headers):
        told = {"Integrator-Method": method, "Integrator-Relative-URI": uri, **headers}
        return customer("POST", f"/connections/{connection}/proxy", body, headers=told)

    return run


def _token(**told):
    return {"type": "token", "token": {"token": "t0k", **told}}


LOGINS = {
    "basic": (
        {"type": "basic", "basic": {"username": "u", "password": "p"}},
        {"authorization": "Basic dTpw"},
    ),
    "token": (_token(), {"authorization": "Bearer t0k"}),
    "token with a scheme": (_token(scheme="Token"), {"authorization": "Token t0k"}),
    "token without one": (
        _token(headerName="X-Access-Token", scheme=" "),
        {"x-access-token": "t0k"},
    ),
    "oauth": ({"type": "oauth", "token": {"token": "t0k"}}, {"authorization": "Bearer t0k"}),
}


@pytest.mark.parametrize("row", LOGINS.values(), ids=LOGINS.keys())
def test_a_login_is_applied(application, connect, proxy, row):
    auth, headers = row

    proxy(connect(auth))

    assert headers.items() <= application.last["headers"].items()


def test_a_token_may_stand_in_the_address(application, connect, proxy):
    proxy(connect(_token(location="url", paramName="key")), uri="/me?a=1")

    assert application.last["path"] == "/me?a=1&key=t0k"


def test_a_token_may_stand_in_the_body(application, connect, proxy):
    proxy(connect(_token(location="body", paramName="key")), "POST", body={"a": 1})

    assert application.last["body"] == {"a": 1, "key": "t0k"}


def test_a_custom_login_stands_in_the_connections_headers(application, connect, proxy):
    headers = [{"name": "X-Key", "value": "{{connection.http.encrypted.key}}"}]
    auth = {"type": "custom"}

    proxy(connect(auth, headers=headers, encrypted={"key": "k3y"}))

    assert application.last["headers"]["x-key"] == "k3y"


def test_a_cookie_is_fetched_first(application, connect, proxy):
    application.answers["/login"] = (200, {}, {"Set-Cookie": "sid=1; Path=/"})
    auth = {"type": "cookie", "cookie": {"uri": "/login", "method": "POST", "body": "{}"}}

    proxy(connect(auth))

    assert [request["path"] for request in application.requests] == ["/login", "/me"]
    assert application.last["headers"]["cookie"] == "sid=1"


def test_a_cookie_login_that_fails_is_told(application, connect, proxy):
    application.answers["/login"] = (403, {}, {})
    auth = {"type": "cookie", "cookie": {"uri": "/login"}}

    assert code(proxy(connect(auth))) == (422, "invalid_field")


def test_other_logins_are_not_simulated(connect, proxy):
    assert code(proxy(connect({"type": "jwt"}))) == (501, "not_implemented")


def test_a_legacy_rest_connection_logs_in_as_well(customer, application, proxy):
    rest = {
        "baseURI": application.uri,
        "mediaType": "json",
        "authType": "token",
        "bearerToken": "t0k",
        "authHeader": "X-Token",
        "authScheme": "Bearer",
    }
    made = customer.create("connections", type="rest", rest=rest)

    proxy(made["_id"])

    assert application.last["headers"]["x-token"] == "Bearer t0k"


def test_a_proxy_passes_the_answer_back(application, connect, proxy):
    application.answers["/items"] = (409, b"taken", {"Content-Type": "text/plain"})

    answer = proxy(connect(), "PUT", "/items?a=b", {"sku": 1})

    assert (answer.status_code, answer.text) == (409, "taken")
    assert answer.headers["Content-Type"] == "text/plain"
    assert (application.last["method"], application.last["path"]) == ("PUT", "/items?a=b")
    assert application.last["body"] == {"sku": 1}


NOT_LOCAL = ("https://example.com", "http://10.0.0.1", "http://127.0.0.1.example.com", "ftp://x")


@pytest.mark.parametrize("uri", NOT_LOCAL)
def test_nothing_but_this_machine_is_asked(connect, proxy, uri):
    answer = proxy(connect(baseURI=uri))

    assert code(answer) == (422, "backend_not_local")


def test_a_redirect_is_not_followed(application, connect, proxy):
    application.answers["/me"] = (302, {}, {"Location": "https://example.com"})

    assert proxy(connect()).status_code == 302
    assert len(application.requests) == 1


def test_an_application_that_is_not_there_is_told(connect, proxy):
    answer = proxy(connect(baseURI="http://127.0.0.1:1"))

    assert code(answer) == (422, "backend_unreachable")


# Pings


def test_a_local_application_is_really_pinged(customer, application, connect):
    connection = connect(_token(), ping={"relativeURI": "/me", "method": "GET"})

    assert customer.get(f"/connections/{connection}/ping").json() == {"code": 200}
    assert application.last["path"] == "/me"
    application.answers["/me"] = (401, {"why": "no"}, {})
    failed = customer.get(f"/connections/{connection}/ping")

    assert failed.status_code == 200
    assert failed.json()["code"] == 401
    assert customer.get(f"/connections/{connection}").json()["offline"] is True


def test_a_ping_reads_what_a_failure_looks_like(customer, application, connect):
    rules = {"failPath": "ok", "failValues": ["no"], "errorPath": "why"}
    connection = connect(ping={"relativeURI": "/me", **rules})
    application.answers["/me"] = (200, {"ok": "no", "why": "locked out"}, {})

    errors = customer.get(f"/connections/{connection}/ping").json()["errors"]

    assert [error["message"] for error in errors] == ["locked out"]


def test_an_unsaved_form_of_a_connection_knows_the_stored_secret(customer, application, connect):
    connection = connect(_token(), ping={"relativeURI": "/me"})
    form = customer.get(f"/connections/{connection}").json()

    assert customer.post("/connections/ping", form).json() == {"code": 200}
    assert application.last["headers"]["authorization"] == "Bearer t0k"


# The debug log


def test_requests_are_logged_until_debug_date_without_secrets(customer, application, connect):
    connection = connect(_token(), ping={"relativeURI": "/me"})
    path = f"/connections/{connection}"
    customer.get(f"{path}/ping")
    assert customer.get(f"{path}/debug").text == ""
    until = [{"op": "add", "path": "/debugDate", "value": "2099-01-01T00:00:00.000Z"}]
    customer.patch(path, until)

    customer.get(f"{path}/ping")

    log = customer.get(f"{path}/debug").text
    assert f"GET {application.uri}/me" in log
    assert "200" in log
    assert "t0k" not in log
    assert customer.delete(f"{path}/debug").status_code == 204
    assert customer.get(f"{path}/debug").text == ""


def test_the_log_can_be_read_for_one_export(customer, application, connect):
    connection = connect()
    exports = [
        customer.create("exports", _connectionId=connection, http={"relativeURI": uri})["_id"]
        for uri in ("/one", "/two")
    ]
    until = [{"op": "add", "path": "/debugDate", "value": "2099-01-01T00:00:00.000Z"}]
    customer.patch(f"/connections/{connection}", until)
    for export in exports:
        customer.post(f"/exports/{export}/invoke")

    log = customer.get(f"/connections/{connection}/debug/{exports[1]}").text

    assert "/two" in log
    assert "/one" not in log
