"""Settings of an installation: what is on record, what was requested, and the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rest_framework import serializers

from connector_kit.api.shapes.plain import Shown
from connector_kit.documents import MASK
from connector_kit.documents.redaction import redacted
from connector_kit.forms import Form, state_of
from connector_kit.lifecycle.veil import hidden_of
from connector_kit.models import SettingsChange
from connector_kit.publisher.settings_links import LIFETIME, LONGEST
from connector_kit.publisher.settings_pages import Page, SettingsOnRecord, pages_of

HOUR = timedelta(hours=1)


class OptionShape(Shown):
    """What can be chosen; *value* is any JSON."""

    value = serializers.JSONField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # serializers have that name, too


class FieldShape(Shown):
    """A field as its page shows it; *value* is any JSON, with secrets masked."""

    name = serializers.CharField()
    type = serializers.CharField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # serializers have that name, too
    help = serializers.CharField(allow_blank=True)
    value = serializers.JSONField(allow_null=True)
    options = OptionShape(many=True)
    is_shown = serializers.BooleanField()
    is_required = serializers.BooleanField()
    is_disabled = serializers.BooleanField()


class TabShape(Shown):
    """Fields that are saved together; without a title they are the only ones on the page."""

    title = serializers.CharField(allow_blank=True)
    fields = FieldShape(many=True)  # type: ignore[assignment]  # serializers have that name, too


class FlowShape(Shown):
    """A flow, by the *name* under which ``flows`` changes it; as the records have it."""

    name = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    is_on = serializers.BooleanField()
    schedule = serializers.CharField(allow_blank=True)
    timezone = serializers.CharField(allow_blank=True)
    has_switch = serializers.BooleanField()
    shows_schedule = serializers.BooleanField()
    fields = FieldShape(many=True)  # type: ignore[assignment]  # serializers have that name, too


class PageShape(Shown):
    """A page of settings."""

    address = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    tabs = TabShape(many=True)
    flows = FlowShape(many=True)


class StoreShape(Shown):
    """The pages of a store; an installation without stores has one, whose *id* is empty."""

    id = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    pages = PageShape(many=True)


class SettingsShape(Shown):
    """The settings of an installation, as they are on record.

    *values* are by setting, in a multi-store installation by store first; PATCH takes the same
    form. *waiting* counts the changes that the next update will apply.
    """

    is_multi_store = serializers.BooleanField()
    values = serializers.DictField()
    stores = StoreShape(many=True)
    waiting = serializers.IntegerField()


class SettingsWishShape(Shown):
    """What to set: *values* by setting, in a multi-store installation by store first.

    *flows* are by name: ``{"disabled": true, "schedule": "? 0 2 ? * *"}``, or one of them.
    """

    values = serializers.DictField(required=False, default=dict)
    flows = serializers.DictField(
        required=False,
        default=dict,
        child=serializers.DictField(allow_empty=False),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require at least one change."""
        if not (attrs["values"] or attrs["flows"]):
            raise serializers.ValidationError("Send values, flows, or both.")
        return attrs


class SettingsChangeShape(serializers.ModelSerializer[SettingsChange]):
    """A requested change and its outcome; secrets are masked.

    *errors* has messages by setting if the change was refused in the end.
    """

    values = serializers.SerializerMethodField()
    errors = serializers.DictField()  # type: ignore[assignment]  # serializers have that name, too
    outcome = serializers.CharField()
    operation = serializers.IntegerField(source="operation_id", allow_null=True)

    class Meta:
        model = SettingsChange
        fields = (
            *("id", "by", "at", "values", "flows", "outcome", "errors", "message"),
            "operation",
        )

    def get_values(self, row: SettingsChange) -> dict[str, Any]:
        """Return the requested values."""
        installation = getattr(self.context.get("view"), "installation", None) or row.installation
        return dict(hidden_of(installation, installation.release).over(row.values))


class LinkWishShape(Shown):
    """How long a link works."""

    hours = serializers.FloatField(
        default=LIFETIME / HOUR, min_value=0.01, max_value=LONGEST / HOUR
    )


class LinkShape(Shown):
    """A link for a customer, shown once. It works for anyone until it expires or is revoked."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    until = serializers.DateTimeField()


class OpenLinkShape(Shown):
    """A link that opens the settings until then; *made_by* is who made it."""

    id = serializers.IntegerField()
    made_by = serializers.CharField()
    made_at = serializers.DateTimeField()
    until = serializers.DateTimeField(source="expires_at")


class RevokedShape(Shown):
    """How many links were revoked."""

    revoked = serializers.IntegerField()


def settings_json(record: SettingsOnRecord, waiting: int) -> dict[str, Any]:
    """Return what `SettingsShape` shows of *record*."""
    by_store: dict[str, dict[str, Any]] = {}
    for store in record.stores:
        values = by_store[store.id] = {}
        for form in store.forms():
            secret = {field.name for field in form.fields.values() if field.is_secret}
            values |= {name: _shown(v, name in secret) for name, v in form.values().items()}
    is_multi_store = record.pages.is_multi_store
    return {
        "is_multi_store": is_multi_store,
        "values": by_store if is_multi_store else by_store.get("", {}),
        "stores": [
            {
                "id": store.id,
                "title": store.title,
                "pages": [_page(record, page) for page in pages_of(store)],
            }
            for store in record.stores
        ],
        "waiting": waiting,
    }


def _shown(value: Any, is_secret: bool) -> Any:
    """A value for programs; tables, and addresses with passwords, are looked into."""
    return MASK if is_secret and value not in (None, "") else redacted(value)


def _page(record: SettingsOnRecord, page: Page) -> dict[str, Any]:
    flows = []
    for entry in page.flows:
        flow = record.flow(entry)
        flows.append(
            {
                "name": flow.external_id or entry.id,
                "title": flow.name,
                "is_on": flow.is_on,
                "schedule": flow.schedule,
                "timezone": flow.timezone,
                "has_switch": entry.has_switch,
                "shows_schedule": entry.shows_schedule,
                "fields": list(_fields(entry.form)),
            }
        )
    return {
        "address": page.address,
        "title": page.title,
        "description": page.description,
        "tabs": [{"title": tab.title, "fields": list(_fields(tab.form))} for tab in page.tabs],
        "flows": flows,
    }


def _fields(form: Form) -> Iterator[dict[str, Any]]:
    values = form.values()
    states = state_of(form, values)
    for field in form.fields.values():
        if not field.type.has_value:
            continue
        state = states[field.id]
        yield {
            "name": field.name,
            "type": field.type.name,
            "label": field.label,
            "help": field.help,
            "value": _shown(values.get(field.name), field.is_secret),
            "options": field.options,
            "is_shown": state.is_shown,
            "is_required": state.required,
            "is_disabled": state.disabled,
        }
