"""The uninstaller of framework 1.0: removes what carries the tag; everything else stays."""

from __future__ import annotations

from django.utils import timezone

from connector_kit.documents import Document
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.apply import apply
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.planning import plan_removal, recognize_unrecorded
from connector_kit.lifecycle.sessions import session
from connector_kit.lifecycle.situations import text_option
from connector_kit.lifecycle.state_store import restore
from connector_kit.lifecycle.steps import REMOVE, find_step, steps_of
from connector_kit.lifecycle.stores import pre_remove
from connector_kit.lifecycle.takeover import has_other_steps
from connector_kit.models import Connector, Installation, Operation, Order

KIND = Operation.Kind.UNINSTALL

_NOTHING: Document = {"edition": "", "add_ons": {}, "stores": [], "opening": "", "needs": []}
"""The record of an installation that is gone."""


def pre_uninstall(connector: Connector, options: Document) -> list[Document]:
    """The uninstall steps: the install steps backwards, none completed (U17).

    There are none as long as other code's steps name functions that the kit does not have: then
    `uninstall` removes everything. With a ``storeId``, the step that removes this store.
    """
    if text_option(options, "storeId"):
        return pre_remove(connector, options)
    with session(connector, options, KIND, "preUninstallFunction") as (_, account):
        if has_other_steps(account):
            return []
        return [
            {**step, "completed": False}
            for step in reversed(steps_of(account))
            if step.get("uninstallerFunction")
        ]


def remove(connector: Connector, name: str, options: Document) -> Document:
    """Run the uninstall step called *name*: remove its connection and all that depends on it.

    The step of a connector without connections removes everything.
    """
    function = REMOVE + name
    with session(connector, options, KIND, function) as (work, account):
        step = find_step(account, "uninstallerFunction", function)
        remove_components(work, account, of=step.get("_connectionId"))
        return {"success": True, "stepsToUpdate": [{**step, "completed": True}]}


def uninstall(connector: Connector, options: Document) -> None:
    """Remove what the steps left; afterwards the platform deletes the integration itself."""
    with session(connector, options, KIND, "uninstall") as (work, account):
        remove_components(work, account)
        forget_installation(work.installation)


def forget_installation(installation: Installation) -> None:
    """Record that nothing of *installation* is left; its history stays."""
    installation.components.all().delete()
    installation.orders.open().exclude(kind=Order.Kind.REMOVAL).take_back()
    installation.note(
        release=None,
        mode="uninstall",
        vanished_at=timezone.now(),
        **_NOTHING,
    )


def remove_components(work: Work, account: Account, *, of: str | None = None) -> None:
    """Remove what carries the tag, or only the connection *of* and what depends on it."""
    release = work.installation.release
    declared = release.blueprint().components if release else ()
    is_unrecorded = release is None and not work.journal.applied
    if is_unrecorded and restore(work.installation, account.client, is_leaving=True):
        work.reload_journal()
    recognize_unrecorded(account, work.journal)
    known = (*work.journal.applied.values(), *declared)
    plan = plan_removal(account, known, of=of)
    work.operation.summary = plan.summary()
    apply(plan, account, work.journal, out_of_time=work.out_of_time)
