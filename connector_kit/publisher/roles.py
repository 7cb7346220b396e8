"""Who may do what: three roles, and the scopes that each permits. A table, and its readers.

A role is a Django group. A scope is what one endpoint or one page requires; a token has some of
them, and never more than its owner's role permits.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from connector_kit.blueprint.problems import did_you_mean


class Scope(StrEnum):
    """What may be asked for, as ``<things>:read`` or ``<things>:write``."""

    CONNECTORS_READ = "connectors:read"
    CONNECTORS_WRITE = "connectors:write"
    """Publishing."""
    INSTALLATIONS_READ = "installations:read"
    INSTALLATIONS_WRITE = "installations:write"
    """Drift checks, and reading the install base anew."""
    SETTINGS_WRITE = "settings:write"
    FLOWS_WRITE = "flows:write"
    ROLLOUTS_READ = "rollouts:read"
    ROLLOUTS_WRITE = "rollouts:write"
    LICENSES_READ = "licenses:read"
    LICENSES_WRITE = "licenses:write"
    PROVISIONING_READ = "provisioning:read"
    PROVISIONING_WRITE = "provisioning:write"
    EMBEDDED_READ = "embedded:read"
    EMBEDDED_WRITE = "embedded:write"
    """Deploying into embedded accounts, and running what is deployed."""
    USAGE_READ = "usage:read"
    STAFF_READ = "staff:read"
    """Staff, their tokens, and what they did."""
    STAFF_WRITE = "staff:write"


class Role(StrEnum):
    """What a member of the publisher's staff is."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def group(self) -> str:
        """The name of the Django group of the role."""
        return f"Connector Kit {self}"


Scopes = frozenset[Scope]

NOTHING: Scopes = frozenset()
_ALL: Scopes = frozenset(Scope)
_OF_ADMINS: Scopes = frozenset({Scope.CONNECTORS_WRITE, Scope.STAFF_READ, Scope.STAFF_WRITE})
_READING: Scopes = frozenset(item for item in Scope if item.endswith(":read"))

SCOPES: Mapping[Role, Scopes] = MappingProxyType(
    {
        Role.VIEWER: _READING - _OF_ADMINS,
        Role.OPERATOR: _ALL - _OF_ADMINS,
        Role.ADMIN: _ALL,
    }
)
"""Viewers look, operators act on the install base, admins publish and decide who may do what."""

_OPENED_BY: Mapping[Scope, str] = MappingProxyType(
    {
        Scope.CONNECTORS_READ: "connector release document sourceintegration",
        Scope.INSTALLATIONS_READ: "installation component operation change order settingschange "
        "settingslink dryrun dryrunanswer takeover versioncount heartbeat "
        "refusedcall",
        Scope.ROLLOUTS_READ: "rollout wave push",
        Scope.LICENSES_READ: "license licenseevent licensereminder",
        Scope.PROVISIONING_READ: "subscription provisioningevent",
        Scope.EMBEDDED_READ: "embeddedaccount",
        Scope.USAGE_READ: "flowusage",
        Scope.STAFF_READ: "staffaction apitoken",
    }
)

RECORDS: Mapping[str, Scope] = MappingProxyType(
    {model: scope for scope, models in _OPENED_BY.items() for model in models.split()}
)
"""The scope that shows the records of a model, by the model's name in lower case."""


class User(Protocol):
    """What is read from a Django user, including one who is not logged in."""

    @property
    def is_active(self) -> bool:
        """Whether the user may log in."""

    @property
    def is_staff(self) -> bool:
        """Whether the user belongs to the publisher."""

    @property
    def is_superuser(self) -> bool:
        """Whether the user may do everything."""

    @property
    def groups(self) -> Any:
        """The groups as a manager."""


def role_of(user: User) -> Role | None:
    """The highest role of *user*, None for one who is not active staff.

    Superusers are admins. Costs one query, none for superusers.
    """
    if not (user.is_active and user.is_staff):
        return None
    if user.is_superuser:
        return Role.ADMIN
    names = {group.name for group in user.groups.all()}
    return next((role for role in reversed(Role) if role.group in names), None)


def scopes_of(user: User) -> Scopes:
    """What the role of *user* opens; nothing without a role."""
    role = role_of(user)
    return SCOPES[role] if role else NOTHING


def parse_scopes(words: list[str]) -> Scopes:
    """The scopes called *words*; raises ValueError that names the first unknown one."""
    known = {item.value for item in Scope}
    for word in words:
        if word not in known:
            close = did_you_mean(word, known)
            raise ValueError(
                f"There is no scope {word!r}. {close}Known: {', '.join(sorted(known))}."
            )
    return frozenset(map(Scope, words))
