"""The pages of the server: closed to strangers, logged without secrets."""

import logging

import pytest
from django.test import Client


def test_the_admin_asks_who_is_there(client: Client) -> None:
    response = client.get("/admin/")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/")


def test_an_unknown_address_is_answered_in_json(client: Client) -> None:
    response = client.get("/nothing/here")

    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/json")


def test_a_page_is_closed_to_foreign_host_names_and_health_is_not(client: Client) -> None:
    assert client.get("/admin/", HTTP_HOST="evil.example.com").status_code == 400
    assert client.get("/healthCheck", HTTP_HOST="evil.example.com").status_code == 200


def test_the_access_log_leaves_out_queries_and_probes(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "connector_kit.access"):
        client.get("/livez")
        client.get("/healthCheck?access_token=s3cret")

    [line] = [record.getMessage() for record in caplog.records if "reqFinished" in record.message]
    assert line.startswith("logName=reqFinished, method=GET, url=/healthCheck, statusCode=200")
    assert "s3cret" not in line


@pytest.mark.parametrize("path", ["/healthCheck/", "/livez", "/"])
def test_a_slash_at_the_end_makes_no_difference(client: Client, path: str) -> None:
    assert client.get(path).status_code in (200, 400)


def test_a_server_that_was_given_no_system_token_serves_nobody(client: Client) -> None:
    response = client.post("/function", {"function": "install"}, "application/json")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "invalid system token"
