"""Who is notified of errors and of connections that go offline (protocol/http-api.md#13)."""

from __future__ import annotations

from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.resources import answer_page
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call
from connector_kit.sandbox.http.errors import missing, refuse
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document

RESOURCE = "notifications"
SUBJECTS = {
    "_integrationId": "integrations",
    "_flowId": "flows",
    "_connectionId": "connections",
}


def read_all(call: Call) -> Answer:
    """GET /notifications: the user's own; with ``?users=all``, those of all users."""
    access.owners_only(call)
    return answer_page(call, _subscriptions(call))


def replace(call: Call) -> Answer:
    """PUT /notifications: subscribes and unsubscribes, also other users of the account."""
    access.owners_only(call)
    changes = [_read_change(call, document) for document in call.documents()]
    for field, identity, email, is_subscribed in changes:
        existing = [
            record
            for record in call.store.documents(call.account_id, RESOURCE)
            if record.get(field) == identity and _email(record) == email
        ]
        if is_subscribed and not existing:
            user = {"email": email}
            document = {"_id": call.store.ids.next(), field: identity, "subscribedByUser": user}
            writing.store(call, RESOURCE, document)
        for record in () if is_subscribed else existing:
            writing.remove(call, record, for_good=True)
    return answer_page(call, _subscriptions(call))


def _read_change(call: Call, sent: Document) -> tuple[str, str, str, bool]:
    """Return the field that names the subject, its id, the user's email, and whether to subscribe.

    The user is the caller, or another user of the account.
    """
    field = next((subject for subject in SUBJECTS if sent.get(subject)), None)
    if field is None:
        raise missing("_integrationId")
    record = access.lookup(call, SUBJECTS[field], sent[field], field)
    email = sent.get("subscribedByUserEmail") or call.account.email
    user = call.store.account_of(str(email))
    shares = call.store.documents(call.account_id, "ashares")
    members = {share.document["sharedWithUser"]["email"] for share in shares}
    if user is None or not (user.id == call.account_id or user.email in members):
        message = f"{email} is no user of this account."
        raise refuse(422, "invalid_user", message, "subscribedByUserEmail")
    return field, record.id, user.email, bool(sent.get("subscribed"))


def _subscriptions(call: Call) -> list[Record]:
    records = call.store.documents(call.account_id, RESOURCE)
    if call.parameter("users") == "all":
        return records
    return [record for record in records if _email(record) == call.account.email]


def _email(record: Record) -> str:
    return str(record.document["subscribedByUser"]["email"])


ROUTES = (
    Route("GET", "/notifications", read_all, query="users after"),
    Route("PUT", "/notifications", replace, body="subscriptions"),
)
