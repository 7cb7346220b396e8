"""What a user does from end to end, against the second reading of the protocol."""

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from connector_kit.integrator import Client, Copy, Deadline, JobQuery, NoThrottle
from connector_kit.integrator.errors import Forbidden, NotFound, Refused, StillRunning
from connector_kit.sandbox import Sandbox
from tests.integrator.scripted import FakeClock, Reply, ScriptedPlatform, scripted_platform
from tests.sandbox.plain import running_application

ORDERS = [{"id": number, "total": 10 * number} for number in range(5)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(accounts=2, bucket=0, page_size=2) as sandbox:
        yield sandbox


@pytest.fixture
def user(sandbox: Sandbox) -> Iterator[Client]:
    token = sandbox.accounts[0].token
    with Client(token, base_url=sandbox.base_url, throttle=NoThrottle()) as client:
        yield client


@pytest.fixture
def shop() -> Iterator[ScriptedPlatform]:
    """The application behind the connections."""
    with scripted_platform() as application:
        yield application


@pytest.fixture
def busy_shop() -> Iterator[Any]:
    """An application that gives its orders when it is let go."""
    with running_application() as application:
        application.host, application.let_go = application.uri, threading.Event()
        application.answers["GET /orders"] = lambda _: (
            200,
            ORDERS if application.let_go.wait(20) else [],
            {},
        )
        yield application
        application.let_go.set()


class Orders:
    """An integration with a connection, an export, an import and a flow."""

    def __init__(self, user: Client, shop: ScriptedPlatform) -> None:
        self.integration = user.integrations.create({"name": "Orders"})["_id"]
        of_it = {"_integrationId": self.integration}
        http = {"baseURI": shop.host, "mediaType": "json"}
        self.shop = user.integrations.create_connection(
            self.integration, {"name": "Shop", "type": "http", "http": http, **of_it}
        )["_id"]
        get = {"relativeURI": "/orders", "method": "GET"}
        post = {"relativeURI": ["/orders"], "method": ["POST"]}
        uses = {"_connectionId": self.shop, **of_it}
        self.export = user.exports.create({"name": "Read", "http": get, **uses})
        self.import_ = user.imports.create({"name": "Write", "http": post, **uses})
        step = {"type": "import", "_importId": self.import_["_id"]}
        self.flow = user.flows.create(
            {
                "name": "Orders",
                "pageGenerators": [{"_exportId": self.export["_id"]}],
                "pageProcessors": [step],
                **of_it,
            }
        )["_id"]


@pytest.fixture
def orders(user: Client, shop: ScriptedPlatform) -> Orders:
    return Orders(user, shop)


def stage(sandbox: Sandbox, what: str, body: dict[str, Any]) -> Any:
    account = sandbox.accounts[0].account_id
    url = f"{sandbox.control_url}/accounts/{account}/{what}"
    answer = requests.post(url, json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


def stage_failures(sandbox: Sandbox, orders: Orders, count: int) -> dict[str, Any]:
    job = stage(sandbox, "jobs", {"type": "flow", "_flowId": orders.flow, "numSuccess": 7})
    errors = [{"code": "bad", "retryData": {"id": number}} for number in range(count)]
    step = {"_flowId": orders.flow, "_expOrImpId": orders.import_["_id"]}
    stage(sandbox, "errors", {**step, "_jobId": job["_id"], "errors": errors})
    return job


def test_an_export_is_previewed_run_and_paged(user, shop, orders):
    shop.plays(Reply(200, ORDERS))

    assert user.exports.preview(orders.export, integration_id=orders.integration)["data"] == ORDERS
    assert user.exports.invoke(orders.export["_id"])["data"] == ORDERS
    by_identifier = user.exports.invoke_by_identifier(orders.export["apiIdentifier"])
    assert by_identifier["data"] == ORDERS
    virtual = {"pageSize": 2, "http": {"relativeURI": "/orders", "method": "GET"}}
    assert user.connections.export(orders.shop, virtual)["data"] == ORDERS
    pages = list(user.connections.export_pages(orders.shop, virtual))
    assert [page["data"] for page in pages] == [ORDERS[:2], ORDERS[2:4], ORDERS[4:]]


def test_a_paged_export_goes_on_from_a_state_that_nobody_changed(user, shop, orders):
    shop.plays(Reply(200, ORDERS))
    virtual = {"pageSize": 2, "http": {"relativeURI": "/orders", "method": "GET"}}
    state = next(user.connections.export_pages(orders.shop, virtual))["pagedExportState"]

    rest = list(user.connections.export_pages(orders.shop, virtual, state=state))
    assert [page["data"] for page in rest] == [ORDERS[2:4], ORDERS[4:]]
    with pytest.raises(Refused):
        list(user.connections.export_pages(orders.shop, virtual, state={**state, "pageIndex": 9}))


def test_an_import_is_mapped_and_run(user, shop, orders):
    shop.plays(Reply(201, {"id": "77"}))
    fields = [{"extract": "total", "generate": "amount"}]
    virtual = {"mapping": {"fields": fields}, "http": orders.import_["http"]}

    mapped = user.connections.preview_mapping(orders.shop, virtual, [{"total": 4}])
    assert mapped == [{"amount": 4}]
    assert shop.received == []
    results = user.connections.import_records(orders.shop, virtual, [{"total": 4}, {"total": 7}])
    assert [result["statusCode"] for result in results] == [200, 200]
    assert [item.json for item in shop.received] == [{"amount": 4}, {"amount": 7}]
    assert user.imports.map(orders.import_["_id"], [{"a": 1}]) == [{"a": 1}]
    assert user.imports.invoke(orders.import_["_id"], [{"a": 1}])[0]["statusCode"] == 200


def test_the_application_is_asked_through_the_proxy(user, shop, orders):
    shop.plays(Reply(201, {"id": "77"}))

    answer = user.connections.proxy(orders.shop, "PUT", "/orders/7?dry=1", {"total": 4})

    assert (answer.status, answer.json()) == (201, {"id": "77"})
    assert shop.received[-1].line == "PUT /orders/7?dry=1"
    assert shop.received[-1].json == {"total": 4}


def test_a_connection_has_users_logs_and_pings(user, shop, orders):
    shop.plays(Reply(200, ORDERS))

    assert user.connections.ping(orders.shop, flow_id=orders.flow).ok
    used_by = user.connections.dependencies(orders.shop)
    assert [export["id"] for export in used_by["exports"]] == [orders.export["_id"]]
    assert user.connections.iclients(orders.shop) == []
    assert user.connections.check_package(orders.shop, "suiteapp")["success"] is False
    assert isinstance(user.connections.debug_log(orders.shop, orders.export["_id"]), str)
    user.connections.clear_debug_log(orders.shop)


def test_a_connection_is_registered_and_replaced(user, shop, orders):
    other = Orders(user, shop)
    user.integrations.register_connections(orders.integration, [other.shop])
    registered = user.integrations.get(orders.integration)["_registeredConnectionIds"]
    assert registered == [orders.shop, other.shop]

    user.flows.replace_connection(orders.flow, orders.shop, other.shop)
    assert user.exports.get(orders.export["_id"])["_connectionId"] == other.shop
    user.exports.replace_connection(orders.export["_id"], orders.shop)
    assert user.exports.get(orders.export["_id"])["_connectionId"] == orders.shop
    user.integrations.unregister_connection(orders.integration, other.shop)
    registered = user.integrations.get(orders.integration)["_registeredConnectionIds"]
    assert registered == [orders.shop]


def test_a_flow_is_run_watched_and_cancelled(user, busy_shop):
    clock, orders = FakeClock(), Orders(user, busy_shop)
    job_id = user.flows.run(orders.flow, start_date=datetime(2026, 1, 5, tzinfo=UTC))

    assert user.flows.latest_job(orders.flow)["_id"] == job_id
    assert [family["_id"] for family in user.jobs.families([job_id])] == [job_id]
    with pytest.raises(StillRunning):
        list(user.jobs.watch(job_id, deadline=Deadline.after(7, clock=clock), clock=clock))
    user.jobs.cancel(job_id)
    busy_shop.let_go.set()
    *_, state = user.jobs.watch(job_id, clock=clock)
    assert (state.status, state.is_done) == ("canceled", True)


def test_jobs_are_found_by_what_was_asked(sandbox, user, orders):
    jobs = [
        stage(sandbox, "jobs", {"type": "flow", "_flowId": orders.flow, **fields})
        for fields in (
            {"status": "completed", "numSuccess": 1},
            {"status": "failed", "numError": 2},
            {"status": "canceled"},
            {"type": "export", "status": "completed"},
        )
    ]

    def found(**wanted: Any) -> list[int]:
        ids = [job["_id"] for job in jobs]
        query = JobQuery(flow_id=orders.flow, **wanted)
        return [ids.index(job["_id"]) for job in user.jobs.list(query)]

    assert found() == [0, 1, 2, 3]
    assert found(types=("flow",)) == [0, 1, 2]
    assert found(types=("export", "import")) == [3]
    assert found(statuses=("failed", "canceled")) == [1, 2]
    assert found(min_error=1) == [1]
    assert found(min_success=1, max_success=1) == [0]
    assert found(created_to=datetime(2020, 1, 1, tzinfo=UTC)) == []
    assert found(flow_ids=(orders.flow, "0" * 24)) == [0, 1, 2, 3]


def test_errors_of_a_step_are_read_resolved_and_purged(sandbox, user, orders):
    stage_failures(sandbox, orders, 5)
    step = user.flows.step(orders.flow, orders.import_["_id"])
    open_ids = [document["errorId"] for document in step.open()]
    assert len(open_ids) == 5

    step.resolve(open_ids[:3])
    assert [document["errorId"] for document in step.open()] == open_ids[3:]
    assert [document["errorId"] for document in step.resolved()] == open_ids[:3]
    step.purge(open_ids[:2])
    assert [document["errorId"] for document in step.resolved()] == open_ids[2:3]
    (count,) = user.flows.error_counts(orders.flow)
    assert (count["_expOrImpId"], count["numError"]) == (orders.import_["_id"], 2)
    of_integration = user.integrations.error_counts(orders.integration)
    assert [(document["_flowId"], document["numError"]) for document in of_integration] == [
        (orders.flow, 2)
    ]
    step.assign(open_ids[3:], email=sandbox.accounts[0].email)
    step.tag(open_ids[3:], ["mine"])
    assert [document["tags"] for document in step.open()] == [["mine"], ["mine"]]
    assert "mine" in [tag["tagId"] for tag in user.tags()]
    assert len(step.open_file_urls()) == len(step.resolved_file_urls()) == 1


def test_a_failed_record_is_corrected_and_retried(sandbox, user, orders):
    stage_failures(sandbox, orders, 2)
    step = user.flows.step(orders.flow, orders.import_["_id"])
    first, second = step.open()

    data = step.retry_data(first["retryDataKey"])
    step.replace_retry_data(first["retryDataKey"], {**data, "data": {"id": 99}})
    assert step.retry_data(first["retryDataKey"])["data"] == {"id": 99}
    (job_id,) = step.retry([first["retryDataKey"]])
    assert user.jobs.get(job_id)["type"] == "retry"
    assert len(step.retry_errors([second["errorId"]])) == 1


def test_job_errors_are_answered_or_are_a_file(sandbox, user, orders):
    few = stage_failures(sandbox, orders, 2)
    many = stage_failures(sandbox, orders, 1001)

    answered = user.jobs.errors(user.jobs.get(few["_id"]))
    assert [record["code"] for record in answered.records] == ["bad", "bad"]
    assert len(list(user.jobs.error_records(few["_id"]))) == 2
    (url,) = user.jobs.errors(user.jobs.get(many["_id"])).file_urls
    assert len(requests.get(url, timeout=60).json()) == 1001


def test_classic_errors_are_retried(sandbox, user, orders):
    job = stage_failures(sandbox, orders, 3)
    first, second, _ = user.jobs.inline_errors(job["_id"])

    assert user.jobs.retry_record(job["_id"], first["_retryId"])["type"] == "retry"
    retried = user.jobs.retry_records(job["_id"], [second["_retryId"]])
    assert retried["_retryOfJobId"] == job["_id"]
    assert user.jobs.retry(job["_id"])["type"] == "retry"
    assert user.jobs.retry_jobs([job["_id"]])["type"] == "bulk_retry"
    assert user.jobs.retry_flows([orders.flow])["type"] == "bulk_retry"
    assert user.jobs.retry_integration(orders.integration)["type"] == "bulk_retry"
    assert len(list(user.retries.list(job_id=job["_id"]))) == 3
    user.retries.replace_data(first["_retryId"], {"id": 99})
    assert user.retries.data(first["_retryId"]) == {"id": 99}


def test_classic_errors_are_resolved(sandbox, user, orders):
    job = stage_failures(sandbox, orders, 3)
    first, *_ = user.jobs.inline_errors(job["_id"])

    user.jobs.resolve_error(job["_id"], first["_id"])
    assert user.jobs.get(job["_id"])["numResolved"] == 1
    user.jobs.resolve_jobs([job["_id"]])
    assert user.jobs.get(job["_id"])["numResolved"] == 3


def test_usage_is_what_the_jobs_say(sandbox, user, orders):
    ran = {"type": "flow", "_flowId": orders.flow, "_integrationId": orders.integration}
    for _ in range(3):
        stage(sandbox, "jobs", {**ran, "numSuccess": 10, "numError": 1})

    (row,) = user.usage(integration_ids=[orders.integration])

    assert (row.flow_id, row.runs, row.records, row.errors) == (orders.flow, 3, 30, 3)


def test_a_flow_is_cloned_into_another_integration(user, orders):
    target = user.integrations.create({"name": "Copies"})["_id"]
    preview = user.flows.clone_preview(orders.flow)
    assert {object_["model"] for object_ in preview["objects"]} == {"Export", "Import", "Flow"}

    copy = Copy(connections={orders.shop: orders.shop}, integration_id=target)
    made = user.flows.clone(orders.flow, copy)

    assert {document["model"] for document in made} == {"Export", "Import", "Flow"}
    assert len(list(user.integrations.flows(target))) == 1
    with pytest.raises(Refused) as caught:
        user.flows.clone(orders.flow, Copy(integration_id=target))
    assert caught.value.field == f"connectionMap.{orders.shop}"


def test_an_integration_is_cloned_and_installed_step_by_step(user, orders):
    (made,) = user.integrations.clone(orders.integration, Copy(as_installation=True))
    clone = made["_integrationId"]
    wizard = user.integrations.install_steps(clone)

    answered = 0
    while not wizard.done:
        is_connection = wizard.current["type"] == "connection"
        body = {"_connectionId": orders.shop} if is_connection else None
        wizard = user.integrations.answer_install_step(clone, body)
        answered += 1

    assert answered >= 1
    assert user.integrations.get(clone)["mode"] == "settings"
    assert len(list(user.integrations.flows(clone))) == 1


def test_a_step_that_is_not_due_is_refused(user, orders):
    with pytest.raises(Refused):
        user.integrations.answer_install_step(orders.integration)


def test_people_are_invited_and_told(sandbox, user, orders):
    email = sandbox.accounts[1].email
    one = [{"_integrationId": orders.integration, "accessLevel": "monitor"}]

    share = user.users.invite(email, integrations=one)["_id"]
    assert user.users.get(share)["integrationAccessLevel"] == one
    assert [share["_id"] for share in user.integrations.shares(orders.integration)] == [share]
    user.users.update(share, {"accessLevel": "manage"})
    wanted = {"_flowId": orders.flow, "subscribed": True, "subscribedByUserEmail": email}
    user.notifications.update([wanted])
    told = list(user.notifications.list(of_all_users=True))
    assert [(document["_flowId"], document["subscribedByUser"]["email"]) for document in told] == [
        (orders.flow, email)
    ]
    assert list(user.notifications.list()) == []
    user.users.disable(share)


def test_changes_are_logged_and_deletions_can_be_undone(user):
    name = uuid.uuid4().hex
    made = user.integrations.create({"name": name})["_id"]
    user.integrations.delete(made)
    with pytest.raises(NotFound):
        user.integrations.get(made)

    user.recycle_bin.restore("integrations", made)
    assert user.integrations.get(made)["name"] == name
    user.integrations.delete(made)
    assert made in [document["doc"]["_id"] for document in user.recycle_bin.list()]
    user.recycle_bin.purge("integrations", made)
    with pytest.raises(NotFound):
        user.recycle_bin.restore("integrations", made)

    by_link, by_offset = list(user.audit.list()), list(user.audit.list(limit=3))
    assert by_link == by_offset
    assert made in [document["_resourceId"] for document in by_link]


def test_tokens_are_made_shown_and_renewed(sandbox, user):
    token_id = user.access_tokens.create({"name": "All", "fullAccess": True})["_id"]
    token = user.access_tokens.display(token_id)
    with Client(token, base_url=sandbox.base_url, throttle=NoThrottle()) as other:
        assert other.token_info()["_userId"] == sandbox.accounts[0].user_id

    assert user.access_tokens.generate(token_id) != token


def test_stacks_and_scripts_have_what_goes_with_them(sandbox, user):
    stack = user.stacks.create(
        {"name": "Kit", "type": "server", "server": {"hostURI": "https://kit.example.com"}}
    )["_id"]
    user.stacks.invite(stack, {"email": sandbox.accounts[1].email})
    shares = list(user.stack_shares.list())
    assert len(shares) == 1
    user.stack_shares.disable(shares[0]["_id"])
    script = user.scripts.create({"name": "Helpers", "content": "function f () {}"})
    assert "content" not in next(
        script for script in user.scripts.list() if script["name"] == "Helpers"
    )
    user.scripts.update(script["_id"], {**user.scripts.get(script["_id"]), "name": "Helpers 2"})
    assert list(user.scripts.logs(script["_id"], since=datetime(2026, 1, 1, tzinfo=UTC))) == []
    user.scripts.purge_logs(script["_id"])


def test_the_marketplace_and_the_start_page_are_read(user, orders):
    assert list(user.published()) == []
    assert list(user.templates.published()) == []
    assert [tile for tile in user.tiles() if tile["_integrationId"] == orders.integration]
    assert len(user.integrations.template_urls(orders.integration)) == 1
    assert user.flows.last_export_date(orders.flow) is None


def test_a_user_cannot_push_updates(user):
    with pytest.raises((Forbidden, NotFound)):
        user.connectors.push_update("0" * 24, ["0" * 24])
