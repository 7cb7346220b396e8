"""The page on embedded integrations: what it shows can be typed, and its example runs."""

import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command

import connector_kit.embedded as package
from connector_kit.embedded import record_release
from connector_kit.models import Installation
from examples.embedded import product
from examples.embedded.applications import Applications, running

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "embedded.md").read_text()
MINUTES = PAGE.partition("## Ten minutes")[2].partition("\n## ")[0]
COMMAND = re.compile(r"^\$ connector-kit (embedded .*)$", re.MULTILINE)


@pytest.fixture
def form(address):
    """What a customer typed into the product's own page."""
    return {
        "shop": address,
        "chat": address,
        "shop_user": "jo",
        "shop_password": "x",
        "token": "chat-1",
    }


def test_every_command_of_the_ten_minutes_works_as_it_stands_there(
    platform, settings, monkeypatch, tmp_path, capsys
):
    (tmp_path / "token.txt").write_text(platform.sandbox.accounts[0].token)
    monkeypatch.chdir(ROOT)
    with running() as address:
        entered = (ROOT / "examples/embedded/credentials.json").read_text()
        given = tmp_path / "credentials.json"
        given.write_text(entered.replace("http://127.0.0.1:8950", address))
        for line in COMMAND.findall(MINUTES):
            type_(line, given, tmp_path / "token.txt", monkeypatch)

    said = capsys.readouterr().out
    assert '{"number": 1, "status": "paid"}' in said
    assert Applications.posted[:2] == [{"text": 7}, {"text": 8}]
    assert {"text": 1} in Applications.posted, "the flow ran"
    assert not Installation.objects.active().exists()


def type_(line, credentials, token, monkeypatch):
    """Run one line of the page."""
    words, _, source = line.partition(" < ")
    arguments = [
        str(credentials) if part.endswith("credentials.json") else part
        for part in shlex.split(words)
    ]
    if source:
        assert source == "token.txt"
        stdin = SimpleNamespace(isatty=lambda: False, read=token.read_text)
        monkeypatch.setattr("sys.stdin", stdin)
    call_command(*arguments)


def test_the_example_product_does_what_it_says(embedding, form):
    record_release("examples.embedded.connector")

    product.connect("acme", form)

    assert product.paid_orders("acme") == [{"number": 1, "status": "paid"}]
    assert product.tell("acme", {"number": 9})
    assert Applications.posted == [{"text": 9}]
    product.disconnect("acme")
    assert not Installation.objects.active().exists()


def test_the_page_names_every_call_there_is():
    missing = [name for name in package.__all__ if name[0].islower() and name not in PAGE]

    assert missing == []
