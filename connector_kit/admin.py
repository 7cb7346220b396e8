"""The records, read-only: nothing here changes an account or the kit's records of it."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.db.models import JSONField, Model, QuerySet, prefetch_related_objects
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest

from connector_kit.documents.redaction import redacted
from connector_kit.models import (
    ApiToken,
    Change,
    Component,
    Connector,
    Document,
    DryRun,
    DryRunAnswer,
    EmbeddedAccount,
    FlowUsage,
    Heartbeat,
    Installation,
    License,
    LicenseEvent,
    LicenseReminder,
    Operation,
    Order,
    ProvisioningEvent,
    Push,
    RefusedCall,
    Release,
    Rollout,
    SettingsChange,
    SettingsLink,
    SourceIntegration,
    StaffAction,
    Subscription,
    Takeover,
    VersionCount,
    Wave,
)
from connector_kit.models.sealing import is_sealed_text
from connector_kit.publisher.roles import RECORDS, scopes_of


def _veiled(model: type[Model]) -> list[str]:
    """The fields of *model* that may hold secrets: JSON of any kind, and stored documents."""
    fields = model._meta.get_fields()  # noqa: SLF001 - Django documents _meta
    named = [field.name for field in fields if isinstance(field, JSONField)]
    return ["body", *named] if model is Document else named


def _masked(model: type[Model], name: Any) -> Any:
    """What a page shows for the field *name*: the field itself, or its JSON with secrets masked."""
    return _shown(model, name) if name in _veiled(model) else name


@cache
def _shown(model: type[Model], name: str) -> Callable[[Any], str]:
    @admin.display(description=name.replace("_", " "))
    def shown(row: Any) -> str:
        value = getattr(row, name)
        return _in_words(row) if model is Document else _as_json(value)

    shown.__name__ = name
    return shown


def _as_json(value: Any) -> str:
    return json.dumps(redacted(value), ensure_ascii=False)


def _in_words(document: Document) -> str:
    """The body, but for one that holds what a customer keeps secret."""
    if is_sealed_text(document.body):
        return "Encrypted: it belongs to an installation with secret settings."
    return _as_json(json.loads(document.body))


class ReadOnly:
    """Lets staff whose role permits it view the records; no one can change them here.

    One table (`connector_kit.publisher.roles`) says what a role permits, here, on pages, and in
    REST; Django's own permissions, which a user may also have, permit nothing. Documents and other
    JSON are shown with their secrets masked.
    """

    model: type[Model]

    def has_view_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Whether the user's role permits the scope that shows records of this model."""
        if isinstance(request.user, AbstractUser):
            prefetch_related_objects([request.user], "groups")  # read once per request
        scopes = scopes_of(request.user)
        return RECORDS.get(str(self.model._meta.model_name)) in scopes  # noqa: SLF001

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the model is listed for the user."""
        return self.has_view_permission(request)

    def has_add_permission(self, *_: Any) -> bool:
        """Rows are never added by hand."""
        return False

    def has_change_permission(self, *_: Any) -> bool:
        """Rows are never changed by hand."""
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        """Rows are never deleted by hand."""
        return False


class Records(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """A model's pages, fast for large tables: no total count, rows with their relations."""

    show_full_result_count = False
    list_per_page = 50

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Refuse to filter by masked values: filtering would let users guess them."""
        name = lookup.split(LOOKUP_SEP, maxsplit=1)[0]
        if name in (self.exclude or ()) or name in _veiled(self.model):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the model's fields, those that may hold secrets with these masked."""
        return [_masked(self.model, field) for field in super().get_fields(request, obj)]


