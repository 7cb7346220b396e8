"""The benchmarks' sums, and the yardsticks they measure against; nothing here takes the time."""

import json
import threading
from pathlib import Path

import pytest
import requests

from connector_kit import Connection, Connector, Export, Script
from connector_kit.blueprint import Blueprint, compile_connector
from connector_kit.plan import Create, Update
from examples.commerce import v1_0, v1_1
from workshop.bench import planning
from workshop.bench.arithmetic import least_requests, lower_bound, median_ratio
from workshop.bench.bare import Call, Recording
from workshop.bench.held import HeldCalls
from workshop.bench.report import Aim, lines, merged, write

SHOP, ORDERS = "a" * 24, "b" * 24


class Small(Connector):
    name = "Small"
    version = "1.0.0"
    shop = Connection(
        "Shop",
        type="http",
        http={
            "baseURI": "https://shop.example.com",
            "mediaType": "json",
            "auth": {"type": "basic"},
            "ping": {"relativeURI": "/", "method": "GET"},
        },
    )
    rules = Script("Rules", content="function rule() {}")


class WithExport(Small):
    version = "1.1.0"
    orders = Export("Orders", connection=Small.shop, http={"relativeURI": "/orders"})


class WithOtherScript(Small):
    version = "1.1.0"
    rules = Script("Rules", content="function rule() { return 1; }")


class TestRatios:
    def test_are_the_median_of_neighbours(self):
        assert median_ratio([(2, 1), (9, 3), (40, 10)]) == 3

    def test_are_not_moved_by_a_moment_in_which_the_machine_did_something_else(self):
        assert median_ratio([(2, 1), (2, 1), (2, 50)]) == 2

    def test_need_something_that_was_measured(self):
        with pytest.raises(ValueError, match="nothing was measured"):
            median_ratio([])


class TestTheLowerBoundOfTheRateLimit:
    @pytest.mark.parametrize(
        ("requests_of", "seconds"),
        [
            pytest.param({"one": 640}, 18, id="the bucket at once, the rest as it is refilled"),
            pytest.param({"one": 100}, 0, id="nothing beyond the bucket"),
            pytest.param({"one": 40}, 0, id="less than the bucket"),
            pytest.param({"one": 130, "two": 400, "three": 10}, 10, id="the busiest account's"),
            pytest.param({}, 0, id="nothing at all"),
        ],
    )
    def test_is(self, requests_of, seconds):
        assert lower_bound(requests_of, bucket=100, rate=30.0) == seconds


class TestTheLeastRequestsOfAnUpdate:
    @pytest.mark.parametrize(
        ("before", "after", "count"),
        [
            pytest.param(Small, Small, 1 + 2 + 1, id="to look, and to lift the lock"),
            pytest.param(Small, WithExport, 1 + 3 + 1 + 1, id="one more for a new component"),
            pytest.param(WithExport, Small, 1 + 3 + 1 + 1, id="one more for one that goes"),
            pytest.param(Small, WithOtherScript, 1 + 2 + 1 + 1 + 1, id="a script is also read"),
        ],
    )
    def test_are(self, before, after, count):
        assert least_requests(compile_connector(before), compile_connector(after)) == count

    def test_of_the_example_are_counted_by_hand(self):
        before, after = map(compile_connector, (v1_0.CommerceHub, v1_1.CommerceHub))
        reads = 1 + len(("connections", "scripts", "exports", "imports", "flows")) + 1
        writes = len(("lookup", "message")) + len(("script", "order", "refunds", "stock")) + 1

        assert least_requests(before, after) == reads + writes + 1


