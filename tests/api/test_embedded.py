"""Embedded integrations over the API, down to the account; workers do what takes long."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connector_kit.embedded import record_release
from connector_kit.models import Installation, StaffAction
from connector_kit.publisher.roles import Role
from connector_kit.server import celery_app
from examples.embedded.applications import Applications
from tests.embedded.fixtures import SECOND, acme, address, embedding, logs, problems_of, release
from tests.embedded.shop import PASSWORD, TOKEN, credentials_for
from tests.lifecycle.fixtures import no_waiting, server

__all__ = ["acme", "address", "embedding", "logs", "no_waiting", "release", "server"]

BY = "operator-of-the-tests (token tests)"
DEPLOYMENTS = "embedded/deployments/"


@pytest.fixture
def stack_address(server, settings, db):
    """Where the stack listens, and the API with it."""
    settings.ROOT_URLCONF = "tests.api.embedded_urls"
    return server.url


@pytest.fixture
def operator(as_role):
    return as_role(Role.OPERATOR)


@pytest.fixture
def workers():
    """Tasks run where they are sent."""
    celery_app.conf.task_always_eager = True
    yield
    celery_app.conf.task_always_eager = False


def wish(release, **more):
    return {"connector": release.connector.slug, "end_user": "acme", **more}


def test_accounts_are_listed_without_their_tokens(as_role, embedding, acme):
    answer = as_role(Role.VIEWER).ask("GET", "embedded/accounts/")

    [told] = answer.json()["results"]
    assert (told["name"], told["deployments"], told["has_token"]) == ("product", 1, True)
    assert "token" not in told
    assert embedding.sandbox_account.token not in answer.text
    assert embedding.account.token not in answer.text


def test_what_is_asked_for_is_deployed_by_a_worker(operator, workers, embedding, release, address):
    told = operator.post(
        DEPLOYMENTS, wish(release, credentials=credentials_for(address)), expect=202
    )

    deployment = Installation.objects.get(pk=told["id"])
    assert problems_of(embedding, deployment, release) == []
    shown = operator.get(f"{DEPLOYMENTS}{told['id']}/")
    assert (shown["end_user"], shown["account"], shown["version"]) == ("acme", "product", "1.0.0")
    assert shown["integration_id"] == deployment.integration_id


def test_credentials_are_in_no_record_and_no_log(
    operator, workers, embedding, release, address, logs
):
    told = operator.ask("POST", DEPLOYMENTS, wish(release, credentials=credentials_for(address)))

    action = StaffAction.objects.get(action="embedded.deploy")
    assert (action.actor_name, action.after["connections"]) == (BY, ["chat", "shop"])
    for secret in (PASSWORD, TOKEN):
        assert secret not in f"{told.text} {action.after} {' '.join(logs)}"


def test_connections_that_cannot_log_in_are_named_at_once(operator, embedding, release, address):
    some = {"shop": credentials_for(address)["shop"]}

    answer = operator.ask("POST", DEPLOYMENTS, wish(release, credentials=some))

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (409, "connection_offline")
    assert "chat" in error["message"]
    assert not StaffAction.objects.filter(action="embedded.deploy").exists()


def test_without_credentials_a_worker_makes_everything(operator, workers, embedding, release):
    told = operator.post(DEPLOYMENTS, wish(release, account="product"), expect=202)

    assert problems_of(embedding, Installation.objects.get(pk=told["id"]), release) == []


def test_a_deployment_is_updated_and_removed(operator, workers, embedding, acme):
    second = record_release(SECOND)

    operator.post(f"{DEPLOYMENTS}{acme.pk}/update/", {"release": second.version}, expect=202)
    assert problems_of(embedding, acme, second) == []
    operator.post(f"{DEPLOYMENTS}{acme.pk}/remove/", expect=202)

    assert embedding.of(acme) == {}
    assert operator.ask("GET", f"{DEPLOYMENTS}{acme.pk}/").status_code == 404
    actions = StaffAction.objects.filter(subject=f"deployment/{acme.pk}").order_by("pk")
    assert [(action.action, action.actor_name) for action in actions] == [
        ("embedded.update", BY),
        ("embedded.remove", BY),
    ]


def test_exports_and_imports_run_on_demand(operator, acme):
    records = operator.post(f"{DEPLOYMENTS}{acme.pk}/run-export/", {"name": "new_orders"})
    assert records == {"records": [{"number": 1, "status": "paid"}]}

    sent = {"name": "post_message", "records": [{"number": 7}]}
    [result] = operator.post(f"{DEPLOYMENTS}{acme.pk}/run-import/", sent)["results"]
    assert result["statusCode"] == 200
    assert Applications.posted == [{"text": 7}]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("run-export", {"name": "orders"}, 409, "unknown_component"),
        ("run-export", {}, 400, "required"),
        ("run-import", {"name": "post_message", "records": []}, 400, "min_length"),
        ("update", {"release": "9.9.9"}, 409, "not_published"),
    ],
)
def test_what_does_not_fit_says_so(operator, acme, path, body, status, code):
    answer = operator.ask("POST", f"{DEPLOYMENTS}{acme.pk}/{path}/", body)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["code"] == code


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"account": "nobody"}, 409, "unknown_account"),
        ({"end_user": " "}, 400, "blank"),
        ({"credentials": {"shop": {}}}, 400, "empty"),
        ({"credentials": {"shopp": {"http": {}}}}, 409, "invalid_credentials"),
        ({"connector": "none"}, 404, "not_found"),
    ],
)
def test_a_deployment_that_cannot_be_made_says_why(operator, release, more, status, code):
    answer = operator.ask("POST", DEPLOYMENTS, wish(release, **more))

    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["code"] == code


def test_deployments_are_filtered_at_a_constant_number_of_queries(
    operator, client, embedding, release, acme
):
    def asked(**query):
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(f"/api/v1/{DEPLOYMENTS}", query, headers=operator.headers)
        return [result["end_user"] for result in answer.json()["results"]], len(caught)

    asked()  # the first use of a token is noted
    assert asked(end_user="acme")[0] == ["acme"]
    assert asked(end_user="globex")[0] == []
    assert asked(account="product", connector=release.connector.slug)[0] == ["acme"]
    _, few = asked()
    Installation.objects.bulk_create(
        Installation(
            connector=release.connector,
            embedded_account=embedding.account,
            end_user=f"user-{number}",
            integration_id=f"{number:024x}",
            release=release,
        )
        for number in range(5)
    )
    found, many = asked()
    assert (len(found), many) == (6, few)
