"""Who may ask for what: every endpoint, with every scope and without."""

import pytest
import requests
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from connector_kit.api.permissions import scope_of
from connector_kit.api.urls import urlpatterns
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import SCOPES, Role, Scope
from connector_kit.publisher.staff import set_role
from tests.api.fixtures import token_of

OPEN = {"api-schema", "api-docs", "provisioning-webhooks"}
METHODS = ("GET", "POST", "PATCH")
EXAMPLES = {
    "integration_id": "0" * 24,
    "slug": "none",
    "version": "1.0.0",
    "newer": "1.1.0",
    "pk": "1",
    "key": "sub_1",
}


def address(pattern) -> str:
    """An address that *pattern* fits."""
    regex = pattern.pattern
    if hasattr(regex, "_route"):
        return str(regex).replace("<str:key>", EXAMPLES["key"])
    return reverse_of(str(regex))


def reverse_of(regex: str) -> str:
    """*regex* with its groups replaced by examples."""
    made, rest = "", regex.strip("^$")
    while "(?P<" in rest:
        before, _, after = rest.partition("(?P<")
        name, _, after = after.partition(">")
        depth, end = 1, 0
        while depth:
            depth += {"(": 1, ")": -1}.get(after[end], 0)
            end += 1
        made, rest = made + before + EXAMPLES[name], after[end:]
    return made + rest


def calls():
    """Every method of every endpoint, with its scope."""
    for pattern in urlpatterns:
        view = pattern.callback.view_class
        if pattern.name in OPEN:
            continue
        for method in METHODS:
            if hasattr(view, method.lower()):
                yield pytest.param(
                    method,
                    address(pattern),
                    scope_of(view, method),
                    id=f"{method} {address(pattern)}",
                )


CALLS = list(calls())


def status(client, method, path, **headers):
    call = getattr(client, method.lower())
    return call(f"/api/{path}", content_type="application/json", **headers).status_code


@pytest.fixture
def client(db):
    cache.clear()
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_an_endpoint_opens_with_its_scope_and_with_no_other(client, method, path, scope):
    assert scope is not None
    others = token_of("others", Role.ADMIN, frozenset(Scope) - {scope})
    only = token_of("only", Role.ADMIN, {scope})

    def asked(token):
        return status(client, method, path, headers={"Authorization": f"Bearer {token}"})

    assert status(client, method, path) == 401
    assert asked("ck_0_0") == 401
    assert asked(others) == 403
    assert asked(only) not in (401, 403, 405, 500)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_session_opens_what_the_role_opens(client, method, path, scope, role):
    set_role("alice", role, by=THE_KIT)
    user = get_user_model().objects.get(username="alice")
    client.force_login(user)
    client.cookies["csrftoken"] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32}

    is_open = status(client, method, path, headers=headers) != 403

    assert is_open == (scope in SCOPES[role])


def test_a_write_by_session_needs_the_csrf_token(client):
    set_role("alice", Role.ADMIN, by=THE_KIT)
    client.force_login(get_user_model().objects.get(username="alice"))

    answer = client.post("/api/v1/rollouts/1/pause/")

    assert answer.status_code == 403
    assert "CSRF" in answer.json()["errors"][0]["message"]


def test_a_user_who_is_no_staff_may_nothing(client):
    client.force_login(get_user_model().objects.create_user("plain"))

    assert status(client, "GET", "v1/connectors/") == 403


def test_a_token_that_its_owner_outgrew_still_opens_no_more_than_it_says(client):
    token = token_of("alice", Role.VIEWER, {Scope.ROLLOUTS_READ})
    set_role("alice", Role.ADMIN, by=THE_KIT)
    headers = {"Authorization": f"Bearer {token}"}

    assert status(client, "GET", "v1/rollouts/", headers=headers) == 200
    assert status(client, "GET", "v1/installations/", headers=headers) == 403


def test_a_refusal_names_the_scope_that_is_lacking(as_role):
    answer = as_role(Role.VIEWER).ask("POST", "rollouts/1/pause/")

    [error] = answer.json()["errors"]
    assert error["code"] == "permission_denied"
    assert "rollouts:write" in error["message"]


def test_a_stranger_is_told_how_to_say_who_they_are(client_of):
    answer = client_of(None).ask("GET", "connectors/")

    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["code"] == "not_authenticated"


def test_the_description_is_open_to_everybody(live_server):
    for path in ("/api/schema/", "/api/docs/"):
        assert requests.get(live_server.url + path, timeout=30).status_code == 200
