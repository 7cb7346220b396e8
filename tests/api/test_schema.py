"""The API describes itself, and nothing that fits the description breaks it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from connector_kit.api.auth import scope_of
from connector_kit.api.urls import urlpatterns
from connector_kit.blueprint import compile_connector
from connector_kit.models import Change, License, Release, Subscription
from connector_kit.publisher.roles import Scope
from connector_kit.rollouts import RolloutOptions, start_rollout
from tests.publisher.declared import OrdersToSlack

schemathesis = pytest.importorskip("schemathesis")
hypothesis = pytest.importorskip("hypothesis")

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
DESCRIPTION = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
SIGNED = {"/api/provisioning/webhooks/"}
"""What takes a signature instead of a scope; docs/licenses.md is its page."""


def test_the_description_has_no_gaps(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "x.yml"))


@pytest.mark.parametrize(
    ("query", "kind"), [("", "application/vnd.oai.openapi"), ("?format=json", "json")]
)
def test_it_is_served_as_yaml_and_as_json(live_server, query, kind):
    answer = requests.get(f"{live_server.url}/api/schema/{query}", timeout=30)

    assert answer.status_code == 200
    assert kind in answer.headers["Content-Type"]
    assert "/api/v1/installations/" in answer.text


def test_the_page_asks_nobody_else_for_anything(live_server):
    home = f"{live_server.url}/api/docs/"
    page = requests.get(home, timeout=30).text
    wanted = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert len(wanted) >= 3
    for address in wanted:
        assert not address.startswith(("http:", "https:", "//")), address
        assert requests.get(urljoin(home, address), timeout=30).status_code == 200, address


def test_every_endpoint_says_its_scope():
    for path, item in DESCRIPTION["paths"].items():
        for method, operation in item.items():
            assert path in SIGNED or _scope(operation), (method, path)


def test_the_page_of_the_docs_lists_every_endpoint_with_its_scope():
    listed = set(
        re.findall(r"^\| `([A-Z]+) (/api/[^`]*)` \| `([a-z:]+)`", DOCS.read_text(), re.MULTILINE)
    )
    there = {
        (method.upper(), path, _scope(operation))
        for path, item in DESCRIPTION["paths"].items()
        if path not in SIGNED
        for method, operation in item.items()
    }

    assert listed == there


def test_the_page_of_the_docs_lists_every_scope():
    listed = set(re.findall(r"^\| `([a-z]+:(?:read|write))` \|", DOCS.read_text(), re.MULTILINE))

    assert listed == {str(scope) for scope in Scope}


def _scope(operation):
    found = re.search(r"Scope: `([a-z]+:(?:read|write))`\.$", operation["description"])
    return found and found[1]


def test_no_view_is_left_without_a_scope():
    views = [
        urlpattern.callback.view_class for urlpattern in urlpatterns if urlpattern.name is None
    ]

    assert views
    for view in views:
        methods = [name for name in ("GET", "POST", "PATCH") if hasattr(view, name.lower())]
        assert all(scope_of(view, method) for method in methods), view


SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}
ASKS_THE_PLATFORM = re.compile("publish|usage|drift|dry-runs|licenses|settings|embedded")


@pytest.fixture
def furnished(api, base):
    """One of everything, as the addresses name it."""
    declared = compile_connector(OrdersToSlack)
    Release.objects.record(base.connector, declared)
    release = Release.objects.record(base.connector, replace(declared, version="1.1.0"))
    [row, *_] = base.install(3)
    operation = base.finish(row, release)
    Change.objects.create(operation=operation, installation=row, action="update", external_id="x")
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("1", "rest")))
    License.objects.create(pk=rollout.pk, connector=base.connector, email="a@example.com")
    row.settings_changes.create(pk=rollout.pk, values={"x": 1}, by="alice")
    subscription = Subscription.objects.create(key="sub_1", license_id=rollout.pk)
    return {
        "slug": "orders",
        "version": "1.1.0",
        "newer": "1.1.0",
        "integration_id": row.integration_id,
        "connector": "orders",
        "id": rollout.pk,
        "key": subscription.key,
    }


@pytest.mark.scale
@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_no_request_breaks_it(operation, mode, settings, furnished, api):
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "api_rate": "100000/second",
        "api_write_rate": "100000/second",
        "base_url": "http://127.0.0.1:9/v1",
        "token": "none",
    }
    documented = operation.definition.raw["responses"]
    examples = 3 if ASKS_THE_PLATFORM.search(operation.path) else 20

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[*hypothesis.HealthCheck],
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        _aim(case, furnished)
        answer = case.call(base_url=api.url, headers=dict(api.headers))
        assert answer.status_code < 500 or answer.status_code in (502, 503), answer.text
        assert str(answer.status_code) in documented, f"{answer.status_code}: {answer.text}"
        if answer.status_code >= 400 and answer.status_code != 405:
            assert all(error["code"] and error["message"] for error in answer.json()["errors"])

    ask()


def _aim(case, known):
    """Let most names in path, query and body lead to something that is there."""
    for values in (case.path_parameters, case.query, case.body):
        if isinstance(values, dict):
            for name, drawn in values.items():
                if name in known and ord(str(drawn)[:1] or "a") % 4:
                    values[name] = known[name]
