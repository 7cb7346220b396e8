"""The sandbox describes itself, and nothing that fits the description breaks it."""

import pytest

from connector_kit.sandbox import openapi
from connector_kit.sandbox.routes import routes
from tests.sandbox.furnished import furnish
from tests.sandbox.plain import Api

schemathesis = pytest.importorskip("schemathesis")
hypothesis = pytest.importorskip("hypothesis")

REFERENCES = {
    f"_{word}Id": f"{word}s"
    for word in ("connection", "export", "import", "flow", "integration", "script", "stack")
}
REFERENCES |= {"_newConnectionId": "connections", "_connectorId": "connectors", "_jobId": "jobs"}
SPELLINGS = {"iClients": "iclients", "template": "templates"}


@pytest.fixture(scope="module")
def description(sandbox):
    client = Api(sandbox.control_url)
    answer = client.get("/openapi.json")
    client.close()
    assert answer.status_code == 200
    return answer.json()


def test_every_line_of_the_table_is_described(description):
    described = {
        (method.upper(), path) for path, item in description["paths"].items() for method in item
    }

    assert {(route.method, route.path) for route in routes()} <= described
    assert {("GET", "/{apiIdentifier}"), ("POST", "/{apiIdentifier}")} <= described


def test_operations_are_told_apart_and_say_what_they_do(description):
    operations = [entry for item in description["paths"].values() for entry in item.values()]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(len(operation["summary"]) > 10 for operation in operations)


def test_what_is_not_simulated_is_documented_as_501(description):
    proxy = description["paths"]["/connections/{id}/proxy"]["post"]

    assert proxy["responses"]["501"]["description"].startswith("Not simulated: ")
    assert "501" not in description["paths"]["/jobs"]["get"]["responses"]


SCHEMA = schemathesis.openapi.from_dict(openapi.description())
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}


@pytest.fixture
def furnished(sandbox, customer, control):
    account = sandbox.accounts[0]
    return furnish(customer, sandbox.publisher.email, control, account.email, account.account_id)


@pytest.mark.scale
@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_no_request_breaks_it(operation, mode, sandbox, furnished, customer):
    documented = operation.definition.raw["responses"]

    @hypothesis.settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[*hypothesis.HealthCheck],
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        _aim(case, furnished)
        answer = case.call(base_url=sandbox.base_url, session=customer.session)
        assert answer.status_code < 500 or answer.status_code == 501, answer.text
        status = str(answer.status_code)
        assert status in documented, f"{status} is not documented: {answer.text}"

    ask()


def _aim(case, ids):
    """Let most names in path and body lead to something that is there."""
    if isinstance(case.body, dict):
        _aim_fields(case.body, ids)
    word = case.operation.path.split("/")[1]
    for name, drawn in (case.path_parameters or {}).items():
        resource = SPELLINGS.get(word, word) if name == "id" else name
        if ord(str(drawn)[:1] or "a") % 4:
            case.path_parameters[name] = ids.get(resource, drawn)


def _aim_fields(body, ids):
    for name, value in body.items():
        if isinstance(value, dict):
            _aim_fields(value, ids)
        resource = REFERENCES.get(name)
        if resource and isinstance(value, str) and len(value) % 4:
            body[name] = ids[resource]
