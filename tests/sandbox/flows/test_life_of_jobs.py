"""Jobs over the end of a sandbox, from a command, and what they leave in logs."""

import json
import signal
import threading
from contextlib import contextmanager

from connector_kit.sandbox import Sandbox
from tests.sandbox.flows.plant import Plant, counts
from tests.sandbox.plain import Api
from tests.sandbox.test_command import COMMANDS, _start


@contextmanager
def planted(sandbox, stack, application):
    """A plant of its own sandbox."""
    account, control = Api(sandbox.base_url, sandbox.accounts[0].token), Api(sandbox.control_url)
    yield Plant(sandbox, account, control, stack, application)
    account.close()
    control.close()


def test_a_sandbox_that_stops_ends_what_runs_and_keeps_what_waits(tmp_path, stack, application):
    reached, let_go = threading.Event(), threading.Event()

    def hold(_):
        reached.set()
        let_go.wait(20)
        return 200, {"id": 1}, {}

    application.answers["POST /items"] = hold
    path = tmp_path / "sandbox.json"
    with Sandbox(bucket=0, snapshot=path) as first, planted(first, stack, application) as plant:
        flow = plant.flow(plant.export(), [plant.import_()])
        running, waiting = plant.start(flow), plant.start(flow)
        assert reached.wait(20)
    let_go.set()

    with Sandbox(bucket=0, snapshot=path) as second, planted(second, stack, application) as plant:
        plant.drain()
        assert plant.job(running)["status"] == "canceled"
        ended = [child["status"] for child in plant.children(plant.job(running))]
        assert ended == ["completed", "canceled"]
        assert (plant.job(waiting)["status"], counts(plant.job(waiting))) == (
            "completed",
            (6, 0, 0),
        )


def test_the_command_serves_flows_that_run(stack, application):
    with _start(COMMANDS["django"], "--port", "0", "--json", "--bucket", "0") as process:
        ready = json.loads(process.stdout.readline())
        account = Api(ready["base_url"], ready["account_tokens"][0])
        control = Api(ready["control_url"])
        plant = Plant(None, account, control, stack, application)
        job = plant.run(plant.flow(plant.export(), [plant.import_()]))
        in_flight = control.get("/counters").json()["jobs_in_flight"]
        account.close()
        control.close()
        process.send_signal(signal.SIGTERM)
        rest, complaints = process.communicate(timeout=60)

    assert (counts(job), in_flight) == ((6, 0, 0), 0)
    assert (rest, complaints, process.returncode) == ("", "", 0)


def test_requests_of_a_step_are_logged_while_its_connection_is_debugged(plant):
    connection = plant.customer.get(f"/connections/{plant.connection}").json()
    debugged = {**connection, "debugDate": "2099-01-01T00:00:00.000Z"}
    plant.customer.put(f"/connections/{plant.connection}", debugged)
    import_ = plant.import_()
    flow = plant.flow(plant.export(), [import_])

    plant.run(flow)

    path = f"/flows/{flow}/{import_}/requests"
    logged = plant.customer.get(path).json()["requests"]
    assert [(document["method"], document["statusCode"]) for document in logged] == [
        ("POST", 200)
    ] * 3
    assert plant.customer.get(f"{path}/{logged[0]['key']}").json() == logged[0]
