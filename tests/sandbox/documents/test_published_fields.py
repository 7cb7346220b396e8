"""A sandbox with ``strict_fields`` keeps what the vendor's schemas have (platform-2026.md, P2)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector_kit.sandbox import Sandbox
from connector_kit.sandbox.documents.published import published
from tests.sandbox.plain import HTTP_CONNECTION, Api

SCHEMAS = Path(__file__).parents[4] / "shared" / "protocol" / "schemas-2026.json"


@pytest.fixture(scope="module")
def strict() -> Iterator[Api]:
    """An account's API in a sandbox that is strict."""
    with Sandbox(accounts=1, bucket=0, strict_fields=True) as sandbox:
        api = Api(sandbox.base_url, sandbox.accounts[0].token)
        yield api
        api.close()


def test_an_external_id_is_kept_where_a_schema_has_it(strict):
    integration = strict.create("integrations", externalId="home")
    connection = strict.create("connections", **HTTP_CONNECTION, externalId="shop")
    script = strict.create("scripts", content="1", externalId="helpers", rare=1)

    assert (integration["externalId"], connection["externalId"]) == ("home", "shop")
    assert script.keys() == {"_id", "name", "content", "sandbox", "createdAt", "lastModified"}


def test_a_field_that_no_schema_has_is_dropped_from_a_put_and_a_patch(strict):
    script = strict.create("scripts", content="1")
    path = f"/scripts/{script['_id']}"

    put = strict.put(path, {**script, "externalId": "helpers"})
    patched = strict.patch(path, [{"op": "add", "path": "/externalId", "value": "helpers"}])

    assert (put.status_code, patched.status_code) == (200, 200)
    assert "externalId" not in strict.get(path).json()


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the platform's schemas are not here")
def test_the_fields_are_those_of_the_vendors_schemas():
    schemas = json.loads(SCHEMAS.read_text())["$defs"]
    silent = ("integrations", "asynchelpers")  # the vendor published no schema of these
    own = ("ashares", "invite", "settings", "form", "preSave", "filter", "transform", "lookups")
    parts = ("mappings", "responseMapping", "mappings#items")
    for name, schema in schemas.items():
        if "." in name or name in (*silent, *own, *parts):
            continue
        fields = {
            field
            for field, rule in schema["properties"].items()
            if "not in the" not in rule.get("x-source", "")
        }
        assert published(name) == fields, name
