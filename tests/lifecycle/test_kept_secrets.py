"""Tokens and credentials stay where they belong, and a mask is never written back."""

import json
import logging

import pytest
from django.apps import apps
from django.core.serializers import serialize

from connector_kit.documents import MASK
from connector_kit.integrator import Pool
from connector_kit.logs.lines import OneLine
from connector_kit.models import Change, Order
from tests.lifecycle.fixtures import SECOND, SECRETS, Customer
from tests.publisher.fixtures import SYSTEM_TOKEN

HEADER = "header-credential-of-jo"


@pytest.fixture
def told(caplog):
    """All that was logged so far, at any level: as it is, and as the log would show it."""
    caplog.set_level(logging.DEBUG)
    line = OneLine()
    return lambda: "\n".join(
        text
        for record in caplog.get_records("setup") + caplog.get_records("call")
        for text in (record.getMessage(), line.format(record))
    )


def stored():
    """Everything in the database."""
    return "\n".join(
        serialize("json", model.objects.all())
        for model in apps.get_app_config("connector_kit").get_models()
    )


def secrets_of(shop, doorway):
    return {
        *SECRETS,
        HEADER,
        SYSTEM_TOKEN,
        shop.platform.sandbox.publisher_token,
        *(account.token for account in shop.platform.sandbox.accounts),
        *doorway.tokens,
    }


def found(secrets, text):
    return [secret for secret in secrets if secret in text]


@pytest.fixture
def lived_through(shop, doorway):
    """A customer to whom everything has happened, and all that the platform was answered."""
    answers = []
    customer = Customer(shop.platform, 0)
    steps = customer.begin(shop.connector)
    answers += [customer.press(step) for step in steps]
    for step in steps:
        customer.log_in(step)
        answers.append(customer.press(step))
    secret_header = [{"name": "Authorization", "value": HEADER}]
    shop_http = customer.component("shop")["http"]
    customer.change("shop", http={**shop_http, "headers": secret_header})
    customer.change("chat", name="Our chat")
    shop.publish(SECOND)
    fail(customer, "500")
    customer.push()
    fail(customer, "lost_answer")
    customer.push()
    shop.platform.control("/faults", {})
    customer.push()
    old = {"_integrationId": customer.integration_id, "bearerToken": doorway.tokens[-1]}
    answers.append(shop.call("update", old))
    answers.append(shop.call("frobnicate", old))
    customer.begin_uninstall()
    answers += [customer.press_remove("remove_chat"), customer.end_uninstall()]
    return customer, answers


def fail(customer, kind):
    """Let the platform fail in the middle of what connectors write."""
    chosen = {"tokens": ["one_time"], "methods": ["PUT", "PATCH", "POST"]}
    customer.platform.control("/faults", {"rate": 1, "kinds": [kind], **chosen})


def test_no_secret_is_logged(shop, doorway, told, lived_through):
    text = told()

    assert "callFunctionFailed" in text
    assert "Attempt 1 of 6" in text
    assert found(secrets_of(shop, doorway), text) == []


def test_no_secret_is_stored(shop, doorway, lived_through):
    customer, _ = lived_through
    text = stored()

    assert customer.installation.operations.filter(outcome="failed").count() > 3
    assert "outcome_unknown" in text
    assert Change.objects.filter(action="delete", external_id="shop").exists()
    assert found(secrets_of(shop, doorway), text) == []


def test_no_secret_is_answered(shop, doorway, lived_through):
    _, answers = lived_through

    assert {reply.status for reply in answers} == {200, 422}
    assert found(secrets_of(shop, doorway), json.dumps([answer.body for answer in answers])) == []


def test_a_dry_run_shows_no_secret(shop, customer, upgraded, doorway):
    chat = customer.component("chat")
    header = [{"name": "X-Api-Key", "value": HEADER}]
    customer.change("chat", http={**chat["http"], "headers": header})
    customer.order(upgraded, Order.Kind.PLAN)

    operation = customer.push()

    assert operation.kind == "plan"
    assert operation.plan["summary"]["update"] == 5
    assert found(secrets_of(shop, doorway), stored()) == []


def test_a_mask_is_never_written_back(shop, customer, upgraded, monkeypatch):
    written = []
    send = Pool.send

    def read_and_send(pool, request, **timeouts):
        written.append((request.method, request.url, str(request.body)))
        return send(pool, request, **timeouts)

    monkeypatch.setattr(Pool, "send", read_and_send)
    first = shop.connector.releases.get(version="1.0.0")

    customer.push()
    customer.push(first)

    assert customer.component("chat")["http"]["auth"]["token"]["token"] == MASK
    changed = [method for method, url, _ in written if customer.component("chat")["_id"] in url]
    assert changed == ["PATCH", "PATCH"]
    assert [body for _, _, body in written if MASK in body] == []
    for name in ("shop", "chat"):
        connection = customer.component(name)
        assert customer.do("GET", f"/connections/{connection['_id']}/ping") == {"code": 200}
