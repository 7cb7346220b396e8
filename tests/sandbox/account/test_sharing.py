"""Sharing an account and a stack with others (protocol/http-api.md#10, #13)."""

import pytest

from tests.sandbox.plain import code


@pytest.fixture
def guest(sandbox, api):
    return api(sandbox.accounts[1].token)


@pytest.fixture
def share(sandbox, customer, guest):
    """Invite the guest, whose requests then go to the customer's account."""

    def run(**levels):
        body = {"email": sandbox.accounts[1].email, **levels}
        made = customer.post("/invite", body)
        assert made.status_code == 201, made.text
        guest.session.headers["integrator-ashareid"] = made.json()["_id"]
        return made.json()

    return run


def test_a_guest_acts_in_the_account_that_is_shared(customer, guest, share):
    script = customer.create("scripts", content="1")
    assert code(guest.get(f"/scripts/{script['_id']}")) == (404, "not_found")

    share(accessLevel="manage")

    assert guest.get(f"/scripts/{script['_id']}").status_code == 200
    made = guest.create("scripts", content="2")
    assert customer.get(f"/scripts/{made['_id']}").status_code == 200


def test_who_monitors_reads_only(customer, guest, share):
    script = customer.create("scripts", content="1")
    share(accessLevel="monitor")

    assert guest.get(f"/scripts/{script['_id']}").status_code == 200
    assert code(guest.post("/scripts", {"name": "x"})) == (403, "forbidden")


def test_a_share_of_one_integration_reaches_nothing_else(customer, guest, share):
    mine, other = (customer.create("integrations")["_id"] for _ in range(2))
    flow = customer.create("flows", _integrationId=mine)["_id"]
    customer.create("flows", _integrationId=other)
    levels = [{"_integrationId": mine, "accessLevel": "manage"}]

    made = share(integrationAccessLevel=levels)

    assert [document["_id"] for document in guest.get("/integrations").json()] == [mine]
    assert [document["_id"] for document in guest.get("/flows").json()] == [flow]
    assert code(guest.get(f"/integrations/{other}")) == (404, "not_found")
    assert code(guest.get("/audit")) == (403, "forbidden")
    assert code(guest.post("/flows", {"name": "x"})) == (403, "forbidden")
    customer.post(f"/flows/{flow}/run")
    assert [document["_flowId"] for document in guest.get("/jobs").json()] == [flow]
    users = customer.get(f"/integrations/{mine}/ashares").json()
    assert made["_id"] in [user["_id"] for user in users]


def test_a_share_can_be_switched_off(customer, guest, share):
    made = share(accessLevel="manage")

    customer.put(f"/ashares/{made['_id']}/disable")

    assert code(guest.get("/scripts")) == (403, "forbidden")
    customer.put(f"/ashares/{made['_id']}/disable")
    assert guest.get("/scripts").status_code == 200


def test_nobody_acts_by_the_share_of_another(sandbox, api, customer, share):
    made = share(accessLevel="manage")
    stranger = api(sandbox.accounts[2].token)
    stranger.session.headers["integrator-ashareid"] = made["_id"]

    assert code(stranger.get("/scripts")) == (403, "forbidden")


def test_what_a_guest_does_is_audited_as_theirs(sandbox, customer, guest, share):
    share(accessLevel="manage")
    made = guest.create("scripts", content="1")

    entries = customer.get("/audit?limit=100000").json()

    entry = next(entry for entry in entries if entry["_resourceId"] == made["_id"])
    assert entry["_byUserId"] == sandbox.accounts[1].user_id


def test_a_shared_stack_may_be_named_in_another_account(sandbox, customer, guest, stack):
    own = customer.create("stacks", type="server", server={"hostURI": stack.uri})["_id"]
    hooks = {"preSavePage": {"function": "keep", "_stackId": own}}
    export = {"name": "x", "type": "webhook", "hooks": hooks}
    assert code(guest.post("/exports", export)) == (422, "invalid_ref")

    share = customer.post(f"/stacks/{own}/invite", {"email": sandbox.accounts[1].email}).json()

    (shared,) = [
        document for document in guest.get("/shared/stacks").json() if document["_id"] == own
    ]
    assert shared["server"]["systemToken"] == "******"
    assert guest.post("/exports", export).status_code == 201
    customer.put(f"/sshares/{share['_id']}/disable")
    assert code(guest.post("/exports", export)) == (422, "invalid_ref")


def test_a_request_to_a_publisher_is_mailed(sandbox, customer, control, connector, license_for):
    own = license_for(0)
    path = f"/connectors/{connector['_id']}/licenses/{own['_id']}"

    customer.post(f"{path}/upgradeRequest", {"addOnName": "payouts"})

    mail = control.get("/mails").json()[-1]
    assert (mail["to"], mail["subject"]) == (sandbox.publisher.email, "upgradeRequest")
    assert mail["about"]["addOnName"] == "payouts"
    assert mail["about"]["from"] == sandbox.accounts[0].email
