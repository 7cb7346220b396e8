"""The token stays between the client and the wire."""

import logging
import pickle
import traceback

import pytest

from connector_kit.integrator import Client, SecretFilter
from connector_kit.integrator.errors import OutcomeUnknown, Unauthorized, Unavailable
from connector_kit.integrator.transport.secret import Secret
from tests.integrator.conftest import TOKEN
from tests.integrator.scripted import Dropped, Reply


def everything_told_by(error: BaseException) -> str:
    """A traceback as an error reporter writes it: causes, contexts, the locals of all frames."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True, compact=False)
    ours = (line for line in report.format() if "lambda" not in line)
    return "".join(ours)


@pytest.mark.parametrize(
    ("base_url", "kind"),
    [(None, OutcomeUnknown), ("http://127.0.0.1:1/v1", Unavailable)],
    ids=["dropped", "refused"],
)
def test_no_traceback_shows_the_token(make_client, platform, base_url, kind):
    platform.plays(Dropped())
    client = make_client(**({"base_url": base_url} if base_url else {}))

    with pytest.raises(kind) as caught:
        client.exports.create({"name": "x"})

    assert TOKEN not in everything_told_by(caught.value)


def test_no_traceback_from_inside_the_exchange_shows_the_token(make_client, platform, monkeypatch):
    """As when a time limit interrupts the thread while it waits for the answer."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("http.client.HTTPResponse.begin", interrupt)

    with pytest.raises(KeyboardInterrupt) as caught:
        make_client().exports.get("64a1")

    assert "urllib3" in everything_told_by(caught.value)
    assert TOKEN not in everything_told_by(caught.value)


def test_the_cause_of_an_error_is_there_without_its_request(make_client):
    client = make_client(base_url="http://127.0.0.1:1/v1")

    with pytest.raises(Unavailable) as caught:
        client.exports.get("64a1")

    assert type(caught.value.__cause__).__name__ == "ConnectionError"
    assert caught.value.__cause__.request is None
    assert caught.value.__cause__.__traceback__ is None


def test_no_log_shows_the_token(make_client, platform, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "connector_kit.integrator")
    platform.plays(Reply(500, {"message": f"Failed for Bearer {TOKEN}"}), Reply(200, {}))

    make_client().exports.get("64a1")

    assert "GET /v1/exports/64a1: 200" in caplog.text
    assert TOKEN not in caplog.text


def test_no_repr_shows_the_token(client: Client):
    shown = f"{client!r} {client} {vars(client)} {client._transport!r} {vars(client._transport)}"

    assert "account acme" in repr(client)
    assert TOKEN not in shown


def test_a_secret_shows_itself_only_when_asked():
    secret = Secret(TOKEN)

    assert f"{secret} {secret!r} {[secret]}" == "****** ****** [******]"
    assert secret.reveal() == TOKEN


def test_a_secret_cannot_travel_in_a_task_or_a_cache():
    with pytest.raises(TypeError, match="cannot be serialized"):
        pickle.dumps(Secret(TOKEN))


def test_two_clients_of_one_token_share_a_bucket_that_does_not_name_it(platform):
    first, second = (Client(TOKEN, base_url=platform.base_url) for _ in range(2))

    assert repr(first) == repr(second)
    assert TOKEN not in repr(first)


@pytest.mark.parametrize("token", ["", "  ", "Bearer ", "two words", "line\nend", "umläut"])
def test_what_cannot_be_a_token_is_said_before_anything_is_sent(make_client, platform, token):
    with pytest.raises(Unauthorized) as caught:
        make_client(token)

    assert not token.strip() or token not in str(caught.value)
    assert platform.received == []


def test_a_token_may_be_pasted_with_its_prefix_and_spaces_around(make_client, platform):
    make_client(f" Bearer {TOKEN}\n").exports.get("64a1")

    assert platform.received[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("url", ["api.integrator.io/v1", "ftp://x/v1", "https://u:pw@x/v1", ""])
def test_a_base_url_that_leads_nowhere_is_refused(url):
    with pytest.raises(ValueError, match="is not a base URL") as caught:
        Client(TOKEN, base_url=url)

    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Authorization: Bearer abc.def", "Authorization: Bearer ******"),
        ("options {'bearerToken': 'abc', 'x': 1}", "options {'bearerToken': '******', 'x': 1}"),
        ('{"systemToken":"abc"}', '{"systemToken":"******"}'),
        ("refresh_token=abc&x=1", "refresh_token=******&x=1"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_the_log_filter_masks_what_others_let_slip(said, kept):
    record = logging.LogRecord("any", logging.INFO, __file__, 1, "%s", (said,), None)

    assert SecretFilter().filter(record)
    assert record.getMessage() == kept
