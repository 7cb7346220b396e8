"""Tokens that the publisher holds: whose they are, how they are kept, what becomes of them."""

import base64
import traceback

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.test import override_settings

from connector_kit.conf import from_environment, kit, read, redis_url
from connector_kit.embedded import (
    EmbeddedError,
    account_owner,
    add_account,
    deploy,
    find_account,
    find_deployment,
    forget_account,
    new_key,
    remove,
    rotate_keys,
    run_export,
    update,
)
from connector_kit.embedded.accounts import token_of
from connector_kit.embedded.encryption import KEY_FILE, encrypted
from connector_kit.integrator.errors import Unauthorized
from connector_kit.integrator.transport.secret import Secret
from connector_kit.models import Change, EmbeddedAccount, Installation, Operation
from tests.embedded.shop import PASSWORD, TOKEN, credentials_for


def stored(account: EmbeddedAccount) -> str:
    return EmbeddedAccount.objects.values_list("token", flat=True).get(pk=account.pk)


@pytest.fixture
def keys(settings):
    """Sets the keys in force."""

    def set_keys(*keys: str) -> None:
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": keys}

    return set_keys


def everything_in_the_database() -> str:
    """All rows of all tables, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return repr(rows)


def test_no_secret_is_in_the_database_or_in_a_line_of_the_log(
    embedding, release, acme, address, logs
):
    secrets = (embedding.sandbox_account.token, PASSWORD, TOKEN)
    deploy(release.connector, embedding.account, "acme", credentials=credentials_for(address))
    run_export(acme, "new_orders")
    with pytest.raises(EmbeddedError):
        deploy(
            release.connector,
            embedding.account,
            "bolt",
            credentials={"shop": {"http": {"auth": {"basic": {"password": PASSWORD}}}}},
        )

    said = "\n".join(logs)
    assert Change.objects.exists()
    assert [secret for secret in secrets if secret in everything_in_the_database()] == []
    assert [secret for secret in secrets if secret in said] == []
    assert [
        secret for secret in secrets if secret in repr([*EmbeddedAccount.objects.all(), acme])
    ] == []


def test_a_traceback_shows_no_token(embedding, acme):
    embedding.platform.control("/faults", {"rate": 1, "kinds": ["500"]})
    try:
        run_export(acme, "new_orders")
    except Exception as error:  # noqa: BLE001
        trace = traceback.TracebackException.from_exception(error, capture_locals=True)
        said = "".join(trace.format())
    embedding.platform.control("/faults", {})

    assert "run_export" in said
    assert embedding.sandbox_account.token not in said


def test_rotating_keys_encrypts_everything_with_the_first_one(embedding, keys):
    old = kit().encryption_keys
    before, token = stored(embedding.account), token_of(embedding.account).reveal()
    add_account("other", token)
    new = new_key()

    keys(new, *old)
    rotation = rotate_keys()

    assert rotation.renewed == ("other", "product")
    assert stored(embedding.account) != before
    keys(new)
    assert token_of(find_account("product")).reveal() == token
    keys(*old)
    with pytest.raises(EmbeddedError) as refused:
        token_of(find_account("product"))
    assert refused.value.code == "token_unreadable"


def test_a_rotation_names_what_no_key_reads(embedding, keys):
    before = stored(embedding.account)
    keys(new_key())

    assert rotate_keys().unreadable == ("product",)
    assert stored(embedding.account) == before


def test_what_no_key_reads_is_on_record_with_the_way_out(embedding, acme, keys):
    keys(new_key())

    with pytest.raises(EmbeddedError, match="CONNECTOR_KIT_ENCRYPTION_KEYS"):
        update(acme)

    assert acme.operations.latest("pk").code == "token_unreadable"
    add_account("product", embedding.sandbox_account.token)
    update(Installation.objects.get())


def test_without_keys_one_is_kept_in_the_home_folder(platform, settings, tmp_path, db):
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "redis_url": redis_url(),  # the one of all tests, not another in the new home
        "home": tmp_path,
        "encryption_keys": (),
    }
    token = platform.sandbox.accounts[0].token

    account = add_account("product", token)

    file = tmp_path / KEY_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert Fernet(file.read_text()).decrypt(stored(account)).decode() == token
    assert token_of(account).reveal() == token


KEY = base64.urlsafe_b64encode(bytes(32)).decode()
UNUSABLE = {
    "too short": ("short", "has an invalid key at position 1"),
    "other characters": (f"{KEY},{'!' * 44}", "has an invalid key at position 2"),
    "one key twice": (f"{KEY},{KEY}", "contains the same key twice"),
}


@pytest.mark.parametrize(("words", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_is_none_is_said_by_its_place_and_not_repeated(words, reason):
    _, [problem] = read(from_environment({"CONNECTOR_KIT_ENCRYPTION_KEYS": words}))

    assert problem.message.startswith(f"CONNECTOR_KIT_ENCRYPTION_KEYS {reason}")
    assert words not in problem.message
    with (
        override_settings(CONNECTOR_KIT={"encryption_keys": words}),
        pytest.raises(SystemCheckError, match=reason),
    ):
        call_command("check")


def test_a_revoked_token_is_named_with_the_way_out_and_nothing_is_changed(
    embedding, acme, settings
):
    account = embedding.account
    account.base_url = ""
    account.save()
    before = embedding.everything()
    account.set_token(encrypted(Secret("revoked-token")), instead_of=account.token)

    for act in (update, remove, lambda item: run_export(item, "new_orders")):
        with pytest.raises(EmbeddedError, match="embedded account add product") as refused:
            act(Installation.objects.get())
        assert refused.value.code == "token_refused"
    assert embedding.everything() == before
    assert set(Operation.objects.values_list("code", flat=True)) == {"", "token_refused"}


def test_a_token_of_another_account_is_refused(embedding):
    other = embedding.platform.sandbox.accounts[1].token

    with pytest.raises(EmbeddedError) as refused:
        add_account("product", other)

    assert refused.value.code == "wrong_account"
    assert token_of(find_account()).reveal() == embedding.sandbox_account.token
    add_account("other", other)


def test_a_token_that_the_platform_does_not_know_is_not_stored(platform, db):
    with pytest.raises(EmbeddedError) as refused:
        add_account("product", "nonsense")

    assert refused.value.code == "token_refused"
    assert not EmbeddedAccount.objects.exists()


@pytest.mark.parametrize("name", ["", "two words", "x" * 51])
def test_an_account_has_a_short_name(db, name):
    with pytest.raises(EmbeddedError) as refused:
        add_account(name, "token")

    assert refused.value.code == "invalid_name"


def test_a_token_with_blanks_in_it_is_none(db):
    with pytest.raises(Unauthorized):
        add_account("product", "two words")


def test_the_environment_of_an_account_stays(embedding):
    with pytest.raises(EmbeddedError) as refused:
        add_account("product", embedding.sandbox_account.token, sandbox=True)

    assert refused.value.code == "wrong_environment"


def test_an_address_that_is_none_is_refused(embedding):
    with pytest.raises(EmbeddedError) as refused:
        add_account("other", embedding.sandbox_account.token, base_url="example.com")

    assert refused.value.code == "invalid_base_url"


def test_a_check_says_whose_token_it_is(embedding):
    assert account_owner(embedding.account) == embedding.sandbox_account.user_id


def test_an_account_in_use_is_not_forgotten(embedding, acme):
    with pytest.raises(EmbeddedError) as refused:
        forget_account(embedding.account)

    assert refused.value.code == "account_in_use"
    remove(acme)
    embedding.account.refresh_from_db()
    forget_account(embedding.account)
    assert stored(embedding.account) == ""
    with pytest.raises(EmbeddedError) as refused:
        token_of(find_account("product"))
    assert refused.value.code == "no_token"


def test_a_stack_whose_calls_would_be_refused_stops_the_deployment(
    embedding, release, settings, address
):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "system_tokens": ()}

    with pytest.raises(EmbeddedError, match="CONNECTOR_KIT_SYSTEM_TOKEN") as refused:
        deploy(release.connector, embedding.account, "acme", credentials=credentials_for(address))

    assert refused.value.code == "system_token_unknown"
    [stack] = embedding.do("GET", "/stacks")
    token = embedding.do("GET", f"/stacks/{stack['_id']}/systemToken")["systemToken"]
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "system_tokens": (token,)}
    deploy(release.connector, embedding.account, "acme", credentials=credentials_for(address))


def test_everything_is_made_in_the_environment_of_the_token(embedding, release, address):
    token = embedding.sandbox_account.token
    staging = add_account("staging", token, sandbox=True)

    deployment = deploy(release.connector, staging, "acme", credentials=credentials_for(address))

    made = [item for _, item in embedding.of(deployment).values()]
    assert made
    assert {document["sandbox"] for document in (*made, embedding.integration(deployment))} == {
        True
    }
    assert run_export(deployment, "new_orders") == [{"number": 1, "status": "paid"}]


def test_an_end_user_in_two_accounts_is_told_apart_by_the_account(
    embedding, release, acme, address
):
    other = add_account("other", embedding.platform.sandbox.accounts[1].token)
    second = deploy(release.connector, other, "acme", credentials=credentials_for(address))

    assert find_deployment(release.connector, "acme", other) == second
    assert find_deployment(release.connector, "acme", embedding.account) == acme
    with pytest.raises(EmbeddedError, match="several accounts"):
        find_deployment(release.connector, "acme")
    with pytest.raises(EmbeddedError, match="not deployed for 'bolt'"):
        find_deployment(release.connector, "bolt")


def test_the_platform_calls_each_account_by_its_own_stack_record(embedding, release, acme, address):
    other = add_account("other", embedding.platform.sandbox.accounts[1].token)
    second = deploy(release.connector, other, "acme", credentials=credentials_for(address))

    ids = set(EmbeddedAccount.objects.values_list("stack_id", flat=True))
    assert len(ids) == 2
    assert "" not in ids
    assert run_export(second, "new_orders") == run_export(acme, "new_orders")
