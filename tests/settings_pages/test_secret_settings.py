"""Secret settings are kept encrypted, and shown at no door."""

import json

import pytest
import redis
from django.apps import apps
from django.db import connection
from django.urls import reverse

from connector_kit import conf
from connector_kit.embedded import new_key, rotate_keys
from connector_kit.models import (
    Change,
    Document,
    Installation,
    Operation,
    Order,
    SettingsChange,
    StaffAction,
)
from connector_kit.publisher.roles import Role
from tests.lifecycle.settings_fixtures import body, installed, save
from tests.settings_pages.test_saving import browsing

VAULT, NEXT_VAULT = (f"tests.lifecycle.secret_settings:{name}" for name in ("Vault", "NextVault"))
PLANTED = "sesame-4711"
OTHER = "mellon-0815"
MASK = "******"


@pytest.fixture
def vault(shop):
    """A customer of a connector with secret settings."""
    shop.publish(VAULT)
    return installed(shop)


@pytest.fixture
def browse(vault, staff):
    """An operator at the settings of that customer."""
    return browsing(vault, staff(Role.OPERATOR))


def type_in(browse, **typed):
    """Save what was typed on the page, and wait for the update."""
    named = {f"{name}:secret": value for name, value in typed.items()}
    answer = browse.send("-/Door/", browse.form("-/Door/", **named))
    assert answer.status_code == 302, answer.content.decode()
    browse.settle()


def dump():
    """All tables as the database has them."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(rows)


def in_redis():
    """All keys of Redis with what they hold, as bytes."""
    client = redis.Redis.from_url(conf.redis_url())
    read = {b"string": client.get, b"hash": client.hgetall, b"set": client.smembers}
    read |= {
        b"list": lambda key: client.lrange(key, 0, -1),
        b"zset": lambda key: client.zrange(key, 0, -1),
    }
    return str([(key, read[client.type(key)](key)) for key in client.scan_iter()])


def kept(browse):
    """The door's code on record, as the kit reads it."""
    return browse.customer.installation.settings


def test_a_secret_arrives_in_the_account_and_on_no_page(browse, staff):
    type_in(browse, door=PLANTED, api_password=PLANTED)

    assert kept(browse) == {"door": PLANTED, "api_password": PLANTED}
    assert body(browse.customer) == f'{{"door": "{PLANTED}"}}'
    for role in (Role.VIEWER, Role.OPERATOR, Role.ADMIN):
        html = browsing(browse.customer, staff(role)).get("-/Door/")
        assert PLANTED not in html
        assert html.count("A value is saved. Leave empty to keep it.") == 2
        assert html.count('type="password"') == 2


def test_a_page_that_is_saved_without_typing_keeps_the_secret(browse):
    type_in(browse, door=PLANTED)

    browse.send("-/Door/", browse.form("-/Door/", channel="#sales"))
    browse.settle()

    assert kept(browse) == {"door": PLANTED, "channel": "#sales"}


def test_a_secret_is_cleared_by_who_says_so(browse):
    type_in(browse, door=PLANTED)

    form = browse.form("-/Door/")
    form["f-door:secret:clear"] = "on"
    browse.send("-/Door/", form)
    browse.settle()

    assert kept(browse).get("door") in (None, "")


def rest(browse, staff, method, path="", body=None):
    browser = staff(Role.OPERATOR)
    address = f"/api/v1/installations/{browse.customer.integration_id}/settings/{path}"
    data = json.dumps(body) if body is not None else None
    return browser.generic(method, address, data or "", content_type="application/json")


@pytest.mark.parametrize("sent", [MASK, ""])
def test_the_mask_and_nothing_keep_the_secret_in_rest(browse, staff, sent):
    type_in(browse, door=PLANTED)

    answer = rest(browse, staff, "PATCH", body={"values": {"door": sent, "channel": "#x"}})
    browse.settle()

    assert answer.status_code == 202
    assert kept(browse)["door"] == PLANTED


def test_null_clears_the_secret_in_rest(browse, staff):
    type_in(browse, door=PLANTED)

    rest(browse, staff, "PATCH", body={"values": {"door": None}})
    browse.settle()

    assert kept(browse).get("door") in (None, "")


def test_rest_shows_masks_and_what_is_said_to_be_open(browse, staff):
    type_in(browse, door=PLANTED, key_file=PLANTED)
    rest(browse, staff, "PATCH", body={"values": {"public_token": "shown"}})
    browse.settle()

    settings = rest(browse, staff, "GET")
    changes = rest(browse, staff, "GET", "changes/")

    assert settings.json()["values"]["door"] == MASK
    assert settings.json()["values"]["key_file"] == MASK
    assert settings.json()["values"]["public_token"] == "shown"
    first = changes.json()["results"][-1]["values"]
    assert first == {
        "door": MASK,
        "key_file": MASK,
        "channel": "#orders",
        "public_token": "open",
    }
    assert PLANTED not in (settings.content + changes.content).decode()


