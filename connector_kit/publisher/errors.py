"""Errors for the publisher: each names the cause and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector_kit.errors import ConnectorKitError
from connector_kit.publisher.objections import Objection


class PublisherError(ConnectorKitError):
    """A request of the publisher that cannot be met as it is; *code* is for programs."""

    code = "refused"


class UnknownConnector(PublisherError):
    """No connector was named, or none has that name."""

    code = "unknown_connector"


class NotPublished(PublisherError):
    """The connector has no record here yet, or not the release that was asked for."""

    code = "not_published"


class VersionTaken(PublisherError):
    """The version is published already, with other content. Releases never change."""

    code = "version_taken"


class PublicationRefused(PublisherError):
    """The connector cannot be published as it is; `objections` lists every reason."""

    code = "publication_refused"

    def __init__(self, objections: Iterable[Objection]) -> None:
        self.objections = tuple(objections)
        super().__init__("\n".join(map(str, self.objections)))


class RecordLost(PublisherError):
    """The platform has no record where ours say it is, or more than one fits."""

    code = "record_lost"


class RolloutInTheWay(PublisherError):
    """A rollout is changing the installations that a dry run would ask."""

    code = "rollout_in_the_way"


class InstallBaseShrunk(PublisherError):
    """The platform lists far fewer installations than are recorded: too few to be plausible."""

    code = "install_base_shrunk"


class DryRunFailed(PublisherError):
    """The platform could not be asked to have installations planned for."""

    code = "dry_run_failed"


class SourceEdited(PublisherError):
    """Somebody edited the source integration where a release would change it, as `edits` says."""

    code = "source_edited"

    def __init__(self, slug: str, edits: Iterable[str]) -> None:
        self.edits = tuple(edits)
        super().__init__(
            f"The source integration of {slug} was edited in integrator.io, and publishing would "
            f"overwrite: {'; '.join(self.edits)}. Bring these edits into the class and publish a "
            "new version, or overwrite them with --overwrite-source."
        )


class SourceBusy(PublisherError):
    """Another process is writing the source integration."""

    code = "source_busy"


class SourceUnclear(PublisherError):
    """Several integrations may be the source, and none is recorded, or named by the listing."""

    code = "source_unclear"

    def __init__(self, slug: str, found: Iterable[Mapping[str, Any]]) -> None:
        named = ", ".join(f"{item.get('name')} ({item['_id']})" for item in found)
        super().__init__(
            f"These integrations may be the source integration of {slug}: {named}. Clones of the "
            "source have its external id. Remove the external id from the clones, or delete them, "
            "in integrator.io."
        )
