"""The page on testing says what the code says, and its example runs as it stands there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from connector_kit.extension.authoring.kinds import KINDS
from connector_kit.testing import Platform, plugin

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
FILE = re.compile(r"`(\w+\.py)`:\n\n```python\n(.*?)```", re.DOTALL)
"""An example that the page gives the name of a file."""

SAMPLE = {
    "recorded": "2026-01-31T12:00:00+00:00",
    "call": {
        "_connectorId": "64a1f0c2b3d4e5f6071828ff",
        "type": "hook",
        "function": "add_totals",
        "options": {"bearerToken": "x", "data": [{"id": 1, "status": "cancelled"}]},
    },
    "status": 200,
    "result": [{}],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with every file of the page, and a sample."""
    folder = tmp_path_factory.mktemp("project")
    files = dict(FILE.findall(PAGE))
    assert set(files) == {
        *("orders_to_erp.py", "conftest.py"),
        *("test_orders_to_erp.py", "test_in_an_account.py", "test_samples.py"),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    sample = folder / "samples" / "64a1" / "hook.add_totals.1.json"
    sample.parent.mkdir(parents=True)
    sample.write_text(json.dumps(SAMPLE))
    return folder


def run(project: Path, *arguments: str) -> str:
    """What pytest says of the *project*, of which it knows nothing else."""
    kept = {
        name: word
        for name, word in os.environ.items()
        if not name.startswith(("CONNECTOR_KIT", "DJANGO", "PYTEST"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "--strict-markers", *arguments],
        check=False,
        cwd=project,
        env={**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout + done.stderr


def test_the_example_passes_as_it_stands_on_the_page(project: Path) -> None:
    said = run(project)

    assert "9 passed" in said, said


def test_samples_are_listed_under_their_names(project: Path) -> None:
    assert "test_a_live_call_is_answered_as_it_was[64a1/hook.add_totals.1]" in run(
        project, "--collect-only", "-q", "test_samples.py"
    )


def test_a_test_that_does_not_say_what_it_tests_is_told_how(project: Path) -> None:
    (project / "undecided.py").write_text("def test_it(platform): pass")

    said = run(project, "undecided.py")

    assert "Nothing says what is tested: mark it with @pytest.mark.connector" in said
    assert "1 error" in said


def test_what_is_tested_may_be_a_fixture_of_ones_own(project: Path) -> None:
    (project / "own.py").write_text(
        "import pytest, orders_to_erp\n"
        "@pytest.fixture\n"
        "def connector(): return orders_to_erp.OrdersToErp\n"
        "def test_it(platform, stack):\n"
        "    assert platform.pre_map('save_order', []) == []\n"
        "    assert stack.address\n"
    )

    assert "1 passed" in run(project, "own.py")


def test_the_page_names_every_method_of_the_platform() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    methods = {kind.mark.rpartition(".")[2] for kind in KINDS.values()}

    assert methods | {"persist_settings", "ask", "call"} <= named
    assert all(callable(getattr(Platform, method)) for method in methods)


def test_the_page_names_every_fixture() -> None:
    fixtures = {
        name for name, value in vars(plugin).items() if type(value).__name__.startswith("Fixture")
    }

    assert fixtures == {
        *("connector", "platform", "stack", "sandbox", "account"),
        *("installation", "edition", "former", "stack_server"),
    }
    assert {f"| `{fixture}` |" for fixture in fixtures} <= set(re.findall(r"\| `\w+` \|", PAGE))
