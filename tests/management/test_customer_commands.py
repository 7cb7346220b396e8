"""`install`, `uninstall`, and `run`: what a customer of the sandbox does, and where that ends.

That they install, run, and uninstall for real is part of tests/cli/dev/test_dev.py.
"""

import pytest
from django.core.management import CommandError, call_command

from connector_kit.sandbox import Sandbox
from tests.integrator.scripted import Reply, scripted_platform

WORDS = [["install"], ["uninstall", "--yes"], ["run"]]


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(accounts=2) as sandbox:
        yield sandbox


@pytest.fixture
def inside(sandbox, settings, tmp_path, monkeypatch):
    """A project without connectors whose settings lead to the sandbox."""
    monkeypatch.chdir(tmp_path)
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "base_url": sandbox.base_url}
    return sandbox


@pytest.mark.parametrize("words", WORDS)
def test_without_a_sandbox_the_marketplace_is_named(words, settings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings.CONNECTOR_KIT = {
        name: value for name, value in settings.CONNECTOR_KIT.items() if name != "base_url"
    }

    with pytest.raises(CommandError, match=r"no sandbox here.*connector-kit dev.*marketplace"):
        call_command(*words)


@pytest.mark.parametrize("words", WORDS)
def test_a_real_account_is_refused_without_showing_it_a_token(words, settings):
    with scripted_platform() as platform:
        platform.plays(Reply(404, {"errors": [{"code": "not_found", "message": "?"}]}))
        settings.CONNECTOR_KIT = {
            **settings.CONNECTOR_KIT,
            "base_url": platform.base_url,
            "token": "publisher-token",
        }

        with pytest.raises(CommandError, match=r"is not a sandbox.*marketplace"):
            call_command(*words)

        assert platform.lines == ["GET /_sandbox/accounts"]
        assert "authorization" not in map(str.lower, platform.received[0].headers)


def test_a_sandbox_that_is_gone_is_named(settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "base_url": "http://127.0.0.1:9/v1"}

    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("install")


def test_an_exposed_sandbox_shows_no_tokens(settings):
    with Sandbox(host="0.0.0.0") as sandbox:
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "base_url": sandbox.base_url}

        with pytest.raises(CommandError, match="it shows no tokens"):
            call_command("install")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["install"], "Which connector\\? Published in the sandbox: none"),
        (["install", "orders-to-chat"], "orders-to-chat is not published in the sandbox"),
        (["run"], "has nothing installed"),
        (["run", "--customer", "nobody@example.com"], "no customer nobody@example.com. It has"),
        (["uninstall", "--yes", "--installation", "64a1"], "no installation 64a1"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(inside, words, said):
    with pytest.raises(CommandError, match=said):
        call_command(*words)
