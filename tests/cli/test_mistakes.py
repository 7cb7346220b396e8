"""Mistakes that authors make: each is named with file, line, and way out, and never a traceback."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from connector_kit.checks import settings_are_usable

PACKAGE = """\
from connector_kit import Connection, Connector, Edition, Export, Flow, Import
from connector_kit import Checkbox, Number, scaled


def keep(options):
    return {"data": options.data, "errors": options.errors}


class Orders(Connector):
    name = "Orders"
    version = "1.0.0"

    basic = Edition("Basic")

    shop = Connection("Shop", type="http", http={"baseURI": "https://a.test", "mediaType": "json"})
    orders = Export(
        "Orders",
        connection=shop,
        http={"relativeURI": "/orders", "method": "GET"},
        delta={"lagOffset": 0},
        hooks={"preSavePage": keep},
    )
    post = Import("Post", connection=shop, http={"relativeURI": ["/x"], "method": ["POST"]})
    orders_to_shop = Flow("Orders to shop", source=orders, steps=[post])

    class Settings:
        lag = Number("Lag", default=1, sets="orders.delta.lagOffset")
"""

Mistake = tuple[str, str, str, tuple[str, ...]]
"""What is right, what the author writes instead, the line to be named, and what must be said."""

MISTAKES: dict[str, Mistake] = {
    "a typo in a keyword": (
        'hooks={"preSavePage"',
        'page_sise=3, hooks={"preSavePage"',
        "orders = Export(",
        ("Did you mean 'page_size'?",),
    ),
    "the platform's spelling": (
        'hooks={"preSavePage"',
        'pageSize=3, hooks={"preSavePage"',
        "orders = Export(",
        ("Did you mean 'page_size'?",),
    ),
    "a typo in a keyword of the kit": (
        "steps=[post]",
        "stpes=[post]",
        "orders_to_shop = Flow(",
        ("Did you mean 'steps'?",),
    ),
    "a typo in a keyword of a setting": (
        "default=1",
        "dfault=1",
        "lag = Number(",
        ("Did you mean 'default'?",),
    ),
    "a value without its keyword": (
        'Flow("Orders to shop", source=orders',
        'Flow("Orders to shop", orders',
        "orders_to_shop = Flow(",
        ("TypeError", "positional arguments"),
    ),
    "a name in place of an export": (
        "source=orders",
        'source="orders"',
        "orders_to_shop = Flow(",
        ("Write orders without quotes",),
    ),
    "a component without its connection": (
        'connection=shop, http={"relativeURI": ["/x"]',
        'http={"relativeURI": ["/x"]',
        "post = Import(",
        ("Add connection=...",),
    ),
    "an attribute in place of another": (
        "post = Import(",
        "orders = Import(",
        "orders_to_shop = Flow(",
        ("NameError", "'post'"),
    ),
    "an export in place of a connection": (
        'post = Import("Post", connection=shop',
        'post = Import("Post", connection=orders',
        "post = Import(",
        ("is one of the exports", "It must refer to one of the connections."),
    ),
    "a hook without a parameter": (
        "def keep(options):",
        "def keep():",
        "def keep(",
        ("no parameters",),
    ),
    "a hook without a name": (
        '"preSavePage": keep',
        '"preSavePage": lambda options: options',
        "orders = Export(",
        ("Define it with def",),
    ),
    "the name of a hook": (
        '"preSavePage": keep',
        '"preSavePage": "keep"',
        "orders = Export(",
        ("Pass the function itself",),
    ),
    "a version with two numbers": (
        'version = "1.0.0"',
        'version = "1.0"',
        "class Orders(",
        ("not a semantic version",),
    ),
    "a schedule with five fields": (
        "steps=[post])",
        'steps=[post], schedule="0 8 * * *")',
        "orders_to_shop = Flow(",
        ("schedule",),
    ),
    "a setting of a field that is not there": (
        "orders.delta.lagOffset",
        "order.delta.lagOffset",
        "lag = Number(",
        ("orders",),
    ),
    "customer_owns with a typo": (
        "steps=[post])",
        'steps=[post], customer_owns=["scheduler"])',
        "orders_to_shop = Flow(",
        ("Did you mean 'schedule'?",),
    ),
    "a password": (
        '"mediaType": "json"',
        '"mediaType": "json", "auth": {"type": "basic", "basic": {"password": "hunter2"}}',
        "shop = Connection(",
        ("contains a secret", "the customer enters it"),
    ),
    "a setting that writes nothing": (
        'lag = Number("Lag", default=1, sets="orders.delta.lagOffset")',
        'stop = Checkbox("Stop", sets={"orders_to_shop.disabled": scaled(1)})',
        "stop = Checkbox(",
        ("writes nothing for this kind of value",),
    ),
    "a name that is not defined": (
        "connection=shop,",
        "connection=shpo,",
        "connection=shpo",
        ("NameError", "'shpo'"),
    ),
    "an import of what is not there": (
        "import Connection,",
        "import Connections,",
        "from connector_kit import",
        ("ImportError", "Connections"),
    ),
    "a syntax error": ("class Settings:", "class Settings", "class Settings", ("SyntaxError",)),
    "an exception": (
        'name = "Orders"',
        'name = "Orders"[9]',
        'name = "Orders"[9]',
        ("IndexError",),
    ),
    "an edition with an unknown keyword": (
        'Edition("Basic")',
        'Edition("Basic", foo=1)',
        "basic = Edition(",
        ("TypeError", "'foo'"),
    ),
}

ADVICE: dict[str, Mistake] = {
    "a type with a typo": (
        'type="http"',
        'type="htpp"',
        "shop = Connection(",
        ("Did you mean 'http'?",),
    ),
    "a hook of another type": (
        '"preSavePage": keep',
        '"postMap": keep',
        "orders = Export(",
        ("documents no field hooks.postMap",),
    ),
    "a display name that is there already": (
        "steps=[post])",
        'steps=[post])\n    again = Flow("Orders to shop", source=orders, steps=[post])',
        "again = Flow(",
        ("orders_to_shop is called 'Orders to shop', too",),
    ),
    "handlebars that do not end": (
        "/orders",
        "/orders/{{lastExport",
        "orders = Export(",
        ("'{{' without '}}'",),
    ),
}
"""What can be published all the same."""

TRIED = {
    **{name: (*mistake, 1) for name, mistake in MISTAKES.items()},
    **{name: (*mistake, 0) for name, mistake in ADVICE.items()},
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Write a package with a mistake, and have it looked at; returns the exit code."""
    monkeypatch.chdir(tmp_path)

    def looked_at(right: str, wrong: str) -> int:
        assert right in PACKAGE
        (tmp_path / "orders.py").write_text(PACKAGE.replace(right, wrong, 1))
        try:
            call_command("blueprint", "./orders.py", stderr=sys.stderr)
        except CommandError as error:
            print(error, file=sys.stderr)
            return error.returncode
        return 0

    return looked_at


@pytest.mark.parametrize(("right", "wrong", "line", "words", "code"), TRIED.values(), ids=[*TRIED])
def test_a_mistake_is_named_with_file_line_and_way_out(
    package: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    right: str,
    wrong: str,
    line: str,
    words: tuple[str, ...],
    code: int,
) -> None:
    assert package(right, wrong) == code
    said = capsys.readouterr().err

    named = {int(number) for number in re.findall(r"orders\.py:(\d+)", said)}
    written = Path("orders.py").read_text().splitlines()
    assert any(line in written[number - 1] for number in named), said
    assert all(word in said for word in words), said
    assert "Traceback" not in said


def test_what_is_right_has_nothing_to_be_said_about(
    package: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert package("1.0.0", "1.0.0") == 0
    assert capsys.readouterr().err == ""


def test_a_setting_that_nothing_reads_is_named_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(os.environ, "CONNECTOR_KIT_TOKN", "x")

    [warning] = [each for each in settings_are_usable() if each.id == "connector_kit.W272"]

    assert "CONNECTOR_KIT_TOKN is not a setting" in warning.msg
    assert "Did you mean 'CONNECTOR_KIT_TOKEN'?" in str(warning.hint)
