"""What the platform's refusals become, and what of them the reader gets to see."""

import pickle
from http import HTTPStatus

import pytest

from connector_kit.integrator.errors import (
    Forbidden,
    IntegratorError,
    NotFound,
    Refused,
    Transient,
    Unauthorized,
)
from tests.integrator.conftest import TOKEN
from tests.integrator.scripted import Reply


def refusal(client, platform, reply: Reply) -> IntegratorError:
    platform.plays(reply)
    with pytest.raises(IntegratorError) as caught:
        client.exports.update("64a1", {"name": "x"})
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, Unauthorized),
        (402, Forbidden),
        (403, Forbidden),
        (404, NotFound),
        (409, Refused),
        (422, Refused),
        (501, Refused),
        (302, Refused),
    ],
)
def test_a_status_becomes_the_error_that_says_what_to_do(client, platform, status, kind):
    error = refusal(client, platform, Reply(status))

    assert type(error) is kind
    assert error.status == status
    assert not isinstance(error, Transient)


def test_an_error_carries_all_that_the_platform_said(client, platform):
    first = {"code": "invalid_ref", "message": "No such flow.", "field": "_flowId"}
    second = {"code": "other", "message": "And more"}

    error = refusal(client, platform, Reply(422, {"errors": [first, second]}))

    assert (error.code, error.field) == ("invalid_ref", "_flowId")
    assert error.message == str(error)
    assert error.request == "PUT /v1/exports/64a1"
    assert error.errors == (first, second)
    assert str(error) == (
        "PUT /v1/exports/64a1 returned 422: invalid_ref: No such flow. (field _flowId); other: "
        "And more. It refers to a document that is not in this account."
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "Bad_Request_CSRF"}, "Bad_Request_CSRF"),
        ({"errors": ["just words"]}, "just words"),
        ({"errors": [{"code": 422}]}, "422"),
        ({"errors": []}, '{"errors": []}'),
        ({"errors": "none"}, '{"errors": "none"}'),
        ([1, 2], "[1, 2]"),
        (b"<html>\n  <h1>Bad Gateway</h1>", "<html> <h1>Bad Gateway</h1>"),
        (b"\xff\xfe", ""),
        (b"", HTTPStatus.UNPROCESSABLE_ENTITY.phrase),
        (b"x" * 1000, "x" * 200 + "..."),
    ],
    ids=str,
)
def test_whatever_the_body_is_the_error_quotes_what_there_is(client, platform, body, said):
    error = refusal(client, platform, Reply(422, body))

    assert said.rstrip(".") in str(error)
    assert str(error).startswith("PUT /v1/exports/64a1 returned 422: ")


@pytest.mark.parametrize(
    ("status", "code", "hint"),
    [
        (401, "unauthorized", "one-time token is valid during its function"),
        (403, "forbidden", "its own _connectorId"),
        (422, "invalid_user", "needs an integrator.io account"),
        (422, "field_locked_by_integration_app", "Only the connector's own functions"),
        (422, "invalid_extension_response", "hostURI"),
        (422, "license_expired", "Renew the license"),
        (402, "subscription_required", "a license or a larger plan"),
    ],
)
def test_an_error_says_the_way_out_where_there_is_one(client, platform, status, code, hint):
    error = refusal(client, platform, Reply(status, {"errors": [{"code": code, "message": "-"}]}))

    assert hint in str(error)


def test_a_step_that_fails_says_what_was_achieved_all_the_same(client, platform):
    steps = [{"name": "Connect Slack", "completed": True}, {"name": "Choose a channel"}]
    entry = {"code": "channel_not_found", "message": "No such channel"}
    platform.plays(Reply(422, {"errors": [entry], "steps": steps}))

    with pytest.raises(Refused) as caught:
        client.integrations.answer_install_step("64a1", {"channel": "#a"})

    assert caught.value.steps == tuple(steps)
    assert caught.value.errors == (entry,)


@pytest.mark.parametrize("steps", [None, "none", [1], {}], ids=str)
def test_steps_that_are_none_are_none(client, platform, steps):
    assert refusal(client, platform, Reply(422, {"errors": [], "steps": steps})).steps == ()


def test_an_error_survives_pickling(client, platform):
    entry = {"code": "c", "message": "m", "field": "f"}
    error = refusal(client, platform, Reply(422, {"errors": [entry]}))

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is Refused
    assert vars(copy) == vars(error)
    assert str(copy) == str(error)


def test_a_token_that_is_echoed_is_masked(client, platform):
    echo = {"code": "unauthorized", "message": f"Unknown token {TOKEN}"}

    error = refusal(client, platform, Reply(401, {"errors": [echo]}))

    assert TOKEN not in f"{error!r} {error} {vars(error)}"
    assert "Unknown token ******" in str(error)


def test_a_redirect_is_not_followed(client, platform):
    target = {"Location": "http://example.com/elsewhere"}

    error = refusal(client, platform, Reply(307, headers=target))

    assert isinstance(error, Refused)
    assert len(platform.received) == 1


LISTS = {
    "documents": lambda client: client.flows.list(),
    "the install base": lambda client: client.connectors.install_base("64a1"),
    "licenses": lambda client: client.connectors.licenses("64a1").list(),
    "tiles": lambda client: client.tiles(),
    "the recycle bin": lambda client: client.recycle_bin.list(),
    "errors of a job": lambda client: client.jobs.inline_errors("64a1"),
    "open errors of a step": lambda client: client.flows.step("64a1", "64a2").open(),
}


@pytest.mark.parametrize("call", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("status", [204, 200])
def test_an_empty_answer_is_an_empty_list(client, platform, call, status):
    platform.plays(Reply(status))

    assert list(call(client)) == []
    assert len(platform.received) == 1


def test_an_empty_page_ends_a_list(client, platform):
    following = {"Link": f'<{platform.base_url}/flows?page=2>; rel="next"'}
    platform.plays(Reply(200, [{"_id": "64a1"}], following), Reply(204))

    assert list(client.flows.list()) == [{"_id": "64a1"}]


@pytest.mark.parametrize("body", [b"null", b"{}"])
def test_another_answer_in_place_of_a_list_is_an_error(client, platform, body):
    platform.plays(Reply(200, body))

    with pytest.raises(Transient):
        list(client.flows.list())
