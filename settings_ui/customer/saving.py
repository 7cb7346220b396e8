"""From what a settings page sent to a change that waits for its update, and back to words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector_kit.extension.errors import ExtensionError
from connector_kit.forms import Errors, Form, read_fields
from connector_kit.installation_settings import save_settings
from connector_kit.lifecycle.authors import AuthorsError
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.settings.refreshing import refresh_metadata
from connector_kit.models import Installation, SettingsChange
from connector_kit.publisher.actions import Actor
from settings_ui.customer.sheet import Sheet
from settings_ui.forms import ShownForm

_Outcome = SettingsChange.Outcome


@dataclass(frozen=True)
class ShownChange:
    """A change, as its page tells of it."""

    id: int
    words: str
    tone: str
    is_open: bool
    errors: Errors
    values: Mapping[str, Any]
    flows: Mapping[str, Any]

    @property
    def is_refused(self) -> bool:
        """Whether it was no longer valid when the account was read."""
        return bool(self.errors)


def save(installation: Installation, sheet: Sheet, *, by: Actor) -> int | None:
    """Have everything saved that was touched, at once; returns the key of the change that waits.

    None when something is wrong: then *sheet* says what, and where.
    """
    values: dict[str, dict[str, Any]] = {}
    for form in sheet.touched:
        own = form.shown.saved
        if form.shown.sample is not None:
            for name, value in own.items():
                if isinstance(value, dict) and {"name", "size"} <= value.keys():
                    own[name] = {**value, "content": form.shown.sample}
        values.setdefault(form.store, {}).update(own)
    flows = {flow.external_id: flow.changes for flow in sheet.flows if flow.changes}
    try:
        result = save_settings(installation, values.get("", values), by=by, flows=flows)
    except LifecycleError as error:
        sheet.others.append(str(error))
        return None
    for store, errors in result.store_errors.items():
        sheet.put_errors(store, errors)
    for flow in sheet.flows:
        flow.errors += result.flow_errors.get(flow.external_id, [])
    return result.change.pk if result.change else None


def look_again(installation: Installation, *, by: Actor) -> int | None:
    """Check again whether the customer has logged in to the connections that need it.

    It saves no values: the update that it orders applies what waited. Returns the change's key;
    None when nothing needs a log-in anymore.
    """
    if not installation.needs:
        return None
    result = save_settings(installation, {}, by=by)
    return result.change.pk if result.change else None


def find_change(installation: Installation, key: str) -> ShownChange | None:
    """The change of *installation* that *key* names; None when it has none of the kind."""
    if not key.isdecimal() or len(key) > 18:
        return None
    row = installation.settings_changes.filter(pk=int(key)).first()
    if row is None:
        return None
    words, tone = _in_words(row)
    return ShownChange(
        id=row.pk,
        words=words,
        tone=tone,
        is_open=row.outcome == _Outcome.WAITING,
        errors=row.errors,
        values=row.values,
        flows=row.flows,
    )


def with_change(sheet: Sheet, change: ShownChange) -> Sheet:
    """*sheet* with what was typed: while it is being saved, and when it was refused after all."""
    for form in sheet.forms:
        own: Any = change.values.get(form.store, {}) if form.store else change.values
        names = {field.name for field in form.shown.form.fields.values()}
        typed = {name: value for name, value in own.items() if name in names}
        values = {**form.shown.values, **typed}
        errors = {name: item for name, item in change.errors.items() if name in typed}
        baseline = values if change.is_open else None
        form.shown = replace(form.shown, values=values, errors=errors, baseline=baseline)
    for flow in sheet.flows:
        wanted = change.flows.get(flow.external_id, {})
        flow.is_on = not wanted.get("disabled", not flow.is_on)
        flow.schedule = wanted.get("schedule", flow.schedule)
        if change.is_open:
            flow.was_on, flow.was_schedule = flow.is_on, flow.schedule
    return sheet


def refresh(installation: Installation, sheet: Sheet, wanted: str) -> None:
    """Give the field that the page calls *wanted* its current options; all else stays as typed."""
    prefix, _, name = wanted.partition("-")
    for form in sheet.forms:
        if form.prefix == prefix and form.shown.form.named(name):
            form.shown = refresh_options(installation, form.shown, name)


def refresh_options(installation: Installation, form: ShownForm, name: str) -> ShownForm:
    """*form* with the options that the connector's own function has for *name* now.

    The function gets no token here: one that must read the account can be called only from
    integrator.io, and the page says so.
    """
    options = {"_integrationId": installation.integration_id, "fieldName": name}
    try:
        answer = refresh_metadata(installation.connector, options)
    except AuthorsError:
        return replace(form, errors={name: [_NOT_HERE]})
    except (LifecycleError, ExtensionError) as error:
        return replace(form, errors={name: [str(error)]})
    except Exception:  # noqa: BLE001 - the author's code; its words are not for customers
        return replace(form, errors={name: [_NOT_HERE]})
    news = answer if isinstance(answer, Mapping) else {}
    return replace(form, form=_with_options(form.form, name, news), errors={})


_NOT_HERE = "You can refresh these options only on the settings page in integrator.io"


def _with_options(form: Form, name: str, news: Mapping[str, Any]) -> Form:
    """Return *form* with the field *name* as a document with the news in it reads."""
    keys = ("options", "optionsMap", "extracts", "generates")
    known = {key: news[key] for key in keys if key in news}
    fields = dict(form.fields)
    for key, field in form.fields.items():
        if field.name == name:
            fresh = next(iter(read_fields([{**field.raw, **known}]).fields.values()))
            columns = fresh.columns or field.columns
            fields[key] = replace(field, options=fresh.options, columns=columns)
    return replace(form, fields=fields)


_WORDS = {
    _Outcome.WAITING: ("Saving …", ""),
    _Outcome.APPLIED: ("Saved and applied.", "good"),
    _Outcome.REFUSED: (
        "Not saved: something changed in the meantime. See the fields below.",
        "error",
    ),
}


def _in_words(row: SettingsChange) -> tuple[str, str]:
    """The result of a change, and its tone; a change that saves nothing only checks again."""
    is_save = bool(row.values or row.flows)
    if row.outcome == _Outcome.WAITING and row.message:
        state = "Saved, but not yet applied"
        if not is_save:
            state = "The connection has not been checked yet"
        return f"{state}: {row.message}", "warn"
    if is_save:
        return _WORDS[_Outcome(row.outcome)]
    if row.outcome == _Outcome.WAITING:
        return "Checking the connection …", ""
    if row.installation.needs:
        return "Not connected yet. See below for what is missing.", "warn"
    return "Connected. The update is complete.", "good"
