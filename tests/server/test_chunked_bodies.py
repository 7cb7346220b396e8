"""A body is a body, with or without a length."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
import requests
from standardwebhooks import Webhook

from connector_kit.server.bodies import LARGEST
from tests.api.provisioning.shop import WEBHOOKS, new_secret
from workshop.services import Services

SECRET = new_secret()


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A real server, as in production."""
    folder: Path = tmp_path_factory.mktemp("chunked")
    secrets = {"CONNECTOR_KIT_WEBHOOK_SECRETS": SECRET}
    with Services(folder, settings=secrets, web_workers=1) as services:
        services.start_redis()
        services.migrate()
        services.start_web()
        yield f"http://127.0.0.1:{services.web_port}"


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
        f"{address}{WEBHOOKS}", data=in_chunks(body), headers=headers, timeout=9
    )
    again = requests.post(f"{address}{WEBHOOKS}", data=body, headers=headers, timeout=9)

    assert (chunked.status_code, again.status_code) == (202, 202), chunked.text
    assert again.json()["duplicate"]


def test_what_a_view_takes_at_most_it_takes_at_most_in_chunks_too(address):
    body, headers = signed("evt_large", note="x" * 70_000)

    answer = requests.post(f"{address}{WEBHOOKS}", data=in_chunks(body), headers=headers, timeout=9)

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["code"] == "body_too_large"


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
