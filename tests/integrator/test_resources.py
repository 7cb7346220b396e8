"""Each call as it arrives at the platform, and its answer as the caller gets it."""

import pytest

from connector_kit.integrator import Ping
from connector_kit.integrator.errors import NotFound, Refused
from tests.integrator.conftest import TOKEN
from tests.integrator.scripted import STORED, Reply

NOTHING = Reply(204)
STEPS = [{"name": "Shop", "uninstallerFunction": "remove_shop"}]


@pytest.mark.parametrize(
    ("call", "reply", "line", "sent", "answer"),
    [
        (
            lambda c: c.token_info(),
            {"_userId": "64b0", "scope": "*"},
            "GET /v1/tokenInfo",
            None,
            {"_userId": "64b0", "scope": "*"},
        ),
        (lambda c: c.exports.get("64a1"), STORED, "GET /v1/exports/64a1", None, STORED),
        (lambda c: c.flows.create({"name": "x"}), STORED, "POST /v1/flows", {"name": "x"}, STORED),
        (
            lambda c: c.imports.update("64a1", {"name": "x"}),
            STORED,
            "PUT /v1/imports/64a1",
            {"name": "x"},
            STORED,
        ),
        (
            lambda c: c.scripts.patch("64a1", [{"op": "replace", "path": "/n", "value": 1}]),
            NOTHING,
            "PATCH /v1/scripts/64a1",
            [{"op": "replace", "path": "/n", "value": 1}],
            None,
        ),
        (
            lambda c: c.connections.delete("64a1"),
            NOTHING,
            "DELETE /v1/connections/64a1",
            None,
            None,
        ),
        (
            lambda c: c.resource("asynchelpers").get("64a1"),
            STORED,
            "GET /v1/asynchelpers/64a1",
            None,
            STORED,
        ),
        (lambda c: c.exports.get("a/b ?"), STORED, "GET /v1/exports/a%2Fb%20%3F", None, STORED),
        (
            lambda c: list(c.flows.list(exclude="schedule", fetchQueueSize=True)),
            [STORED],
            "GET /v1/flows?exclude=schedule&fetchQueueSize=true",
            None,
            [STORED],
        ),
        (
            lambda c: c.connectors.push_update("64ff", ("64a1", "64a2")),
            Reply(200),
            "PUT /v1/connectors/64ff/update",
            {"_integrationIds": ["64a1", "64a2"]},
            None,
        ),
        (
            lambda c: list(c.connectors.install_base("64ff")),
            [{"_integrationId": "64a1"}],
            "GET /v1/connectors/64ff/installBase",
            None,
            [{"_integrationId": "64a1"}],
        ),
        (
            lambda c: c.connectors.licenses("64ff").create({"email": "a@example.com"}),
            STORED,
            "POST /v1/connectors/64ff/licenses",
            {"email": "a@example.com"},
            STORED,
        ),
        (
            lambda c: c.stacks.system_token("64f0"),
            {"systemToken": "sys"},
            "GET /v1/stacks/64f0/systemToken",
            None,
            "sys",
        ),
        (
            lambda c: c.integrations.install("64ff", sandbox=True, tag="EU"),
            {"_integrationId": "64a1"},
            "POST /v1/integrations/64ff/install",
            {"sandbox": True, "tag": "EU"},
            {"_integrationId": "64a1"},
        ),
        (
            lambda c: c.integrations.install("64ff"),
            NOTHING,
            "POST /v1/integrations/64ff/install",
            {"sandbox": False},
            {},
        ),
        (
            lambda c: c.integrations.installer_step("64a1", "verify_shop", {"formVal": {"a": 1}}),
            {"success": True},
            "PUT /v1/integrations/64a1/installer/verify_shop",
            {"formVal": {"a": 1}},
            {"success": True},
        ),
        (
            lambda c: c.integrations.pre_uninstall("64a1"),
            STEPS,
            "PUT /v1/integrations/64a1/uninstaller/preUninstallFunction",
            {},
            STEPS,
        ),
        (
            lambda c: c.integrations.uninstaller_step("64a1", "remove_shop"),
            {"success": True},
            "PUT /v1/integrations/64a1/uninstaller/remove_shop",
            {},
            {"success": True},
        ),
        (
            lambda c: c.integrations.uninstall("64a1"),
            NOTHING,
            "DELETE /v1/integrations/64a1/install",
            {},
            None,
        ),
        (lambda c: c.state().keys(), {"keys": ["a", "b"]}, "GET /v1/state", None, ("a", "b")),
        (
            lambda c: c.state("integrations", "64a1").get("up/date"),
            {"to": "1.1.0"},
            "GET /v1/integrations/64a1/state/up%2Fdate",
            None,
            {"to": "1.1.0"},
        ),
        (lambda c: c.state().get("k"), Reply(200, b"null"), "GET /v1/state/k", None, None),
        (
            lambda c: c.state("imports", "64a1").put("k", [1, None]),
            Reply(201, b"Created"),
            "PUT /v1/imports/64a1/state/k",
            [1, None],
            None,
        ),
        (lambda c: c.state().put("k", 1), Reply(200, b"OK"), "PUT /v1/state/k", 1, None),
        (lambda c: c.state().delete("k"), NOTHING, "DELETE /v1/state/k", None, None),
        (
            lambda c: c.state("imports", "64a1").clear(),
            Reply(200, b"OK"),
            "DELETE /v1/imports/64a1/state",
            None,
            None,
        ),
    ],
)
def test_a_call_is_one_request_with_one_answer(client, platform, call, reply, line, sent, answer):
    platform.plays(reply if isinstance(reply, Reply) else Reply(200, reply))

    assert call(client) == answer

    (received,) = platform.received
    assert received.line == line
    assert (received.json if received.content else None) == sent


def test_a_renewed_system_token_is_read_after_it_was_made(client, platform):
    platform.plays(Reply(200), Reply(200, {"systemToken": "new"}))

    assert client.stacks.renew_system_token("64f0") == "new"
    assert platform.lines == [
        "DELETE /v1/stacks/64f0/systemToken",
        "GET /v1/stacks/64f0/systemToken",
    ]


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

        assert [each["_id"] for each in client.exports.list(exclude="mapping")] == ["1", "2", "3"]
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

        with pytest.raises(Refused, match="names itself as the next page"):
            list(client.exports.list())
