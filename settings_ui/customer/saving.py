"""From what a settings page sent to a change that waits for its update, and back to words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector_kit.blueprint.forms import Errors, Form, read_fields
from connector_kit.embedded.settings import save_settings
from connector_kit.extension.errors import ExtensionError
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.settings.refreshing import refresh_metadata
from connector_kit.models import Installation, SettingsChange
from connector_kit.publisher.actions import Actor
from settings_ui.forms import ShownForm

_Outcome = SettingsChange.Outcome


@dataclass(frozen=True)
class Asked:
    """What became of a wish to save: *errors* by field, or the key of the *change* that waits."""

    errors: Errors
    change: int | None = None


@dataclass(frozen=True)
class Saving:
    """A change, as its page tells of it."""

    id: int
    words: str
    tone: str
    is_open: bool
    errors: Errors
    values: Mapping[str, Any]

    @property
    def is_refused(self) -> bool:
        """Whether it was not valid any more when the account was looked at."""
        return bool(self.errors)


def save_form(installation: Installation, shown: ShownForm, store_id: str, *, by: Actor) -> Asked:
    """Have the values of a form saved; what is wrong with them is by the form's field names."""
    values = shown.saved
    if shown.sample is not None:
        values = {name: _with_text(value, shown.sample) for name, value in values.items()}
    return _save(installation, {store_id: values} if store_id else values, {}, by)


def save_flow(
    installation: Installation, external_id: str, fields: Mapping[str, Any], *, by: Actor
) -> Asked:
    """Have a flow switched or scheduled."""
    return _save(installation, {}, {external_id: dict(fields)}, by)


def asked_for(installation: Installation, key: str) -> Saving | None:
    """The change of *installation* that *key* names; None when it has none of the kind."""
    if not key.isdecimal() or len(key) > 18:
        return None
    row = installation.settings_changes.filter(pk=int(key)).first()
    return _saving(row) if row else None


def with_refusal(shown: ShownForm, saving: Saving, store_id: str) -> ShownForm:
    """*shown* with what was typed, and with what was found wrong with it later."""
    names = {each.name for each in shown.form.fields.values()}
    values: Any = saving.values.get(store_id, {}) if store_id else saving.values
    typed = {name: value for name, value in values.items() if name in names}
    if not typed:
        return shown
    errors = {name: each for name, each in saving.errors.items() if name in names}
    return replace(shown, values={**shown.values, **typed}, errors=errors)


def refreshed(installation: Installation, shown: ShownForm, name: str) -> ShownForm:
    """*shown* with the options that the connector's own function has for *name* now.

    The function gets no token here: one that has to look into the account can be asked in
    integrator.io only, and the page says so.
    """
    options = {"_integrationId": installation.integration_id, "fieldName": name}
    try:
        told = refresh_metadata(installation.connector, options)
    except (LifecycleError, ExtensionError) as error:
        return replace(shown, errors={name: [str(error)]})
    except Exception:  # noqa: BLE001 - the author's code; its words are not for customers
        return replace(shown, errors={name: [_NOT_HERE]})
    return replace(shown, form=_with_options(shown.form, name, told), errors={})


_NOT_HERE = "These options can be refreshed on the settings page in integrator.io only"


def _save(
    installation: Installation, values: dict[str, Any], flows: dict[str, Any], by: Actor
) -> Asked:
    try:
        result = save_settings(installation, values, by=by, flows=flows)
    except LifecycleError as error:
        return Asked({"": [str(error)]})
    return Asked(result.errors, result.change.pk if result.change else None)


def _with_text(value: Any, text: str) -> Any:
    is_file = isinstance(value, dict) and {"name", "size"} <= value.keys()
    return {**value, "content": text} if is_file else value


def _with_options(form: Form, name: str, told: Any) -> Form:
    news = told if isinstance(told, Mapping) else {}
    fields = {
        key: _with_news(each, news) if each.name == name else each
        for key, each in form.fields.items()
    }
    return replace(form, fields=fields)


def _with_news(each: Any, news: Mapping[str, Any]) -> Any:
    """The field as a document with the news in it reads."""
    known = {
        key: news[key] for key in ("options", "optionsMap", "extracts", "generates") if key in news
    }
    read = read_fields([{**each.raw, **known}])
    fresh = next(iter(read.fields.values()))
    return replace(each, options=fresh.options, columns=fresh.columns or each.columns)


def _saving(row: SettingsChange) -> Saving:
    words, tone = _WORDS[_Outcome(row.outcome)]
    if row.outcome == _Outcome.WAITING and row.message:
        words, tone = f"Saved, and not in the account yet: {row.message}", "warn"
    return Saving(
        id=row.pk,
        words=words,
        tone=tone,
        is_open=row.outcome == _Outcome.WAITING,
        errors=row.errors,
        values=row.values,
    )


_WORDS = {
    _Outcome.WAITING: ("Saving …", ""),
    _Outcome.APPLIED: ("Saved. The account has it now.", "good"),
    _Outcome.REFUSED: (
        "Not saved: something has changed meanwhile. Look at the fields below.",
        "error",
    ),
}
