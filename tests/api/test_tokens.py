"""Tokens: shown once, kept as a digest, bounded by scopes, by time and by their owner's role."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from connector_kit.models import ApiToken, StaffAction
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.roles import Role, Scope
from connector_kit.publisher.staff import remove_member, set_role
from connector_kit.publisher.tokens import (
    create_token,
    find_token,
    note_use,
    revoke_token,
    scopes_of_token,
)

pytestmark = pytest.mark.django_db

READING = ["installations:read", "rollouts:read"]


@pytest.fixture
def made():
    set_role("alice", Role.OPERATOR, by=THE_KIT)
    return create_token("alice", "deploy", READING, days=7, by=THE_KIT)


def test_what_a_token_reads_is_kept_nowhere(made):
    secret = made.text.rpartition("_")[2]
    kept = json.dumps([*ApiToken.objects.values(), *StaffAction.objects.values()], default=str)

    assert secret not in kept
    assert secret not in repr(made)


def test_a_token_is_found_by_what_it_reads(made):
    found = find_token(made.text, now=timezone.now())

    assert found == made.row
    assert scopes_of_token(found) == {Scope.INSTALLATIONS_READ, Scope.ROLLOUTS_READ}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: text[:-1], id="cut off"),
        pytest.param(lambda text: text + "x", id="longer"),
        pytest.param(lambda text: text.replace("ck_", "xx_"), id="another prefix"),
        pytest.param(lambda text: text.rpartition("_")[0] + "_", id="no secret"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "ck_\0_x", id="a NUL"),
    ],
)
def test_a_token_that_is_not_exactly_right_is_not_found(made, spoil):
    assert find_token(spoil(made.text), now=timezone.now()) is None


def test_a_token_ends_with_its_time(made):
    assert find_token(made.text, now=timezone.now() + timedelta(days=6)) is not None
    assert find_token(made.text, now=timezone.now() + timedelta(days=8)) is None


def test_a_revoked_token_is_found_no_longer_and_revoking_is_recorded(made):
    revoke_token(made.row.key, by=THE_KIT)
    revoke_token(made.row.key, by=THE_KIT)

    assert find_token(made.text, now=timezone.now()) is None
    subject = f"token/{made.row.key}"
    actions = StaffAction.objects.filter(subject=subject).order_by("pk")
    assert [action.action for action in actions] == ["token.create", "token.revoke"]


def test_a_token_loses_what_its_owner_loses(made):
    get_user_model().objects.get(username="alice").groups.clear()
    assert scopes_of_token(find_token(made.text, now=timezone.now())) == frozenset()

    remove_member("alice", by=THE_KIT)
    assert find_token(made.text, now=timezone.now()) is None


def test_the_last_use_is_noted_at_most_once_a_minute(made, django_assert_num_queries):
    now = timezone.now()
    note_use(made.row, now=now)
    used = ApiToken.objects.get()
    assert used.last_used_at == now

    with django_assert_num_queries(0):
        note_use(used, now=now + timedelta(seconds=59))
    note_use(used, now=now + timedelta(seconds=61))
    assert ApiToken.objects.get().last_used_at == now + timedelta(seconds=61)


@pytest.mark.parametrize(
    ("owner", "scopes", "days", "words"),
    [
        pytest.param("bob", READING, 7, "no active user 'bob'", id="an owner that there is not"),
        pytest.param("alice", ["rollout:read"], 7, "'rollouts:read'", id="an unknown scope"),
        pytest.param("alice", [], 7, "at least one", id="no scope"),
        pytest.param(
            "alice", ["staff:write"], 7, "does not include staff:write", id="beyond a role"
        ),
        pytest.param("alice", READING, 0, "days is 0", id="no time"),
        pytest.param("alice", READING, 400, "366", id="for ever"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(made, owner, scopes, days, words):
    with pytest.raises(PublisherError, match=words):
        create_token(owner, "x", scopes, days=days, by=THE_KIT)


def test_the_command_makes_lists_and_revokes(made, capsys):
    call_command("token", "create", "alice", "--name", "ci", "--scope", "rollouts:write")
    text = capsys.readouterr().out.strip()
    row = find_token(text, now=timezone.now())
    assert (row.name, row.scopes) == ("ci", ["rollouts:write"])

    call_command("token", "list", "--json")
    said = capsys.readouterr().out
    assert {token["name"] for token in json.loads(said)["tokens"]} == {"ci", "deploy"}
    assert text.rpartition("_")[2] not in said

    call_command("token", "revoke", row.key, "--yes")
    call_command("token", "list")
    said = capsys.readouterr().out
    assert "is revoked" in said
    assert said.count(row.key) == 1


def test_the_command_says_who_is_unknown():
    with pytest.raises(CommandError, match="staff add bob"):
        call_command("token", "create", "bob", "--name", "ci", "--scope", "rollouts:read")
