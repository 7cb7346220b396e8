"""The mail server, from the one address that names it."""

import pytest

from connector_kit.server.mail_server import mail_settings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 25, False, False)),
        ("smtp://mail.example.com:587", ("mail.example.com", 587, True, False)),
        ("smtp://me:pw@mail.example.com:2525", ("mail.example.com", 2525, True, False)),
        ("smtps://mail.example.com", ("mail.example.com", 465, False, True)),
    ],
)
def test_a_password_never_travels_in_the_clear(url, expected):
    server = mail_settings(url)

    assert (server.host, server.port, server.starttls, server.tls) == expected
    assert server.backend.endswith("smtp.EmailBackend")


def test_users_and_passwords_are_read_as_they_are_meant():
    server = mail_settings("smtps://me%40example.com:p%3Aw%2F@mail.example.com")

    assert (server.user, server.password) == ("me@example.com", "p:w/")
    assert "p:w/" not in repr(server)


@pytest.mark.parametrize(("url", "backend"), [("", "dummy"), ("console://", "console")])
def test_without_a_server_mails_go_nowhere_or_to_the_console(url, backend):
    assert f".{backend}." in mail_settings(url).backend
