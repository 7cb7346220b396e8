"""What calls have in common: headers, lists that come in pages, pings, and what leads nowhere."""

import pytest

from connector_kit.integrator import Ping
from connector_kit.integrator.errors import NotFound, Refused
from tests.integrator.conftest import TOKEN
from tests.integrator.scripted import STORED, Reply


def test_requests_carry_the_token_and_say_what_they_are(client, platform):
    client.exports.update("64a1", STORED)

    headers = platform.received[0].headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("body", "ping"),
    [
        ({"code": 200}, Ping(ok=True, code=200)),
        ({}, Ping(ok=True)),
        ({"code": 401}, Ping(ok=False, code=401)),
        (
            {"code": 401, "errors": [{"code": "401", "message": "Bad key"}]},
            Ping(ok=False, code=401, errors=({"code": "401", "message": "Bad key"},)),
        ),
    ],
)
def test_a_ping_says_whether_the_connection_can_log_in(client, platform, body, ping):
    platform.plays(Reply(200, body))

    assert client.connections.ping("64a1") == ping


def test_a_ping_that_is_refused_is_a_failed_ping(client, platform):
    platform.plays(Reply(422, {"errors": [{"code": "offline", "message": "No agent"}]}))

    ping = client.connections.ping("64a1")

    assert not ping.ok
    assert ping.explanation == "offline: No agent"


def test_a_ping_without_reasons_names_the_status(client, platform):
    platform.plays(Reply(200, {"code": 503}))

    assert client.connections.ping("64a1").explanation == "the application answered 503"


def test_a_ping_of_no_connection_is_an_error(client, platform):
    platform.plays(Reply(404))

    with pytest.raises(NotFound):
        client.connections.ping("64a1")


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.state().delete(""),
        lambda c: c.state("integrations", "").clear(),
        lambda c: c.state("integrations").clear(),
        lambda c: c.exports.delete(""),
        lambda c: c.exports.delete(".."),
        lambda c: c.connectors.licenses("").list(),
        lambda c: c.flows.step("64f1", ".").resolve(["4711"]),
    ],
)
def test_what_names_nothing_is_refused_before_it_means_everything(client, platform, call):
    with pytest.raises(
        ValueError, match=r"neither an id nor a key|requires its resource and its id"
    ):
        call(client)

    assert platform.received == []


def test_a_script_is_not_replaced_by_one_without_content(client, platform):
    with pytest.raises(ValueError, match="would lose its content"):
        client.scripts.update("6440", {"name": "Helpers"})

    assert platform.received == []


def test_a_wizard_knows_its_current_step(client, platform):
    platform.plays(Reply(200, [{"name": "a", "completed": True}, {"name": "b"}, {"name": "c"}]))

    wizard = client.integrations.install_steps("64a1")

    assert wizard.current == {"name": "b"}
    assert not wizard.done


def test_a_state_key_that_is_missing_is_an_error(client, platform):
    platform.plays(Reply(404))

    with pytest.raises(NotFound):
        client.state().get("k")


class TestLists:
    def test_run_over_all_pages(self, client, platform):
        platform.plays(
            Reply(200, [{"_id": "1"}], {"Link": '</v1/exports?after=1>; rel="next"'}),
            Reply(
                200,
                [{"_id": "2"}],
                {"Link": f'<{platform.base_url}/exports?after=2>; rel="next", </v1>; rel="first"'},
            ),
            Reply(200, [{"_id": "3"}], {"Link": '</v1/exports>; rel="first"'}),
        )

        assert [export["_id"] for export in client.exports.list(exclude="mapping")] == [
            "1",
            "2",
            "3",
        ]
        assert platform.lines == [
            "GET /v1/exports?exclude=mapping",
            "GET /v1/exports?after=1",
            "GET /v1/exports?after=2",
        ]

    def test_are_read_page_by_page(self, client, platform):
        platform.plays(Reply(200, [1, 2], {"Link": '</v1/exports?after=2>; rel="next"'}))

        assert next(client.exports.list()) == 1
        assert len(platform.received) == 1

    def test_never_take_the_token_to_another_host(self, client, platform):
        elsewhere = {"Link": '<https://evil.example.com/v1/exports?after=1>; rel="next"'}
        platform.plays(Reply(200, [{"_id": "1"}], elsewhere))

        with pytest.raises(Refused, match=r"another host, evil\.example\.com"):
            list(client.exports.list())

    def test_stay_on_the_origin_that_was_asked(self, client, platform):
        downgraded = platform.base_url.replace("http://127.0.0.1", "https://127.0.0.1")
        platform.plays(
            Reply(200, [1], {"Link": f'<{downgraded}/exports?after=1>; rel="next"'}),
            Reply(200, [2]),
        )

        assert list(client.exports.list()) == [1, 2]

    def test_that_lead_nowhere_end_with_an_error(self, client, platform):
        platform.plays(Reply(200, [1], {"Link": '</v1/exports>; rel="next"'}))

        with pytest.raises(Refused, match="returned itself as the next page"):
            list(client.exports.list())
