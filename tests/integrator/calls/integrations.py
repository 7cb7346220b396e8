"""Integrations (protocol/http-api.md, section 7)."""

from tests.integrator.calls.case import case, crud
from tests.integrator.scripted import STORED

CHILD = {"_id": "64a2", "_parentId": "64a1"}

CASES = [
    *crud("integrations", "integrations"),
    *(
        case(
            f"integrations: the {members} of one",
            lambda c, members=members: list(getattr(c.integrations, members)("64a1")),
            [STORED],
            f"GET /integrations/64a1/{members}",
            [STORED],
        )
        for members in ("flows", "exports", "imports", "connections")
    ),
    case(
        "integrations: the connections of one, with their queues",
        lambda c: list(c.integrations.connections("64a1", fetch_queue_size=True)),
        [STORED],
        "GET /integrations/64a1/connections?fetchQueueSize=true",
        [STORED],
    ),
    case(
        "integrations: the children of one",
        lambda c: list(c.integrations.children("64a1")),
        [{"_id": "64a1"}, CHILD, {"_id": "64a3", "_parentId": "64a9"}],
        "GET /integrations",
        [CHILD],
    ),
    case(
        "integrations: the latest jobs of one",
        lambda c: c.integrations.latest_jobs("64a1"),
        [{"_id": "64b1"}],
        "GET /integrations/64a1/jobs/latest",
        [{"_id": "64b1"}],
    ),
    case(
        "integrations: a zip of one",
        lambda c: c.integrations.template_urls("64a1"),
        {"signedURL": "https://files.example.com/1"},
        "GET /integrations/64a1/template",
        ("https://files.example.com/1",),
    ),
    case(
        "integrations: who else may use one",
        lambda c: list(c.integrations.shares("64a1")),
        [STORED],
        "GET /integrations/64a1/ashares",
        [STORED],
    ),
    case(
        "integrations: the iClients for a connection to come",
        lambda c: c.integrations.iclients("64a1", type_="http", assistant="slack"),
        {"iclients": [STORED]},
        "GET /integrations/64a1/iclients?type=http&assistant=slack",
        [STORED],
    ),
    case(
        "integrations: the tiles",
        lambda c: list(c.tiles()),
        [{"_integrationId": "64a1", "numFlows": 3}],
        "GET /tiles",
        [{"_integrationId": "64a1", "numFlows": 3}],
    ),
]
