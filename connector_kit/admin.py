"""The records, for reading: nothing here changes an account or what the kit knows of it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connector_kit.models import (
    Change,
    Component,
    Connector,
    Document,
    Installation,
    Operation,
    Push,
    Release,
    Rollout,
    SettingsChange,
    Wave,
)


class ReadOnly:
    """Lets staff with the view permission look, and nobody write."""

    def has_add_permission(self, *_: Any) -> bool:
        """Nobody adds rows by hand."""
        return False

    def has_change_permission(self, *_: Any) -> bool:
        """Nobody changes rows by hand."""
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        """Nobody deletes rows by hand."""
        return False


class Records(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """A model's pages, fast for large tables: no total count, rows with their relations."""

    show_full_result_count = False
    list_per_page = 50


class Rows(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Rows of one model on the page of another, each linked to its own page."""

    extra = 0
    show_change_link = True
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Fetch the rows with what they show of other models."""
        return super().get_queryset(request).select_related(*self.related)


class ReleaseRows(Rows):
    """A connector's releases, newest first."""

    model = Release
    fields = readonly_fields = ("version", "digest", "published_at")
    ordering = ("-published_at",)


class ComponentRows(Rows):
    """What an installation consists of."""

    model = Component
    fields = readonly_fields = ("external_id", "resource", "resource_id", "applied", "updated_at")
    ordering = ("resource", "external_id")
    related = ("applied",)


class ChangeRows(Rows):
    """The writes of an operation, in their order."""

    model = Change
    fields = readonly_fields = (
        "action",
        "resource",
        "external_id",
        "resource_id",
        "fields",
        "made_at",
    )
    ordering = ("pk",)


class WaveRows(Rows):
    """A rollout's waves."""

    model = Wave
    fields = readonly_fields = ("index", "label", "state", "started_at", "finished_at")


@admin.register(Connector)
class ConnectorAdmin(Records):
    """Published connectors and their releases."""

    list_display = ("slug", "name", "connector_id", "stack_id", "class_path", "created_at")
    search_fields = ("slug", "name", "connector_id")
    inlines = (ReleaseRows,)


@admin.register(Release)
class ReleaseAdmin(Records):
    """Versions, as they were published."""

    list_display = ("connector", "version", "digest", "published_at")
    list_filter = ("connector",)
    list_select_related = ("connector",)
    search_fields = ("version", "digest")
    date_hierarchy = "published_at"


@admin.register(Document)
class DocumentAdmin(Records):
    """Component documents, by digest."""

    list_display = ("digest", "beginning")
    search_fields = ("digest",)

    @admin.display(description="body")
    def beginning(self, document: Document) -> str:
        """Enough of the document to recognise it."""
        return document.body[:120]


@admin.register(Installation)
class InstallationAdmin(Records):
    """The install base."""

    list_display = (
        "integration_id",
        "name",
        "email",
        "connector",
        "version",
        "mode",
        "sandbox",
        "update_in_progress",
        "vanished_at",
    )
    list_filter = (
        "connector",
        "version",
        "mode",
        "sandbox",
        "update_in_progress",
        ("vanished_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("connector",)
    search_fields = ("integration_id", "name", "email", "account_id", "tag")
    inlines = (ComponentRows,)


@admin.register(Component)
class ComponentAdmin(Records):
    """Components in customers' accounts."""

    list_display = ("external_id", "resource", "resource_id", "installation", "updated_at")
    list_filter = ("resource",)
    list_select_related = ("installation",)
    search_fields = ("external_id", "resource_id", "installation__integration_id")


@admin.register(Operation)
class OperationAdmin(Records):
    """Installs, updates, dry runs and uninstalls, with what they changed."""

    list_display = (
        "started_at",
        "kind",
        "installation",
        "release",
        "outcome",
        "code",
        "requests",
        "finished_at",
    )
    list_filter = ("kind", "outcome", "release", "code")
    list_select_related = ("installation", "release__connector")
    search_fields = ("installation__integration_id", "installation__email", "code", "message")
    date_hierarchy = "started_at"
    inlines = (ChangeRows,)


@admin.register(Change)
class ChangeAdmin(Records):
    """The audit trail."""

    list_display = ("made_at", "action", "resource", "external_id", "resource_id", "installation")
    list_filter = ("action", "resource")
    list_select_related = ("installation",)
    search_fields = ("external_id", "resource_id", "installation__integration_id")
    date_hierarchy = "made_at"


@admin.register(SettingsChange)
class SettingsChangeAdmin(Records):
    """Settings that were asked for outside a call, and what became of them."""

    list_display = ("at", "installation", "by", "outcome", "message", "operation")
    list_filter = ("outcome",)
    list_select_related = ("installation", "operation")
    search_fields = ("installation__integration_id", "installation__email", "by")
    date_hierarchy = "at"


@admin.register(Rollout)
class RolloutAdmin(Records):
    """Rollouts and their waves."""

    list_display = ("id", "connector", "release", "state", "reason", "created_at", "finished_at")
    list_filter = ("state", "connector")
    list_select_related = ("connector", "release__connector")
    inlines = (WaveRows,)


@admin.register(Wave)
class WaveAdmin(Records):
    """Waves of all rollouts."""

    list_display = ("rollout", "index", "label", "state", "started_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("rollout__release__connector",)


@admin.register(Push)
class PushAdmin(Records):
    """Each installation's way through a rollout."""

    list_display = (
        "installation",
        "rollout",
        "wave",
        "state",
        "attempts",
        "code",
        "due_at",
        "sent_at",
        "finished_at",
    )
    list_filter = ("state", "code", "rollout")
    list_select_related = (
        "installation",
        "rollout__release__connector",
        "wave__rollout",
    )
    search_fields = ("installation__integration_id", "installation__email", "code", "message")
