"""A license that expires switches its installation off (protocol/resources.md#license, U21)."""

import pytest

from connector_kit.sandbox import Sandbox
from tests.sandbox.plain import FAR, code

SOON = "2098-01-31T00:00:00.000Z"
CENTURY = 100 * 365 * 24 * 3600


@pytest.fixture
def sandbox():
    """One for each test: some move the clock."""
    with Sandbox(accounts=1, bucket=0) as sandbox:
        yield sandbox


@pytest.fixture
def app(api, customer, stack, install):
    """An installation with one flow that is on and one that is off."""
    flows = []

    def build(options):
        client = api(options["bearerToken"])
        own = {"_integrationId": options["_integrationId"]}
        flows.extend(client.create("flows", disabled=item, **own)["_id"] for item in (False, True))

    stack.functions["install"] = build
    return install(), flows


@pytest.fixture
def renew(publisher, connector):
    """Change the date of the connector's only license."""

    def run(expires):
        path = f"/connectors/{connector['_id']}/licenses"
        (own,) = publisher.get(path).json()
        return publisher.put(f"{path}/{own['_id']}", {"expires": expires}).json()

    return run


def _disabled(customer, flows):
    return [customer.get(f"/flows/{flow}").json()["disabled"] for flow in flows]


def test_its_flows_are_disabled(customer, app, renew):
    _, flows = app

    renew("2020-01-01")

    assert _disabled(customer, flows) == [True, True]
    assert code(customer.post(f"/flows/{flows[0]}/run")) == (422, "license_expired")


def test_that_happens_when_its_time_comes(control, customer, app, renew):
    _, flows = app
    renew(SOON)
    assert _disabled(customer, flows) == [False, True]

    control.post("/clock", {"advance_seconds": CENTURY})

    assert _disabled(customer, flows) == [True, True]


def test_after_a_renewal_it_can_be_resumed_with_the_flows_that_were_on(customer, app, renew):
    identity, flows = app
    path = f"/integrations/{identity}/resume"
    far = "2300-01-31T00:00:00.000Z"
    renew("2020-01-01")
    assert code(customer.put(path, {})) == (422, "license_expired")

    renewed = renew(far)
    assert renewed["resumable"] is True
    assert _disabled(customer, flows) == [True, True]
    assert customer.put(path, {}).status_code == 200

    assert _disabled(customer, flows) == [False, True]
    assert "resumable" not in renew(far)
    assert code(customer.put(path, {})) == (422, "invalid_operation")


def test_it_expires_again_after_it_was_resumed(customer, app, renew):
    identity, flows = app
    renew("2020-01-01")
    customer.get("/tokenInfo")
    renew("2300-01-31T00:00:00.000Z")
    customer.put(f"/integrations/{identity}/resume", {})

    renew("2020-01-01")

    assert _disabled(customer, flows) == [True, True]


def test_a_trial_ends_like_any_other_license(sandbox, publisher, customer, connector, stack):
    path = f"/connectors/{connector['_id']}"
    publisher.put(path, {**connector, "trialEnabled": True})
    trial = {"email": sandbox.accounts[0].email, "trialEndDate": "2020-01-31"}
    publisher.post(f"{path}/licenses", trial)

    answer = customer.post(f"/integrations/{connector['_id']}/install", {})

    assert code(answer) == (422, "license_expired")


def test_an_expiry_takes_the_place_of_a_trial(sandbox, publisher, connector):
    path = f"/connectors/{connector['_id']}"
    publisher.put(path, {**connector, "trialEnabled": True})
    body = {"email": sandbox.accounts[0].email, "trialEndDate": FAR, "expires": FAR}

    assert "trialEndDate" not in publisher.post(f"{path}/licenses", body).json()