class Rows(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Rows of one model on the page of another, each linked to its own page."""

    extra = 0
    show_change_link = True
    related: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the columns, those that may hold secrets with these masked."""
        return [_masked(self.model, field) for field in super().get_fields(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the same: nothing is written here."""
        return self.get_fields(request, obj)

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
        """Enough of the document to recognize it."""
        return _in_words(document)[:120]


@admin.register(Installation)
class InstallationAdmin(Records):
    """The install base; what customers have set is on the console's pages, its secrets masked."""

    exclude = ("settings", "retired_settings", "opts")
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
        "embedded_account",
    )
    list_select_related = ("connector",)
    search_fields = ("integration_id", "name", "email", "account_id", "tag", "end_user")
    inlines = (ComponentRows,)


@admin.register(EmbeddedAccount)
class EmbeddedAccountAdmin(Records):
    """Accounts that the publisher deploys into; their tokens are not shown, encrypted or not."""

    list_display = ("name", "account_id", "sandbox", "base_url", "stack_id", "created_at")
    search_fields = ("name", "account_id")
    exclude = ("token",)


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

    exclude = ("situation",)
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
    """Settings that were asked for outside a call, and what became of them; not their values."""

    exclude = ("values",)
    list_display = ("at", "installation", "by", "outcome", "message", "operation")
    list_filter = ("outcome",)
    list_select_related = ("installation", "operation")
    search_fields = ("installation__integration_id", "installation__email", "by")
    date_hierarchy = "at"


@admin.register(SettingsLink)
class SettingsLinkAdmin(Records):
    """Links to settings: who made them, until when, and which were revoked; not what opens them."""

    list_display = ("id", "installation", "made_by", "made_at", "expires_at", "revoked_at")
    list_select_related = ("installation",)
    search_fields = ("installation__integration_id", "made_by")
    date_hierarchy = "made_at"


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


@admin.register(StaffAction)
class StaffActionAdmin(Records):
    """What the staff did."""

    list_display = ("at", "actor_name", "action", "subject")
    list_filter = ("action",)
    search_fields = ("actor_name", "subject")
    date_hierarchy = "at"


@admin.register(ApiToken)
class ApiTokenAdmin(Records):
    """Keys to the REST API, without what would open it."""

    list_display = (
        "name",
        "key",
        "owner",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_select_related = ("owner",)
    search_fields = ("name", "key", "owner__username")
    exclude = ("digest",)


class DryRunAnswerRows(Rows):
    """What the installations answered."""

    model = DryRunAnswer
    fields = readonly_fields = ("installation", "outcome", "code", "message", "answered_at")
    ordering = ("pk",)
    related = ("installation",)


@admin.register(DryRun)
class DryRunAdmin(Records):
    """Dry runs and their answers."""

    list_display = ("id", "connector", "release", "created_by", "created_at", "finished_at")
    list_select_related = ("connector", "release__connector", "created_by")
    inlines = (DryRunAnswerRows,)


@admin.register(Takeover)
class TakeoverAdmin(Records):
    """How installations that other code made were taken over, or would be."""

    list_display = ("id", "connector", "version", "may_write")
    list_select_related = ("connector",)
    exclude = ("manifest",)


@admin.register(DryRunAnswer)
class DryRunAnswerAdmin(Records):
    """What installations answered in dry runs."""

    list_display = ("dry_run", "installation", "outcome", "code", "answered_at")
    list_filter = ("outcome", "code")
    list_select_related = ("dry_run__release__connector", "installation")
    search_fields = ("installation__integration_id", "code", "message")


@admin.register(VersionCount)
class VersionCountAdmin(Records):
    """How many installations had which version on which day."""

    list_display = ("day", "connector", "version", "count")
    list_filter = ("connector", "version")
    list_select_related = ("connector",)
    date_hierarchy = "day"


@admin.register(Order)
class OrderAdmin(Records):
    """What was ordered for installations, and what became of it."""

    list_display = ("id", "installation", "kind", "release", "state", "by", "placed_at")
    list_filter = ("kind", "state")
    list_select_related = ("installation", "release__connector")
    search_fields = ("installation__integration_id", "by")


@admin.register(RefusedCall)
class RefusedCallAdmin(Records):
    """Calls whose token did not reach the installation that they named, by reason."""

    list_display = ("connector", "code", "count", "function", "integration_id", "last_at")
    list_filter = ("code",)
    list_select_related = ("connector",)


@admin.register(SourceIntegration)
class SourceIntegrationAdmin(Records):
    """The source integrations of framework 2.0 connectors."""

    list_display = ("connector", "integration_id", "release", "problem")
    list_select_related = ("connector", "release__connector")


@admin.register(FlowUsage)
class FlowUsageAdmin(Records):
    """What flows did, day by day."""

    list_display = ("day", "integration_id", "flow", "runs", "failed", "records", "errors")
    search_fields = ("integration_id", "flow")
    date_hierarchy = "day"


@admin.register(Heartbeat)
class HeartbeatAdmin(Records):
    """When each kind of worker last gave a sign of life."""

    list_display = ("kind", "at")


class LicenseEventRows(Rows):
    """What was done with a license, newest first."""

    model = LicenseEvent
    fields = readonly_fields = ("at", "by", "act", "before", "after", "code", "message")
    ordering = ("-at",)


class ProvisioningEventRows(Rows):
    """The shop's events of a subscription, in the order in which they happened."""

    model = ProvisioningEvent
    fields = readonly_fields = ("occurred_at", "kind", "event_id", "data", "outcome")
    ordering = ("occurred_at",)


@admin.register(License)
class LicenseAdmin(Records):
    """Licenses, with their audit trail."""

    list_display = (
        "email",
        "license_id",
        "connector",
        "edition",
        "standing",
        "ends",
        "expires",
        "sandbox",
        "code",
        "drifted_at",
        "vanished_at",
    )
    list_filter = (
        "connector",
        "standing",
        "is_trial",
        "sandbox",
        "code",
        ("drifted_at", admin.EmptyFieldListFilter),
        ("vanished_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("connector",)
    raw_id_fields = ("parent",)
    search_fields = ("email", "license_id", "integration_id", "user_name")
    inlines = (LicenseEventRows,)


@admin.register(LicenseEvent)
class LicenseEventAdmin(Records):
    """The audit trail of licenses."""

    list_display = ("at", "act", "by", "license", "code")
    list_filter = ("act", "code")
    list_select_related = ("license",)
    search_fields = ("license__email", "license__license_id", "by")
    date_hierarchy = "at"


@admin.register(LicenseReminder)
class LicenseReminderAdmin(Records):
    """Reminders sent to customers, and reminders still to be sent."""

    list_display = ("license", "notice", "ends", "due_at", "settled_at", "outcome", "attempts")
    list_filter = ("notice", "outcome")
    list_select_related = ("license",)
    search_fields = ("license__email", "license__license_id")


@admin.register(Subscription)
class SubscriptionAdmin(Records):
    """Subscriptions of the web shop."""

    list_display = ("key", "license", "code", "created_at")
    list_filter = ("code",)
    list_select_related = ("license",)
    search_fields = ("key", "license__email")
    inlines = (ProvisioningEventRows,)


@admin.register(ProvisioningEvent)
class ProvisioningEventAdmin(Records):
    """Events from the web shop."""

    list_display = (
        "received_at",
        "event_id",
        "subscription",
        "kind",
        "occurred_at",
        "outcome",
        "source",
    )
    list_filter = ("kind", "outcome")
    list_select_related = ("subscription",)
    search_fields = ("event_id", "subscription__key")
    date_hierarchy = "received_at"
