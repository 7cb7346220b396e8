"""The uninstaller of framework 1.0: what carries the tag goes, everything else stays."""

from __future__ import annotations

from django.utils import timezone

from connector_kit.blueprint import Document
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.apply import apply
from connector_kit.lifecycle.install import FINISH, REMOVE
from connector_kit.lifecycle.operations import Work, operation
from connector_kit.lifecycle.planning import plan_removal
from connector_kit.lifecycle.sessions import account_session, installation_of
from connector_kit.models import Connector, Operation


def pre_uninstall(connector: Connector, options: Document) -> list[Document]:
    """The uninstall steps: the install steps backwards, none completed (U17)."""
    installation = installation_of(connector, options)
    with (
        operation(
            installation, Operation.Kind.UNINSTALL, "preUninstallFunction", release=None
        ) as work,
        account_session(work, connector, options) as account,
    ):
        steps = account.integration.get("install") or []
        return [
            {**step, "completed": False}
            for step in reversed(steps)
            if step.get("uninstallerFunction")
        ]


def remove(connector: Connector, name: str, options: Document) -> Document:
    """Run the uninstall step of connection *name*: remove it and all that depends on it."""
    installation = installation_of(connector, options)
    function = REMOVE + name
    with (
        operation(installation, Operation.Kind.UNINSTALL, function, release=None) as work,
        account_session(work, connector, options) as account,
    ):
        _remove(work, account, of=None if name == FINISH else name)
        steps = account.integration.get("install") or []
        return {
            "success": True,
            "stepsToUpdate": [
                {**step, "completed": True}
                for step in steps
                if step.get("uninstallerFunction") == function
            ],
        }


def uninstall(connector: Connector, options: Document) -> None:
    """Remove what the steps left; afterwards the platform deletes the integration itself."""
    installation = installation_of(connector, options)
    with (
        operation(installation, Operation.Kind.UNINSTALL, "uninstall", release=None) as work,
        account_session(work, connector, options) as account,
    ):
        _remove(work, account, of=None)
        installation.components.all().delete()
        installation.note(release=None, target=None, mode="uninstall", vanished_at=timezone.now())


def _remove(work: Work, account: Account, *, of: str | None) -> None:
    plan = plan_removal(account, work.journal, of=of)
    work.operation.summary = plan.summary()
    apply(plan, account, work.journal, out_of_time=work.out_of_time)
