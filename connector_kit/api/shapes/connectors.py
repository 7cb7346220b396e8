"""Connectors, releases, publications."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from connector_kit.api.shapes.plain import Shown, counts, objects, words
from connector_kit.models import Connector, Release
from connector_kit.publisher.live import ReleaseStanding, standings
from connector_kit.publisher.objections import Weight


class ConnectorShape(serializers.ModelSerializer[Connector]):
    """A connector, its newest and default releases, and its number of installations."""

    newest_release = serializers.CharField(allow_null=True, read_only=True)
    default_release = serializers.CharField(
        source="default_release.version", default=None, allow_null=True, read_only=True
    )
    installations = serializers.IntegerField(source="installed", read_only=True)

    class Meta:
        model = Connector
        fields = (
            *("slug", "name", "connector_id", "stack_id", "newest_release", "default_release"),
            *("installations", "created_at"),
        )


class ReleaseShape(serializers.ModelSerializer[Release]):
    """A release and its use; *live* says whether the functions that it calls are needed."""

    installations = serializers.SerializerMethodField("count")
    default = serializers.SerializerMethodField("is_default")
    live = serializers.SerializerMethodField("is_live")
    _standings: dict[int, ReleaseStanding] | None = None

    class Meta:
        model = Release
        fields: tuple[str, ...] = (
            *("version", "digest", "published_at", "installations", "default", "live"),
        )

    def count(self, release: Release) -> int:
        """Return how many installations have it, or are being updated to it."""
        return self._standing(release).installations

    def is_default(self, release: Release) -> bool:
        """Return whether new installations get it."""
        return self._standing(release).is_default

    def is_live(self, release: Release) -> bool:
        """Return whether any installation has it or will get it."""
        return self._standing(release).is_live

    def _standing(self, release: Release) -> ReleaseStanding:
        """The release's status; queried once for all releases of a response."""
        if self._standings is None:
            found = standings(release.connector)
            self._standings = {standing.release.pk: standing for standing in found}
        return self._standings[release.pk]


class DeclaredShape(Shown):
    """A component of a release; its document is symbolic."""

    external_id = serializers.CharField()
    resource = serializers.CharField()
    digest = serializers.CharField()
    customer_owns = words()
    document = serializers.DictField()


class ReleaseDetailShape(ReleaseShape):
    """A release with its components, the installation's page last."""

    components = serializers.SerializerMethodField()

    class Meta(ReleaseShape.Meta):
        fields = (*ReleaseShape.Meta.fields, "components")

    @extend_schema_field(DeclaredShape(many=True))
    def get_components(self, release: Release) -> Any:
        """Return what it declares."""
        blueprint = release.blueprint()
        declared = (*blueprint.components, blueprint.integration)
        return DeclaredShape(declared, many=True).data


class PlanShape(Shown):
    """An update of an installation without edits, step by step."""

    summary = counts()
    blocked = serializers.BooleanField()
    steps = objects()
    unknown = words()
    gone = words()


class ObjectionShape(Shown):
    """Something that prevents publishing."""

    code = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)
    weight = serializers.ChoiceField(
        [*Weight],
        help_text="effect on publishing: refused; breaks installations and is refused unless "
        "accepted; corrected by publishing; advice",
    )


class PublicationShape(Shown):
    """What publishing did, or would do; *changes* are those of the records on the platform.

    *broken* is what breaks in installations, as accepted in the request.
    """

    slug = serializers.CharField()
    version = serializers.CharField()
    digest = serializers.CharField()
    new_release = serializers.BooleanField()
    connector_id = serializers.CharField(allow_null=True)
    stack_id = serializers.CharField(allow_null=True)
    changes = objects()
    source_integration = serializers.DictField(
        allow_null=True, help_text="what changes in the source integration of framework 2.0"
    )
    notes = words()
    broken = ObjectionShape(many=True)
    dry_run = serializers.BooleanField()


class ObjectionsShape(Shown):
    """Everything that prevents publishing."""

    objections = ObjectionShape(many=True)


class DayShape(Shown):
    """The install base at the end of a day."""

    day = serializers.DateField()
    versions = counts()


class DaysShape(Shown):
    """The install base over time, oldest first."""

    days = DayShape(many=True)
