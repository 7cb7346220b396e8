"""formInit and preSave of framework 2.0 (protocol/settings-forms.md#41-settingsform).

Values are saved with the document, and the platform stores the answer of preSave; plan and apply
update what settings control, with the call's token.
"""

from __future__ import annotations

from connector_kit.blueprint.settings.judging import change_names
from connector_kit.documents import Document
from connector_kit.extension.words import sort_of
from connector_kit.forms import flattened, read_form
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.moves import move, require_settled
from connector_kit.lifecycle.sessions import recorded, session
from connector_kit.lifecycle.settings.checking import SettingsRefused, check_settings
from connector_kit.lifecycle.settings.declared import authors_settings, release_of, sets_of
from connector_kit.lifecycle.settings.refreshing import items, options_of
from connector_kit.lifecycle.settings.saving import CUSTOMER, KIND
from connector_kit.lifecycle.situations import blueprint_for
from connector_kit.models import Connector, Installation
from connector_kit.plan import Need
from connector_kit.plan.login_request import LABELS, with_request_above


def form_init(connector: Connector, options: Document) -> Document:
    """Return the current form of ``resource``: what is installed, with current options.

    Above it, the installation's form asks the customer to log in where something waits for that.
    """
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
    form = {**metadata, "fieldMap": fields}
    is_of_installation = resource.get("_id") == installation.integration_id
    needs = [Need.from_json(need) for need in installation.needs] if is_of_installation else []
    return with_request_above(form, needs)


def pre_save(connector: Connector, options: Document) -> Document:
    """Validate the settings of ``newResource``, apply what they control, and return it.

    Every save applies what waited for a connection that the customer has logged in to. Raises
    `SettingsRefused` with the messages of every field; then nothing is saved.
    """
    document = _document(options, "newResource")
    before = options.get("oldResource")
    identity = (before if isinstance(before, dict) else document).get("_id")
    sent = document.get("settings")
    stored = before.get("settings") if isinstance(before, dict) else None
    call_options = {**options, "_integrationId": identity}
    if not isinstance(sent, dict):
        return document
    installation = recorded(connector, call_options)
    if sent == stored and not installation.needs:
        return document
    if _is_being_written(installation, sent, stored if isinstance(stored, dict) else {}):
        return document
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
        unsaved = {*labels, *list_changes, *LABELS}
        kept = {name: item for name, item in sent.items() if name not in unsaved}
        own_values = work.blueprint.integration.document.get("settings", {})
        return {**document, "settings": {**kept, **own_values}}


def _is_being_written(installation: Installation, sent: Document, stored: Document) -> bool:
    """Whether a running operation writes these settings itself: then they are the kit's own.

    The platform may call preSave for every save of the document (protocol/resources.md#integration)
    and the operation holds the installation. Only values that are on record, or stored already,
    pass: a customer's save with just these sets nothing of its own.
    """
    running = installation.pk and installation.operations.filter(finished_at=None)
    operation = running and running.exclude(release=None).select_related("release").last()
    if not operation or not operation.release or not installation.lease_owner:
        return False
    own = blueprint_for(installation, operation.release).integration.document.get("settings", {})
    has_all = own.keys() & stored.keys() <= sent.keys()
    return has_all and all(
        any(name in known and known[name] == value for known in (own, stored))
        for name, value in sent.items()
    )


def _document(options: Document, name: str) -> Document:
    document = options.get(name)
    if not isinstance(document, dict):
        raise LifecycleError(
            "invalid_field",
            f"The call's option {name} must be an object, not {sort_of(document)}.",
        )
    return document
