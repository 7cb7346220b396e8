"""The staff: three roles, each a group, and a record of who changed what."""

import io
import json

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.utils import timezone

from connector_kit.models import StaffAction
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.roles import SCOPES, Role, Scope, parse_scopes, role_of, scopes_of
from connector_kit.publisher.staff import members, remove_member, set_role
from connector_kit.publisher.tokens import create_token, find_token

pytestmark = pytest.mark.django_db


def user(name: str):
    return get_user_model().objects.get(username=name)


def test_each_role_opens_what_the_one_below_it_opens_and_more():
    viewer, operator, admin = (SCOPES[role] for role in Role)

    assert viewer < operator < admin == frozenset(Scope)
    assert all(scope.endswith(":read") for scope in viewer)
    assert Scope.STAFF_READ not in operator


def test_a_user_has_the_role_that_was_given_last_and_no_other():
    set_role("alice", Role.ADMIN, by=THE_KIT)
    set_role("alice", Role.VIEWER, by=THE_KIT)

    assert role_of(user("alice")) is Role.VIEWER
    assert scopes_of(user("alice")) == SCOPES[Role.VIEWER]


def test_a_user_without_a_role_may_nothing():
    plain = get_user_model().objects.create_user("plain")
    staff = get_user_model().objects.create_user("staff", is_staff=True)

    assert [scopes_of(item) for item in (plain, staff, AnonymousUser())] == [frozenset()] * 3


def test_a_superuser_is_an_admin():
    assert role_of(get_user_model().objects.create_superuser("root")) is Role.ADMIN


def test_a_superuser_who_gets_a_smaller_role_has_no_more_than_that():
    get_user_model().objects.create_superuser("root")

    assert set_role("root", Role.VIEWER, by=THE_KIT).role is Role.VIEWER
    assert scopes_of(user("root")) == SCOPES[Role.VIEWER]


def test_the_tokens_of_who_was_removed_stay_closed_when_they_come_back():
    set_role("member", Role.ADMIN, by=THE_KIT)
    made = create_token("member", "for a script", ["installations:read"], days=1, by=THE_KIT)

    remove_member("member", by=THE_KIT)
    set_role("member", Role.ADMIN, by=THE_KIT)

    assert find_token(made.text, now=timezone.now()) is None


def test_who_was_removed_can_do_nothing_and_not_log_in():
    set_role("alice", Role.ADMIN, by=THE_KIT, password="correct horse battery")
    anywhere = RequestFactory().post("/")
    assert authenticate(anywhere, username="alice", password="correct horse battery")

    remove_member("alice", by=THE_KIT)

    assert role_of(user("alice")) is None
    assert authenticate(anywhere, username="alice", password="correct horse battery") is None
    assert members() == []


def test_a_password_that_is_too_simple_is_refused_and_nobody_is_added():
    with pytest.raises(PublisherError, match="too common"):
        set_role("alice", Role.VIEWER, by=THE_KIT, password="password")

    assert not get_user_model().objects.exists()
    assert not StaffAction.objects.exists()


def test_what_a_role_opens_is_said_by_its_scopes_and_not_by_permissions_of_its_group():
    set_role("alice", Role.ADMIN, by=THE_KIT)

    assert not user("alice").get_all_permissions()
    assert scopes_of(user("alice")) == SCOPES[Role.ADMIN]


def test_the_members_are_listed_with_one_query_for_all_their_roles(django_assert_num_queries):
    for name in ("alice", "bob", "carol"):
        set_role(name, Role.OPERATOR, by=THE_KIT)

    with django_assert_num_queries(2):
        assert [member.role for member in members()] == [Role.OPERATOR] * 3


def test_a_change_of_role_is_recorded_with_who_and_when():
    set_role("root", Role.ADMIN, by=THE_KIT)
    set_role("alice", Role.VIEWER, by=Actor.of(user("root"), token="deploy"))
    set_role("alice", Role.OPERATOR, by=Actor.of_command_line())

    given, changed = StaffAction.objects.filter(subject="staff/alice").order_by("pk")
    assert (given.actor, given.actor_name) == (user("root"), "root (token deploy)")
    assert (given.before, given.after) == (None, "viewer")
    assert (changed.before, changed.after) == ("viewer", "operator")
    assert changed.actor_name.endswith("(command line)")
    assert changed.at is not None


def test_no_secret_enters_the_record():
    kept = record_action(THE_KIT, "x.y", "x/1", after={"password": "s3cret", "name": "n"})

    assert kept.after["name"] == "n"
    assert "s3cret" not in json.dumps(kept.after)


def test_an_unknown_scope_is_refused_with_the_nearest_known_one():
    with pytest.raises(ValueError, match="Did you mean 'rollouts:write'"):
        parse_scopes(["rollout:write"])


def test_the_command_adds_lists_and_removes(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    call_command("staff", "add", "alice", "--role", "operator", "--password-stdin")
    call_command("staff", "list", "--json")
    call_command("staff", "remove", "alice", "--yes", "--json")

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "alice is operator."
    assert json.loads(said[1])["staff"] == [{"username": "alice", "role": "operator", "email": ""}]
    assert json.loads(said[2])["role"] is None


def test_removing_a_stranger_names_who_there_is():
    set_role("alice", Role.VIEWER, by=THE_KIT)

    with pytest.raises(CommandError, match=r"'bob'.*alice"):
        call_command("staff", "remove", "bob")


@pytest.mark.parametrize("name", ["n" * 151, "a\x00b", "x\ud83d", ""])
def test_a_name_that_no_user_can_have_is_refused(name):
    with pytest.raises(PublisherError):
        set_role(name, Role.VIEWER, by=THE_KIT)
