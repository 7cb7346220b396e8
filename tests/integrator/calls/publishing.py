"""Connectors, licenses, and what goes with them (protocol/http-api.md, sections 9 and 10)."""

from connector_kit.integrator import Copy
from tests.integrator.calls.case import DONE, NOTHING, Sent, case, crud
from tests.integrator.scripted import STORED, Reply

LOGGED = {"time": 1767225600000, "message": "hello"}

CASES = [
    *crud("connectors", "connectors"),
    *crud("iclients", "iclients"),
    *crud("templates", "templates"),
    *crud("stacks", "stacks"),
    *crud("scripts", "scripts", content="function f () {}"),
    *crud("access_tokens", "accesstokens"),
    case(
        "connectors: the install base",
        lambda c: list(c.connectors.install_base("64ff")),
        [{"_integrationId": "64a1", "somethingNew": 1}],
        "GET /connectors/64ff/installBase",
        [{"_integrationId": "64a1", "somethingNew": 1}],
    ),
    case(
        "connectors: an update is pushed",
        lambda c: c.connectors.push_update("64ff", ("64a1", "64a2")),
        DONE,
        Sent("PUT /connectors/64ff/update", {"_integrationIds": ["64a1", "64a2"]}),
    ),
    case(
        "licenses: every one of a connector",
        lambda c: list(c.connectors.licenses("64ff").list()),
        [STORED],
        "GET /connectors/64ff/licenses",
        [STORED],
    ),
    case(
        "licenses: one is made",
        lambda c: c.connectors.licenses("64ff").create({"email": "a@example.com"}),
        Reply(201, STORED),
        Sent("POST /connectors/64ff/licenses", {"email": "a@example.com"}),
        STORED,
    ),
    case(
        "licenses: one is read",
        lambda c: c.connectors.licenses("64ff").get("6460"),
        STORED,
        "GET /connectors/64ff/licenses/6460",
        STORED,
    ),
    case(
        "licenses: one is replaced, without its e-mail",
        lambda c: c.connectors.licenses("64ff").update("6460", {"expires": "2100-01-01"}),
        STORED,
        Sent("PUT /connectors/64ff/licenses/6460", {"expires": "2100-01-01"}),
        STORED,
    ),
    case(
        "licenses: one is deleted",
        lambda c: c.connectors.licenses("64ff").delete("6460"),
        NOTHING,
        "DELETE /connectors/64ff/licenses/6460",
    ),
    case(
        "licenses: a user asks for an add-on",
        lambda c: c.connectors.licenses("64ff").request_upgrade(
            "6460", connector_name="Orders", integration_id="64a1", add_on_name="Payouts"
        ),
        DONE,
        Sent(
            "POST /connectors/64ff/licenses/6460/upgradeRequest",
            {
                "_connectorId": "64ff",
                "connectorName": "Orders",
                "_integrationId": "64a1",
                "_id": "6460",
                "addOnName": "Payouts",
            },
        ),
    ),
    case(
        "licenses: a user asks for a renewal",
        lambda c: c.connectors.licenses("64ff").request_renewal(
            "6460", connector_name="Orders", integration_id="64a1"
        ),
        DONE,
        Sent(
            "POST /connectors/64ff/licenses/6460/renewRequest",
            {
                "_connectorId": "64ff",
                "connectorName": "Orders",
                "_integrationId": "64a1",
                "_id": "6460",
            },
        ),
    ),
    case(
        "licenses: a user's own",
        lambda c: list(c.licenses.list()),
        [{"type": "integrator"}],
        "GET /licenses",
        [{"type": "integrator"}],
    ),
    case(
        "licenses: a user asks for one",
        lambda c: c.licenses.request(connector_name="Orders", connector_id="64ff"),
        DONE,
        Sent("POST /licenses/request", {"connectorName": "Orders", "_connectorId": "64ff"}),
    ),
    case(
        "marketplace: its connectors",
        lambda c: list(c.published()),
        [STORED],
        "GET /published",
        [STORED],
    ),
    case(
        "marketplace: its templates",
        lambda c: list(c.templates.published()),
        [STORED],
        "GET /templates/published",
        [STORED],
    ),
    case(
        "templates: what one would make",
        lambda c: c.templates.preview("64b0"),
        {"objects": []},
        "GET /templates/64b0/preview",
        {"objects": []},
    ),
    case(
        "templates: one is installed",
        lambda c: c.templates.install("64b0", Copy(connections={"64c1": "64c2"})),
        Reply(201, [{"model": "Integration", "_id": "64a1"}]),
        Sent("POST /integrations/template/64b0", {"connectionMap": {"64c1": "64c2"}}),
        [{"model": "Integration", "_id": "64a1"}],
    ),
    case(
        "stacks: the system token",
        lambda c: c.stacks.system_token("64f0"),
        {"systemToken": "sys"},
        "GET /stacks/64f0/systemToken",
        "sys",
    ),
    case(
        "stacks: a new system token is read after it was made",
        lambda c: c.stacks.renew_system_token("64f0"),
        (Reply(200, b"OK"), {"systemToken": "new"}),
        [Sent("DELETE /stacks/64f0/systemToken"), Sent("GET /stacks/64f0/systemToken")],
        "new",
    ),
    case(
        "stacks: one is shared",
        lambda c: c.stacks.invite("64f0", {"email": "a@example.com"}),
        NOTHING,
        Sent("POST /stacks/64f0/invite", {"email": "a@example.com"}),
    ),
    case(
        "stacks: with whom they are shared",
        lambda c: list(c.stack_shares.list()),
        [STORED],
        "GET /sshares",
        [STORED],
    ),
    case(
        "stacks: one is shared no longer",
        lambda c: c.stack_shares.disable("6455"),
        NOTHING,
        "PUT /sshares/6455/disable",
    ),
    case(
        "stacks: those of others",
        lambda c: list(c.stacks.shared_with_us()),
        [STORED],
        "GET /shared/stacks",
        [STORED],
    ),
    case(
        "scripts: what one has logged, page after page",
        lambda c: list(
            c.scripts.logs(
                "6440",
                since=1000,
                until=2000,
                flow_id="64f1",
                resource_id="64e1",
                function_type="preSavePage",
            )
        ),
        ({"logs": [LOGGED], "nextPageURL": "/v1/scripts/6440/logs?after=1"}, {"logs": []}),
        [
            Sent(
                "GET /scripts/6440/logs?time_gt=1000&time_lte=2000&_flowId=64f1"
                "&_resourceId=64e1&functionType=preSavePage"
            ),
            Sent("GET /scripts/6440/logs?after=1"),
        ],
        [LOGGED],
    ),
    case(
        "scripts: what one has logged is purged",
        lambda c: c.scripts.purge_logs("6440"),
        NOTHING,
        "DELETE /scripts/6440/logs",
    ),
    case(
        "accesstokens: one is shown",
        lambda c: c.access_tokens.display("6470"),
        {"token": "tok-1"},
        "GET /accesstokens/6470/display",
        "tok-1",
    ),
    case(
        "accesstokens: one is renewed",
        lambda c: c.access_tokens.generate("6470"),
        {"token": "tok-2"},
        "POST /accesstokens/6470/generate",
        "tok-2",
    ),
]
