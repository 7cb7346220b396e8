"""formInit and preSave of framework 2.0 (protocol/settings-forms.md#41-settingsform).

Values are saved with the document, and the platform stores the answer of preSave; plan and apply
update what settings control, with the call's token.
"""

from __future__ import annotations

from connector_kit.blueprint.settings.judging import change_names
from connector_kit.documents import Document
from connector_kit.extension.words import sort_of
from connector_kit.forms import flattened, nested, read_form
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.moves import move, require_settled
from connector_kit.lifecycle.sessions import recorded, session
from connector_kit.lifecycle.settings.checking import SettingsRefused, check_settings
from connector_kit.lifecycle.settings.declared import authors_settings, release_of, sets_of
from connector_kit.lifecycle.settings.refreshing import items, options_of
from connector_kit.lifecycle.settings.saving import CUSTOMER, KIND
from connector_kit.models import Connector


def form_init(connector: Connector, options: Document) -> Document:
    """Return the current form of ``resource``: what the license grants, with current options."""
    resource = _document(options, "resource")
    owner = resource.get("_integrationId") or resource.get("_id")
    parent_id = resource.get("_parentId")
    installation = recorded(connector, {"_integrationId": owner, "_parentId": parent_id})
    [own, *_] = sets_of(installation, release_of(installation))
    form = resource.get("settingsForm")
    metadata = form.get("form") if isinstance(form, dict) else None
    if not isinstance(metadata, dict):
        raise LifecycleError("no_form", f"{resource.get('name')!r} has no settings form.")
    declared = authors_settings(connector)
    known = {setting.name for setting in release_of(installation).blueprint().schema.settings}
    fields = {}
    for name, field in (metadata.get("fieldMap") or {}).items():
        if name in own.settings or name not in known:
            setting = declared.get(name)
            functions = setting.functions() if setting else {}
            has_options = name in own.settings and "" in functions
            fields[name] = (
                {**field, "options": items(options_of(connector, name, options=options))}
                if has_options
                else field
            )
    return {**metadata, "fieldMap": fields}


def pre_save(connector: Connector, options: Document) -> Document:
    """Validate the settings of ``newResource``, apply what they control, and return it.

    Raises `SettingsRefused` with the messages of every field; then nothing is saved.
    """
    document = _document(options, "newResource")
    before = options.get("oldResource")
    identity = (before if isinstance(before, dict) else document).get("_id")
    sent = document.get("settings")
    stored = before.get("settings") if isinstance(before, dict) else None
    if not isinstance(sent, dict) or sent == stored:
        return document
    call_options = {**options, "_integrationId": identity}
    with session(connector, call_options, KIND, "preSave", by=CUSTOMER) as (work, account):
        require_settled(work, account)
        [own, *_] = sets_of(work.installation, work.release)
        of_page = {name: item for name, item in own.settings.items() if item.flow is None}
        form = read_form({"fieldMap": {name: item.field for name, item in of_page.items()}})
        list_changes = change_names(form)
        changes = {name: sent[name] for name in list_changes if name in sent}
        checked = check_settings(work.installation, flattened(form, sent) | changes, options)
        if checked.errors:
            raise SettingsRefused(checked.errors)
        move(work, account, has_page=False, settings=checked.settings)
        labels = {field.name for field in form.fields.values() if not field.type.has_value}
        kept = {name: item for name, item in sent.items() if name not in labels | list_changes}
        return {**document, "settings": {**kept, **nested(checked.values)}}


def _document(options: Document, name: str) -> Document:
    document = options.get(name)
    if not isinstance(document, dict):
        raise LifecycleError(
            "invalid_field",
            f"The call's option {name} must be an object, not {sort_of(document)}.",
        )
    return document
