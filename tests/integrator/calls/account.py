"""Tokens, state, people, changes (protocol/http-api.md, sections 1, 12 and 13)."""

from tests.integrator.calls.case import DONE, NOTHING, Sent, case
from tests.integrator.scripted import STORED, Reply

SUBSCRIPTION = {"_id": "64a0", "_flowId": "64f1", "subscribedByUser": {"email": "a@example.com"}}
WANTED = [{"_flowId": "64f1", "subscribed": True, "subscribedByUserEmail": "a@example.com"}]
ONE = [{"_integrationId": "64a1", "accessLevel": "monitor"}]
CHANGES = [{"resourceType": "flow", "action": "update"}] * 2

CASES = [
    case(
        "account: whose token it is",
        lambda c: c.token_info(),
        {"_userId": "64b0", "scope": "*"},
        "GET /tokenInfo",
        {"_userId": "64b0", "scope": "*"},
    ),
    case(
        "account: documents of which the reference says nothing",
        lambda c: c.resource("asynchelpers").get("64a1"),
        STORED,
        "GET /asynchelpers/64a1",
        STORED,
    ),
    case(
        "state: the keys of the account",
        lambda c: c.state().keys(),
        {"keys": ["a", "b"]},
        "GET /state",
        ("a", "b"),
    ),
    case(
        "state: a value is the whole answer",
        lambda c: c.state().get("k"),
        Reply(200, b"null"),
        "GET /state/k",
        None,
    ),
    case(
        "state: a text is a value too",
        lambda c: c.state().get("k"),
        Reply(200, b'"OK"'),
        "GET /state/k",
        "OK",
    ),
    case(
        "state: a value is made, and answered with text",
        lambda c: c.state().put("k", 1),
        Reply(201, b"Created"),
        Sent("PUT /state/k", 1),
    ),
    case(
        "state: a value is replaced",
        lambda c: c.state().put("k", [1, None]),
        Reply(200, b"OK"),
        Sent("PUT /state/k", [1, None]),
    ),
    case(
        "state: a value is deleted",
        lambda c: c.state().delete("k"),
        NOTHING,
        "DELETE /state/k",
    ),
    case(
        "state: every value is deleted",
        lambda c: c.state().clear(),
        NOTHING,
        "DELETE /state",
    ),
    case(
        "state: the keys of a document",
        lambda c: c.state("imports", "64d1").keys(),
        {"keys": []},
        "GET /imports/64d1/state",
        (),
    ),
    case(
        "state: a value of a document",
        lambda c: c.state("integrations", "64a1").get("up/date"),
        {"to": "1.1.0"},
        "GET /integrations/64a1/state/up%2Fdate",
        {"to": "1.1.0"},
    ),
    case(
        "state: a value of a document is made with the status of a replacement",
        lambda c: c.state("imports", "64d1").put("k", {}),
        Reply(200, b"Created"),
        Sent("PUT /imports/64d1/state/k", {}),
    ),
    case(
        "state: a value of a document is deleted, with 200 and text",
        lambda c: c.state("flows", "64f1").delete("k"),
        Reply(200, b"OK"),
        "DELETE /flows/64f1/state/k",
    ),
    case(
        "state: every value of a document is deleted, with 200 and nothing",
        lambda c: c.state("exports", "64e1").clear(),
        DONE,
        "DELETE /exports/64e1/state",
    ),
    case(
        "notifications: a user's own",
        lambda c: list(c.notifications.list()),
        [SUBSCRIPTION],
        "GET /notifications",
        [SUBSCRIPTION],
    ),
    case(
        "notifications: everybody's",
        lambda c: list(c.notifications.list(of_all_users=True)),
        [SUBSCRIPTION],
        "GET /notifications?users=all",
        [SUBSCRIPTION],
    ),
    case(
        "notifications: some begin",
        lambda c: c.notifications.update(WANTED),
        DONE,
        Sent("PUT /notifications", WANTED),
    ),
    case(
        "users: somebody is invited",
        lambda c: c.users.invite("a@example.com", access_level="manage"),
        DONE,
        Sent("POST /invite", {"email": "a@example.com", "accessLevel": "manage"}),
    ),
    case(
        "users: somebody is invited to one integration",
        lambda c: c.users.invite("a@example.com", integrations=ONE),
        Reply(201, {"_id": "64s1"}),
        Sent("POST /invite", {"email": "a@example.com", "integrationAccessLevel": ONE}),
        {"_id": "64s1"},
    ),
    case(
        "users: what somebody may do",
        lambda c: c.users.get("64s1"),
        {"accessLevel": "monitor"},
        "GET /ashares/64s1",
        {"accessLevel": "monitor"},
    ),
    case(
        "users: what somebody may do is replaced",
        lambda c: c.users.update("64s1", {"accessLevel": "manage"}),
        STORED,
        Sent("PUT /ashares/64s1", {"accessLevel": "manage"}),
        STORED,
    ),
    case(
        "users: somebody may do nothing any more",
        lambda c: c.users.disable("64s1"),
        NOTHING,
        "PUT /ashares/64s1/disable",
    ),
    case(
        "audit: every change, as the links lead",
        lambda c: list(c.audit.list()),
        (Reply(200, CHANGES, {"Link": '</v1/audit?after=1>; rel="next"'}), CHANGES),
        [Sent("GET /audit"), Sent("GET /audit?after=1")],
        CHANGES * 2,
    ),
    case(
        "audit: every change, by offset",
        lambda c: list(c.audit.list(limit=2, resourceType="flow")),
        (CHANGES, CHANGES, CHANGES[:1]),
        [
            Sent("GET /audit?resourceType=flow&limit=2"),
            Sent("GET /audit?resourceType=flow&limit=2&offset=2"),
            Sent("GET /audit?resourceType=flow&limit=2&offset=4"),
        ],
        [*CHANGES, *CHANGES, *CHANGES[:1]],
    ),
    case(
        "audit: links go before offsets",
        lambda c: list(c.audit.list(limit=2, offset=6)),
        (Reply(200, CHANGES, {"Link": '</v1/audit?after=8>; rel="next"'}), CHANGES),
        [Sent("GET /audit?limit=2&offset=6"), Sent("GET /audit?after=8")],
        CHANGES * 2,
    ),
    case(
        "recycle bin: what was deleted",
        lambda c: list(c.recycle_bin.list()),
        [STORED],
        "GET /recycleBinTTL",
        [STORED],
    ),
    case(
        "recycle bin: a document comes back",
        lambda c: c.recycle_bin.restore("flows", "64f1"),
        STORED,
        Sent("POST /recycleBinTTL/flows/64f1/doCascadeRestore", {}),
        STORED,
    ),
    case(
        "recycle bin: a document is gone for good",
        lambda c: c.recycle_bin.purge("flows", "64f1"),
        NOTHING,
        "DELETE /recycleBinTTL/flows/64f1",
    ),
]
