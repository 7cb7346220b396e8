"""Saving an integration: its preSave decides what is stored (protocol/settings-forms.md#4)."""

from __future__ import annotations

from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.documents import locking, resources
from connector_kit.sandbox.documents.validation import check_kinds
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call
from connector_kit.sandbox.http.route import Route
from connector_kit.sandbox.http.wire import Document, parse
from connector_kit.sandbox.stacks.functions import unusable
from connector_kit.sandbox.unsimulated import SCRIPTS


async def save(call: Call) -> Answer:
    """PUT /integrations/{id}: a user's save goes through ``preSave``, a connector's does not.

    A save that is refused anyway is not shown to the function.
    """
    record, sent = access.writable(call), call.document()
    check_kinds("integrations", sent)
    named = record.get("preSave")
    if call.connector_id is None and isinstance(named, dict) and named.get("function"):
        locking.check_no_update(call.store, record, sent)
        connector = call.store.find("connectors", record.connector_id or "")
        installation = Installation(call, record, connector)
        options: Document = {"newResource": sent, "oldResource": parse(record.public)}
        saved = await installation.run_flat(named, options)
        if not isinstance(saved, dict):
            raise unusable("preSave must answer the document to store.")
        sent, record = saved, installation.record()
    return Answer(200, resources.put(call, record, sent).public)


ROUTES = (
    Route(
        "PUT",
        "/integrations/{id}",
        save,
        body="integrations",
        unless=(SCRIPTS,),
    ),
)
