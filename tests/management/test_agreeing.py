"""What cannot be taken back is asked about first: on a terminal, or by ``--yes``."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connector_kit.models import ApiToken, EmbeddedAccount, Installation, License
from connector_kit.publisher import licenses
from connector_kit.publisher.actions import THE_KIT, Actor
from connector_kit.publisher.roles import Role, Scope
from connector_kit.publisher.staff import members, set_role
from connector_kit.publisher.tokens import create_token
from tests.embedded.fixtures import acme, address, embedding, release, stack_address
from tests.lifecycle.fixtures import no_waiting, server

__all__ = ["acme", "address", "embedding", "no_waiting", "release", "server", "stack_address"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    set_role("alice", Role.ADMIN, by=THE_KIT)
    return create_token("alice", "ci", [Scope.ROLLOUTS_READ], days=1, by=THE_KIT).row


@pytest.fixture
def grant(orders, platform):
    email = platform.sandbox.accounts[0].email
    return licenses.trial(orders, licenses.LicenseRequest(email=email), days=14, by=Actor("alice"))


def test_removing_a_member_says_what_ends_and_waits_for_a_yes(alice, at_a_terminal):
    shown = at_a_terminal("n\n")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("staff", "remove", "alice")

    assert (
        "alice (admin) will no longer be able to log in. API tokens to be revoked: 1"
        in shown.getvalue()
    )
    assert [member.username for member in members()] == ["alice"]


def test_whoever_says_yes_gets_it_done(alice, at_a_terminal):
    at_a_terminal("y\n")

    call_command("staff", "remove", "alice")

    assert members() == []


def test_a_script_that_does_not_say_yes_is_told_so_and_does_not_wait(alice):
    with pytest.raises(CommandError, match="Run the command again with --yes"):
        call_command("token", "revoke", alice.key)

    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.parametrize("action", ["expire", "delete"])
def test_a_license_that_ends_for_good_is_named(grant, at_a_terminal, action):
    shown = at_a_terminal("\n")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("license", action, f"#{grant.pk}")

    assert f"The license of {grant.email} for orders-to-slack" in shown.getvalue()
    assert License.objects.get().standing == "trial"


def test_removing_a_deployment_says_how_much_is_deleted_and_where(acme, at_a_terminal):
    shown = at_a_terminal("no\n")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("embedded", "remove", "acme")

    count = acme.components.count()
    assert f"its integration and {count} components will be deleted in the account product" in (
        shown.getvalue()
    )
    assert Installation.objects.get().vanished_at is None


def test_forgetting_an_account_is_asked_about(embedding, at_a_terminal):
    at_a_terminal("")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("embedded", "account", "forget", "product")

    assert EmbeddedAccount.objects.exists()


def test_what_does_not_exist_is_said_before_anybody_is_asked(db, at_a_terminal):
    shown = at_a_terminal("y\n")

    with pytest.raises(CommandError, match="no token 'nothing'"):
        call_command("token", "revoke", "nothing")

    assert "[y/N]" not in shown.getvalue()
