"""Who is notified of errors and of connections that go offline (protocol/http-api.md#13)."""

from __future__ import annotations

from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.resources import answer_page
from connector_kit.sandbox.documents.store import Account
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
    wishes = [_wish(call, document) for document in call.documents()]
    for field, identity, user, is_wanted in wishes:
        found = [
            document
            for document in call.store.documents(call.account_id, RESOURCE)
            if document.get(field) == identity and _email(document) == user["email"]
        ]
        if is_wanted and not found:
            document = {"_id": call.store.ids.next(), field: identity, "subscribedByUser": user}
            writing.store(call, RESOURCE, document)
        for record in () if is_wanted else found:
            writing.remove(call, record, for_good=True)
    return answer_page(call, _subscriptions(call))


def _wish(call: Call, sent: Document) -> tuple[str, str, Document, bool]:
    field = next((subject for subject in SUBJECTS if sent.get(subject)), None)
    if field is None:
        raise missing("_integrationId")
    record = access.lookup(call, SUBJECTS[field], sent[field], field)
    return field, record.id, _user(call, sent), bool(sent.get("subscribed"))


def _user(call: Call, sent: Document) -> Document:
    """Return the subscriber: oneself, or another user of the account."""
    email = sent.get("subscribedByUserEmail") or call.account.email
    known = call.store.account_of(str(email))
    if known is None or not (known.id == call.account_id or _shares(call, known)):
        message = f"{email} is no user of this account."
        raise refuse(422, "invalid_user", message, "subscribedByUserEmail")
    return {"email": known.email}


def _shares(call: Call, user: Account) -> bool:
    shares = call.store.documents(call.account_id, "ashares")
    return any(share.document["sharedWithUser"]["email"] == user.email for share in shares)


def _subscriptions(call: Call) -> list[Record]:
    found = call.store.documents(call.account_id, RESOURCE)
    if call.parameter("users") == "all":
        return found
    return [record for record in found if _email(record) == call.account.email]


def _email(record: Record) -> str:
    return str(record.document["subscribedByUser"]["email"])


ROUTES = (
    Route("GET", "/notifications", read_all, query="users after"),
    Route("PUT", "/notifications", replace, body="subscriptions"),
)
