"""The record of what staff did: who, what, to what, before and after, when."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import CharField

from connector_kit.documents.redaction import redacted
from connector_kit.models import StaffAction
from connector_kit.storable import cut

LONGEST_TEXT = 2000
"""Characters of one text in the record: enough to know what it was."""


@dataclass(frozen=True)
class Actor:
    """Who makes a change: a user, a program with a user's token, a command."""

    name: str
    user: User | None = None

    @classmethod
    def of(cls, user: User | AnonymousUser, *, token: str = "") -> Actor:
        """*user*, acting through the token called *token* if there is one."""
        name = user.get_username() or "unknown"
        known = user if isinstance(user, User) else None
        return cls(f"{name} (token {token})" if token else name, known)

    @classmethod
    def of_command_line(cls) -> Actor:
        """The person who runs a command on a publisher's machine, by the system's user name."""
        try:
            name = getpass.getuser()
        except (OSError, KeyError):  # a container's user without a name
            name = "unknown"
        return cls(f"{name} (command line)")


THE_KIT = Actor("Connector Kit")
"""The actor of changes that no one requested at that moment: a schedule, an expiry."""


def record_action(
    by: Actor, action: str, subject: str, *, before: Any = None, after: Any = None
) -> StaffAction:
    """Record that *by* did *action* (``rollout.pause``) to *subject* (``rollout/7``).

    *before* and *after* are JSON; values under the name of a secret are masked, and of long texts
    (an uploaded file) only the beginning is kept. Services call it within the transaction of the
    change, so that neither is stored without the other.
    """
    return StaffAction.objects.create(
        actor=by.user,
        actor_name=_cut("actor_name", by.name),
        action=action,
        subject=_cut("subject", subject),
        before=_brief(redacted(before)),
        after=_brief(redacted(after)),
    )


def _brief(value: Any) -> Any:
    if isinstance(value, str):
        return cut(value, LONGEST_TEXT)
    if isinstance(value, dict):
        return {key: _brief(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_brief(item) for item in value]
    return value


def _cut(field: str, text: str) -> str:
    column = StaffAction._meta.get_field(field)  # noqa: SLF001 - Django documents _meta
    return text[: column.max_length] if isinstance(column, CharField) else text
