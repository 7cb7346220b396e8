"""What a copy of the source integration held when the platform made it (framework 2.0).

Nothing was recorded for it, so without this the customer's edits could not be told from what a
release changes. Nothing is copied into children.
"""

from __future__ import annotations

from connector_kit.blueprint import Blueprint
from connector_kit.blueprint.source import source_of, uninstall_steps
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


def uninstall_fields(work: Work, account: Account) -> Document:
    """The field with the release's steps of uninstalling, empty if the integration has them.

    The last one lets the kit know. Steps that no release of the installation's declared are those
    of a source that was built by hand: they stay, in front.
    """
    if work.whole.schema.framework != 2 or account.is_embedded:
        return {}
    installation, is_child = work.installation, work.installation.parent_id is not None
    before = [installation.release.blueprint()] if installation.release else []
    versions = [*before, *work.journal.interrupted(), work.whole]
    known = {
        (step["name"], step.get("function"))
        for version in versions
        for step in uninstall_steps(version, is_child=is_child)
    }
    held = account.integration.get("uninstallSteps") or []
    wanted = account.resolve({"steps": uninstall_steps(work.whole, is_child=is_child)})["steps"]
    foreign = [step for step in held if (step.get("name"), step.get("function")) not in known]
    steps = [*foreign, *wanted]
    return {} if steps == held else {"uninstallSteps": steps}
