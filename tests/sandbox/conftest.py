"""A sandbox per module, a plain client for each of its accounts, and a stack."""

import pytest

from connector_kit.sandbox import Sandbox
from tests.sandbox.plain import CONNECTOR, FAR, Api, running_application, running_stack
from tests.sandbox.world import World


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(accounts=3, bucket=0, page_size=10) as sandbox:
        yield sandbox


@pytest.fixture
def api(sandbox):
    """Make clients: `api(token)`."""
    made = []

    def make(token=None, **kwargs):
        made.append(Api(sandbox.base_url, token, **kwargs))
        return made[-1]

    yield make
    for item in made:
        item.close()


@pytest.fixture
def control(sandbox):
    """The sandbox's own routes; faults are off again afterwards."""
    control = Api(sandbox.control_url)
    yield control
    control.post("/faults", {})
    control.close()


@pytest.fixture
def customer(sandbox, api):
    return api(sandbox.accounts[0].token)


@pytest.fixture
def publisher(sandbox, api):
    return api(sandbox.publisher_token)


@pytest.fixture
def stack():
    with running_stack() as (stack, uri):
        stack.uri = uri
        yield stack


@pytest.fixture
def connector(publisher, stack):
    """A listing whose functions run on `stack`."""
    record = publisher.create(
        "stacks", type="server", server={"hostURI": stack.uri, "systemToken": "system"}
    )
    return publisher.create("connectors", **CONNECTOR, _stackId=record["_id"])


@pytest.fixture
def license_for(sandbox, publisher, connector):
    """Grant a license to a customer by number: `license_for(0, opts={...})`."""

    def grant(number, **fields):
        body = {"email": sandbox.accounts[number].email, "expires": FAR, **fields}
        answer = publisher.post(f"/connectors/{connector['_id']}/licenses", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return grant


@pytest.fixture
def install(sandbox, api, connector, license_for):
    """Install the connector for a customer by number; returns the integration's id."""

    def run(number=0, **asked):
        license_for(number)
        customer = api(sandbox.accounts[number].token)
        answer = customer.post(f"/integrations/{connector['_id']}/install", asked)
        assert answer.status_code == 200, answer.text
        return answer.json()["_integrationId"]

    return run


@pytest.fixture(scope="module")
def world(sandbox):
    """Documents for rows of the reference, made when they are first named."""
    with running_stack() as (stack, uri), running_application() as application:
        stack.uri = uri
        world = World(sandbox, stack, application)
        yield world
        world.close()


@pytest.fixture
def application():
    """An application on this machine."""
    with running_application() as application:
        yield application
