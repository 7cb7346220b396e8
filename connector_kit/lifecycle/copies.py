"""What a copy of the source integration held when the platform made it (framework 2.0).

Nothing was recorded for it, so without this the customer's edits could not be told from what a
release changes. Nothing is copied into children.
"""

from __future__ import annotations

from connector_kit.blueprint import Blueprint
from connector_kit.blueprint.source import COMPLETE_UNINSTALL, source_of, with_uninstall_step
from connector_kit.documents import Document
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.operations import Work
from connector_kit.models import SourceIntegration


def copied_while_installing(work: Work) -> list[Blueprint]:
    """What the platform may have copied for an installation that is being completed.

    First what the installation began with; then what the source integration was made to hold since.
    """
    if work.installation.parent_id is not None:
        return []
    source = SourceIntegration.objects.filter(connector=work.installation.connector).first()
    releases = [work.release, *(source.may_hold() if source else ())]
    return [source_of(release.blueprint()) for release in releases]


def copied_before(work: Work, account: Account) -> list[Blueprint]:
    """What an installation without records is a copy of; nothing if it is no copy.

    The release of its version, or else the first one: the kit took over a source that was there.
    """
    if work.installation.parent_id is not None or not account.integration.get("_sourceId"):
        return []
    releases = work.installation.connector.releases
    known = releases.filter(version=account.integration.get("version")).first()
    release = known or releases.order_by("pk").first()
    return [source_of(release.blueprint())] if release else []


def uninstall_step(work: Work, account: Account) -> Document:
    """The field with which the platform will call the kit when the installation is removed.

    Empty if the integration has that step: a copy of a source that was built by hand lacks it.
    """
    steps = account.integration.get("uninstallSteps") or []
    has_step = any(step.get("function") == COMPLETE_UNINSTALL for step in steps)
    if has_step or work.whole.schema.framework != 2 or account.is_embedded:
        return {}
    own: list[Document] = account.resolve({"steps": with_uninstall_step([])})["steps"]
    return {"uninstallSteps": [*steps, *own]}
