"""``connector-kit embedded`` as somebody types it."""

import io
import json
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connector_kit.embedded import new_key
from connector_kit.models import EmbeddedAccount, Installation
from tests.embedded.fixtures import FIRST, SECOND, acme, address, embedding, release, stack_address
from tests.embedded.shop import PASSWORD, TOKEN, credentials_for
from tests.lifecycle.fixtures import no_waiting, server
from tests.publisher.fixtures import platform

__all__ = [
    "acme",
    "address",
    "embedding",
    "no_waiting",
    "platform",
    "release",
    "server",
    "stack_address",
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def type_in(monkeypatch):
    """Sets what comes on standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.fixture
def run(capsys):
    """Runs the command; returns its JSON."""

    def run(*words):
        call_command("embedded", *words, "--json")
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    return run


def test_from_an_account_to_records_and_back_to_nothing(platform, address, type_in, run, capsys):
    type_in(platform.sandbox.accounts[0].token + "\n")
    assert run("account", "add", "product")["has_token"]
    assert run("release", FIRST)["version"] == "1.0.0"
    type_in(json.dumps(credentials_for(address)))
    deployed = run("deploy", "acme", "--credentials", "-")
    assert deployed["last_operation"] == {"kind": "install", "outcome": "done", "code": ""}
    assert run("run-export", "acme", "new_orders") == {"records": [{"number": 1, "status": "paid"}]}
    type_in('[{"number": 7}]')
    assert run("run-import", "acme", "post_message")["results"][0]["statusCode"] == 200
    assert run("run-flow", "acme", "orders_to_chat")["job_id"]
    run("release", SECOND)
    assert run("update", "acme")["version"] == "1.1.0"
    assert [deployment["end_user"] for deployment in run("list")["deployments"]] == ["acme"]
    run("remove", "acme", "--yes")
    assert run("list") == {"deployments": [], "next_after": None}
    assert not any(name in capsys.readouterr().out for name in (PASSWORD, TOKEN))


def test_people_read_lines(embedding, acme, capsys):
    call_command("embedded", "list")
    call_command("embedded", "account", "list")
    call_command("embedded", "account", "check")

    said = capsys.readouterr().out
    assert f"shop-to-chat for acme  1.0.0  product/{acme.integration_id}" in said
    assert "The token of product is valid" in said


def test_the_list_comes_in_pages(embedding, release, acme, address, run):
    for name in ("bolt", "core"):
        Installation.objects.create(
            connector=release.connector,
            embedded_account=embedding.account,
            end_user=name,
            integration_id=f"pending-{name}",
        )

    first = run("list", "--limit", "2")
    second = run("list", "--limit", "2", "--after", str(first["next_after"]))

    assert [deployment["end_user"] for deployment in first["deployments"]] == ["acme", "bolt"]
    assert [deployment["end_user"] for deployment in second["deployments"]] == ["core"]
    assert second["next_after"] is None
    assert second["deployments"][0]["integration_id"] is None


def test_failed_records_are_an_exit_code(embedding, acme, type_in):
    wrong = {"chat": {"http": {"auth": {"token": {"token": "expired"}}}}}
    type_in(json.dumps(wrong))
    call_command("embedded", "deploy", "acme", "--credentials", "-", "--no-ping")
    type_in('[{"number": 7}]')

    with pytest.raises(SystemExit) as stopped:
        call_command("embedded", "run-import", "acme", "post_message")

    assert stopped.value.code == 3


WRONG = {
    "an unknown end user": (["update", "zeus"], "is not deployed for 'zeus'"),
    "neither one nor all": (["update"], "Name one end user or use --all"),
    "both": (["update", "acme", "--all"], "Name one end user or use --all"),
    "an unknown account": (["list", "--account", "other"], "no embedded account 'other'"),
    "an unknown export": (["run-export", "acme", "orders"], "it has new_orders"),
    "a file that is not there": (["deploy", "x", "--credentials", "none"], "cannot be read"),
    "no release": (["deploy", "x", "--release", "9.0.0"], "has no release 9.0.0"),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_is_said_in_one_paragraph(embedding, acme, words, said):
    with pytest.raises(CommandError, match=said):
        call_command("embedded", *words)


def test_what_is_no_json_is_not_repeated(embedding, acme, type_in):
    type_in(f"password={PASSWORD}")

    with pytest.raises(CommandError, match="is not JSON") as refused:
        call_command("embedded", "deploy", "acme", "--credentials", "-")

    assert PASSWORD not in str(refused.value)


def test_keys_are_made_and_rotated(embedding, settings, run):
    old = settings.CONNECTOR_KIT["encryption_keys"]
    new = run("new-key")["key"]
    before = EmbeddedAccount.objects.get().token
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": (new, *old)}

    assert run("rotate-keys") == {
        "renewed": ["product"],
        "unreadable": [],
        "records": 0,
        "lost": [],
    }
    assert EmbeddedAccount.objects.get().token != before

    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": (new_key(),)}
    with pytest.raises(SystemExit) as stopped:
        call_command("embedded", "rotate-keys")
    assert stopped.value.code == 3


def test_an_account_without_deployments_is_forgotten(embedding, run):
    run("account", "forget", "product", "--yes")

    assert not EmbeddedAccount.objects.exists()
