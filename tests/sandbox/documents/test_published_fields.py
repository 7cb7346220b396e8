"""A sandbox with ``strict_fields`` keeps what the vendor's schemas have (platform-2026.md, P2)."""

from collections.abc import Iterator

import pytest

from connector_kit.sandbox import Sandbox
from connector_kit.sandbox.documents.schemas import published_fields
from tests.sandbox.plain import HTTP_CONNECTION, Api


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


@pytest.mark.parametrize(
    ("resource", "has_external_id"),
    [("imports", True), ("lookupcaches", True), ("exports", False), ("scripts", False)],
)
def test_an_external_id_is_published_for_some_types(resource, has_external_id):
    fields = published_fields(resource)

    assert "name" in fields
    assert ("externalId" in fields) is has_external_id


@pytest.mark.parametrize("resource", ["integrations", "asynchelpers", "stacks"])
def test_of_some_types_nothing_is_published(resource):
    assert published_fields(resource) is None