def test_saving_on_the_platforms_page_keeps_a_secret_that_comes_back_masked(browse):
    save(browse.customer, {"door": PLANTED})

    reply = save(browse.customer, {"door": MASK, "channel": "#sales"})

    assert reply.body["success"]
    assert kept(browse) == {"door": PLANTED, "channel": "#sales"}
    assert PLANTED in json.dumps(browse.customer.integration["settings"])


def test_a_planted_secret_is_nowhere_but_encrypted(browse, shop, staff, caplog, mailoutbox):
    customer = browse.customer
    type_in(browse, door=PLANTED, api_password=PLANTED, key_file=PLANTED)
    rest(browse, staff, "PATCH", body={"values": {"door": OTHER}})
    browse.settle()
    next_release = shop.publish(NEXT_VAULT)
    Order.objects.place(customer.installation, Order.Kind.PLAN, next_release)
    assert customer.push_unordered().plan
    assert customer.push(next_release).outcome == "done"
    trouble = {"rate": 1, "kinds": ["500"], "skip": 4, "accounts": [customer.account.account_id]}
    shop.platform.control("/faults", trouble)
    assert save(customer, {"door": PLANTED}).status >= 400
    shop.platform.control("/faults", {})

    admin = staff(Role.ADMIN)
    pages = [
        admin.get(reverse(f"admin:connector_kit_{model._meta.model_name}_changelist"))
        for model in apps.get_app_config("connector_kit").get_models()
    ]
    rows = [
        *(Document.objects.all()),
        *Installation.objects.all(),
        *Operation.objects.all(),
        *Change.objects.all(),
        *SettingsChange.objects.all(),
        *StaffAction.objects.all(),
    ]
    pages += [
        admin.get(reverse(f"admin:connector_kit_{row._meta.model_name}_change", args=[row.pk]))
        for row in rows
    ]
    home = f"installations/{customer.integration_id}/"
    pages += [
        admin.get(f"/console/{path}", follow=True)
        for path in ("audit/", home, f"{home}operations/", f"{home}changes/")
    ]
    pages += [
        admin.get(f"/api/v1/{path}")
        for path in ("actions/", home, f"{home}settings/", f"{home}settings/changes/")
    ]
    pages += [admin.get(f"/api/v1/{home}{path}/") for path in ("operations", "changes")]
    assert {page.status_code for page in pages} == {200}
    shown = "".join(page.content.decode() for page in pages)

    for secret in (PLANTED, OTHER):
        assert secret not in dump()
        assert secret not in in_redis()
        assert secret not in shown
        assert secret not in caplog.text
        assert secret not in str([mail.message() for mail in mailoutbox])
    assert customer.installation.settings["api_password"] == PLANTED


def test_keys_rotate_and_settings_of_older_code_are_encrypted(browse, settings):
    type_in(browse, door=PLANTED)
    old = new_key()
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": (old,)}
    with connection.cursor() as cursor:
        plain = json.dumps({"door": PLANTED, "api_password": PLANTED})
        cursor.execute("UPDATE connector_kit_installation SET settings = %s", [plain])
    Installation.objects.get().note(retired_settings={})
    assert kept(browse) == {"door": PLANTED, "api_password": PLANTED}

    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": (new_key(), old)}
    rotate_keys()
    newest = settings.CONNECTOR_KIT["encryption_keys"][:1]
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": newest}

    assert kept(browse) == {"door": PLANTED, "api_password": PLANTED}
    assert PLANTED not in str(list(raw_settings()))


def raw_settings():
    with connection.cursor() as cursor:
        cursor.execute("SELECT settings FROM connector_kit_installation")
        return cursor.fetchall()


def test_a_lost_key_is_told_with_the_way_out(browse, staff, settings):
    type_in(browse, door=PLANTED)
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": (new_key(),)}

    operation = browse.customer.push()
    answer = rest(browse, staff, "PATCH", body={"values": {"channel": "#x"}})

    for code, message in (
        (operation.code, operation.message),
        (answer.json()["errors"][0]["code"], answer.json()["errors"][0]["message"]),
    ):
        assert code == "key_lost"
        assert "CONNECTOR_KIT_ENCRYPTION_KEYS" in message
        assert "--forget-lost" in message
    assert body(browse.customer) == f'{{"door": "{PLANTED}"}}'

    rotation = rotate_keys(forgets_lost=True)
    assert rotation.lost == (browse.customer.integration_id,)
    assert browse.customer.push().outcome in ("done", "current")
    assert kept(browse)["door"] == PLANTED
