"""Members of the publisher's staff: users of Django's, each with one role."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from connector_kit.models import ApiToken, SettingsLink
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.roles import SCOPES, Role, Scope, role_of, scopes_of
from connector_kit.publisher.tokens import revoke_token
from connector_kit.storable import cut


@dataclass(frozen=True)
class Member:
    """A user with a role."""

    username: str
    role: Role | None
    email: str = ""

    def to_json(self) -> dict[str, str | None]:
        """Return the member as JSON."""
        return {"username": self.username, "role": self.role, "email": self.email}


@transaction.atomic
def set_role(username: str, role: Role, *, by: Actor, password: str | None = None) -> Member:
    """Give the user *username* the role *role* and no other; creates a missing user.

    Without *password*, a new user cannot log in until one is set, and an existing user keeps
    theirs. Raises `PublisherError` when Django's rules refuse the name or the password.
    """
    _require_name(username)
    user, is_new = get_user_model().objects.get_or_create(username=username)
    before = None if is_new else role_of(user)
    if password:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise PublisherError(f"The password is refused: {' '.join(error.messages)}") from error
        user.set_password(password)
    elif is_new:
        user.set_unusable_password()
    user.is_staff = user.is_active = True
    user.is_superuser = user.is_superuser and role is Role.ADMIN  # superusers have every right
    user.save()
    user.groups.remove(*_groups())
    group, _ = Group.objects.get_or_create(name=role.group)  # `SCOPES` says what it permits
    user.groups.add(group)
    _end_links(user)
    record_action(by, "staff.role", f"staff/{username}", before=before, after=role)
    return _member(user)


def _require_name(username: str) -> None:
    """Raise `PublisherError` unless *username* can be one, or is one already."""
    users = get_user_model()
    field = users._meta.get_field("username")  # noqa: SLF001  public
    try:
        field.clean(username, None)
    except ValidationError as error:
        raise PublisherError(f"{cut(username, 40)!r}: {' '.join(error.messages)}") from error


@transaction.atomic
def remove_member(username: str, *, by: Actor) -> None:
    """Take every role from *username*, who can no longer log in, and whose tokens end.

    Raises `PublisherError` when there is no such user.
    """
    user = get_user_model().objects.filter(username=username).first()
    if user is None:
        known = ", ".join(member.username for member in members()) or "none"
        raise PublisherError(f"There is no user {username!r}. Staff: {known}.")
    before = role_of(user)
    for token in ApiToken.objects.filter(owner=user, revoked_at=None):
        revoke_token(token.key, by=by)  # or it would work again when the user returns
    user.groups.remove(*_groups())
    user.is_staff = user.is_superuser = user.is_active = False
    user.save(update_fields=["is_staff", "is_superuser", "is_active"])
    _end_links(user)
    record_action(by, "staff.remove", f"staff/{username}", before=before)


def members() -> list[Member]:
    """All active staff, by name; the role is None where none was given yet."""
    staff = get_user_model().objects.filter(is_staff=True, is_active=True).order_by("username")
    return [_member(user) for user in staff.prefetch_related("groups")]


def users_with(scope: Scope) -> QuerySet[User]:
    """The users whose role opens *scope* now: what `scopes_of` says of each of them, as a query."""
    groups = [role.group for role in Role if scope in SCOPES[role]]
    active = get_user_model().objects.filter(is_staff=True, is_active=True)
    return active.filter(Q(is_superuser=True) | Q(groups__name__in=groups))


def find_member(username: str) -> Member | None:
    """The active member of the staff called *username*, or None."""
    return next((member for member in members() if member.username == username), None)


def _member(user: User) -> Member:
    return Member(user.get_username(), role_of(user), user.email)


def _end_links(user: User) -> None:
    """Revoke the links of *user*, who may no longer make any, so that none works again later."""
    if Scope.SETTINGS_WRITE not in scopes_of(user):
        SettingsLink.objects.filter(maker=user, revoked_at=None).update(revoked_at=timezone.now())


def _groups() -> QuerySet[Group]:
    return Group.objects.filter(name__in=[role.group for role in Role])
