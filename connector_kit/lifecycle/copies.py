"""What a copy of the source integration held when the platform made it (framework 2.0).

Nothing was recorded for it, so without this the customer's edits could not be told from what a
release changes. Nothing is copied into children.
"""

from __future__ import annotations

from connector_kit.blueprint import Blueprint
from connector_kit.blueprint.source import source_of
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
