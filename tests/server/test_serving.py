"""The server as its command starts it: bodies of any kind, and all processes told alike."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
import requests
from django.contrib.staticfiles import finders
from standardwebhooks import Webhook

from connector_kit.server.bodies import LARGEST
from tests.api.provisioning.shop import WEBHOOKS, new_secret
from tests.waiting import wait_for
from workshop.services import Services

SECRET = new_secret()


@pytest.fixture(scope="module")
def services(tmp_path_factory) -> Iterator[Services]:
    folder: Path = tmp_path_factory.mktemp("serving")
    secrets = {"CONNECTOR_KIT_WEBHOOK_SECRETS": SECRET}
    with Services(folder, settings=secrets, web_workers=2) as running:
        running.start_redis()
        running.migrate()
        running.start_web()
        yield running


@pytest.fixture(scope="module")
def address(services) -> str:
    return f"http://127.0.0.1:{services.web_port}"


def signed(event_id: str, **data: str) -> tuple[bytes, dict[str, str]]:
    now = datetime.now(UTC)
    content = {"subscription": "sub_1", "paid_through": "2027-12-31", **data}
    event = {"type": "subscribed", "timestamp": now.isoformat(), "data": content}
    body = json.dumps(event)
    return body.encode(), {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(event_id, now, body),
    }


def in_chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 50):
        yield body[start : start + 50]


def test_a_signed_webhook_in_chunks_is_taken_like_one_with_a_length(address):
    body, headers = signed("evt_chunked")

    chunked = requests.post(
        f"{address}{WEBHOOKS}", data=in_chunks(body), headers=headers, timeout=60
    )
    again = requests.post(f"{address}{WEBHOOKS}", data=body, headers=headers, timeout=60)

    assert (chunked.status_code, again.status_code) == (202, 202), chunked.text
    assert again.json()["duplicate"]


def test_what_a_view_takes_at_most_it_takes_at_most_in_chunks_too(address):
    body, headers = signed("evt_large", note="x" * 70_000)

    answer = requests.post(
        f"{address}{WEBHOOKS}", data=in_chunks(body), headers=headers, timeout=60
    )

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["code"] == "body_too_large"


def test_a_file_of_the_pages_is_sent_whole(address):
    served = requests.get(f"{address}/static/admin/css/base.css", timeout=60)
    part = requests.get(
        f"{address}/static/admin/css/base.css", headers={"Range": "bytes=0-9"}, timeout=60
    )

    file = Path(finders.find("admin/css/base.css")).read_bytes()
    assert served.content == file
    assert (part.status_code, part.content) == (206, file[:10])


def test_a_head_has_the_length_of_the_body_and_not_the_body(address):
    page, probe = (
        requests.head(f"{address}{path}", timeout=60) for path in ("/console/log-in/", "/livez")
    )

    assert (page.status_code, page.content) == (200, b"")
    assert (probe.status_code, probe.headers["Content-Length"], probe.content) == (200, "2", b"")


@pytest.mark.parametrize(
    "path", ["/%ff", "/caf%C3%A9?q=%ff", "/%00", "/a%2f..%2fb", "//", "/%0d%0aX:y"]
)
def test_an_odd_address_is_nothing_but_unknown(address, path):
    answer = requests.get(f"{address}{path}", timeout=60)

    assert answer.status_code in (200, 404)
    assert "X" not in answer.headers


def test_readiness_is_about_redis(services, address):
    _wait_for_readiness(address, 200, "OK")

    services.running["redis"].stop()
    try:
        without_redis = _wait_for_readiness(address, 503, "The message broker cannot be reached.")
        alive = requests.get(f"{address}/livez", timeout=60)
    finally:
        services.start_redis()

    assert "127.0.0.1" not in without_redis
    assert alive.text == "OK"
    _wait_for_readiness(address, 200, "OK")


def test_readiness_is_about_the_database(services, address):
    database, away = services.folder / "db.sqlite3", services.folder / "away"
    database.rename(away)
    database.mkdir()  # a file would be made anew
    try:
        _wait_for_readiness(address, 503, "The database cannot be reached.")
    finally:
        database.rmdir()
        away.rename(database)

    _wait_for_readiness(address, 200, "OK")


def test_all_processes_are_told_that_the_server_is_going_to_end(services, address):
    token = services.env["CONNECTOR_KIT_SYSTEM_TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}

    told = requests.get(f"{address}/openConnections?terminate=true", headers=headers, timeout=60)

    assert (told.status_code, told.text) == (200, "0")
    probes = {requests.get(f"{address}/readyz", timeout=60).text for _ in range(20)}
    assert probes == {"Service Unavailable"}, "whichever process answers"
    served = requests.post(f"{address}/function", json={}, headers=headers, timeout=60)
    assert served.status_code == 422


def _wait_for_readiness(address: str, status: int, start: str) -> str:
    """Return the first answer with *status* that starts with *start*.

    Each process looks for itself and keeps what it saw for a second: for a while one may still say
    what was true before, so no number of other answers in between says anything.
    """

    def look() -> tuple[int, str]:
        answer = requests.get(f"{address}/readyz", timeout=60)
        return answer.status_code, answer.text

    _, text = wait_for(look, lambda seen: seen[0] == status and seen[1].startswith(start))
    return text


@pytest.mark.django_db
def test_a_form_without_a_length_is_read_too(client):
    answer = client.generic(
        "POST",
        "/console/log-in/",
        **{
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": "",
            "wsgi.input": BytesIO(b"username=somebody&password=wrong"),
            "wsgi.input_terminated": True,
        },
    )

    assert set(answer.context["form"].errors) == {"__all__"}, "no field is missing"


def test_without_end_it_is_refused_before_it_fills_the_memory(client):
    body = BytesIO(b"x" * (LARGEST + 2))

    answer = client.generic(
        "POST",
        WEBHOOKS,
        **{"CONTENT_LENGTH": "", "wsgi.input": body, "wsgi.input_terminated": True},
    )

    assert answer.status_code == 413
    assert body.tell() == LARGEST + 1


def test_where_no_server_marks_the_end_nobody_waits_for_it(client):
    answer = client.generic(
        "POST", WEBHOOKS, **{"CONTENT_LENGTH": "", "wsgi.input_terminated": False}
    )

    assert answer.status_code == 401