class TestTheReport:
    def test_is_one_flat_object_of_numbers(self, tmp_path: Path):
        path = tmp_path / "build" / "bench.json"

        write(path, {"requests": 16, "ratio": 1.0666666666, "seconds": 123456.789})

        assert json.loads(path.read_text()) == {
            "requests": 16,
            "ratio": 1.067,
            "seconds": 123500,
        }

    def test_refuses_what_is_no_number(self, tmp_path: Path):
        with pytest.raises(ValueError, match="JSON compliant"):
            write(tmp_path / "bench.json", {"ratio": float("nan")})

    def test_keeps_the_figures_of_all_sections_apart(self):
        assert merged({"one": 1}, {"two": 2}) == {"one": 1, "two": 2}
        with pytest.raises(ValueError, match="two sections report one"):
            merged({"one": 1}, {"one": 2})

    def test_shows_aims_beside_figures_and_judges_nothing(self):
        shown = list(
            lines({"slow": 0.5, "none": 0, "plain": 3.0}, {"slow": Aim(0.7), "none": Aim(None, 0)})
        )

        assert [" ".join(name.split()) for name in shown] == [
            "slow 0.5 (aim: at least 0.7)",
            "none 0 (aim: at most 0)",
            "plain 3",
        ]


class TestTheBareLoopsCalls:
    def test_are_recorded_with_names_in_place_of_ids(self):
        tape = Recording("http://127.0.0.1/v1")
        tape.note(*exchange("GET", f"/connections/{SHOP}"))
        tape.note(*exchange("POST", "/exports", {"_connectionId": SHOP}, answer=ORDERS))
        tape.note(*exchange("PUT", f"/exports/{ORDERS}", {"_id": ORDERS, "other": "c" * 24}))

        assert tape.symbolic({"shop": SHOP}) == (
            Call("GET", "/connections/<<shop>>"),
            Call("POST", "/exports", '{"_connectionId": "<<shop>>"}', creates="orders"),
            Call("PUT", "/exports/<<orders>>", f'{{"_id": "<<orders>>", "other": "{"c" * 24}"}}'),
        )

    def test_take_another_accounts_ids_as_far_as_they_are_known(self):
        call = Call("PUT", "/exports/<<orders>>", '{"_connectionId": "<<shop>>"}')

        assert call.filled({"shop": SHOP}) == Call(
            "PUT", "/exports/<<orders>>", f'{{"_connectionId": "{SHOP}"}}'
        )

    def test_are_not_recorded_when_they_were_refused(self):
        with pytest.raises(requests.HTTPError):
            Recording("http://127.0.0.1/v1").note(*exchange("GET", "/exports", status=404))


def exchange(
    method: str, path: str, body: object = None, *, answer: str = "", status: int = 200
) -> tuple[requests.PreparedRequest, requests.Response]:
    """A request as the kit sends it, and an answer; *answer* is the id of what was created."""
    data = None if body is None else json.dumps(body).encode()
    request = requests.Request(method, f"http://127.0.0.1/v1{path}", data=data).prepare()
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps({"_id": answer, "externalId": "orders"}).encode()
    return request, response


def test_held_calls_are_answered_when_they_are_released():
    statuses: list[int] = []

    def call(address: str) -> None:
        answer = requests.post(address, json={"function": "update"}, timeout=60)
        statuses.append(answer.status_code)

    with HeldCalls() as held:
        for answered in (0, 1):
            caller = threading.Thread(target=call, args=[held.address])
            caller.start()
            assert held.take(1) == [{"function": "update"}]
            assert len(statuses) == answered
            held.release()
            caller.join()

    assert statuses == [200, 200]


@pytest.fixture(scope="module")
def blueprint() -> Blueprint:
    return compile_connector(planning.connector("1.0.0"))


class TestTheLargeConnector:
    def test_has_five_hundred_components(self, blueprint):
        assert len(blueprint.components) == 500

    def test_is_planned_from_nothing_as_so_many_creates(self, blueprint):
        integration = planning.account_of(blueprint)[-1:]

        plan = planning.plan(blueprint, None, integration)

        assert sum(isinstance(step, Create) for step in plan.steps) == 500

    def test_is_planned_as_nothing_to_do_when_it_is_installed(self, blueprint):
        assert not planning.plan(blueprint, blueprint, planning.account_of(blueprint))

    def test_is_updated_where_it_changed(self, blueprint):
        following = compile_connector(planning.connector("1.1.0", changed=planning.CHANGED))

        plan = planning.plan(following, blueprint, planning.account_of(blueprint))

        updated = [step.external_id for step in plan.steps if isinstance(step, Update)]
        assert updated == [f"import_{number}" for number in planning.CHANGED]
        assert len(plan.steps) == 501
