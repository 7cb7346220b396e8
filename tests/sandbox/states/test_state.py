"""The state routes with their odd statuses and bodies (protocol/http-api.md#12-state)."""

import pytest

from tests.sandbox.plain import code

DELETED = {"/state": 204, "/scripts/{id}/state": 200}


@pytest.fixture(params=DELETED)
def place(request, customer):
    """The path of a store that is empty, and the status of deleting from it."""
    customer.delete("/state")
    script = customer.create("scripts", content="1")
    return request.param.format(id=script["_id"]), DELETED[request.param]


def test_a_value_is_created_updated_read_and_deleted(customer, place):
    path, deleted = place

    created = customer.put(f"{path}/progress", {"to": "1.1.0"})
    updated = customer.put(f"{path}/progress", ["done"])

    assert (created.status_code, created.text) == (201, "Created")
    assert (updated.status_code, updated.text) == (200, "OK")
    assert created.headers["Content-Type"].startswith("text/plain")
    assert customer.get(f"{path}/progress").json() == ["done"]
    assert customer.get(path).json() == {"keys": ["progress"]}
    assert customer.delete(f"{path}/progress").status_code == deleted
    assert customer.get(path).json() == {"keys": []}


def test_all_keys_are_deleted_at_once(customer, place):
    path, deleted = place
    customer.put(f"{path}/a", 1)
    customer.put(f"{path}/b", None)

    assert customer.delete(path).status_code == deleted
    assert customer.get(path).json() == {"keys": []}


def test_a_key_that_is_not_there_is_not_found(customer, place):
    path, _ = place

    assert code(customer.get(f"{path}/nothing")) == (404, "not_found")
    assert code(customer.delete(f"{path}/nothing")) == (404, "not_found")


@pytest.mark.parametrize("body", ["", "{"])
def test_a_value_must_be_json(customer, place, body):
    path, _ = place

    assert customer("PUT", f"{path}/a", data=body).status_code in (400, 422)


def test_a_key_may_hold_any_character(customer, place):
    path, _ = place

    customer.put(f"{path}/a%2Fb%20c", 1)

    assert customer.get(path).json() == {"keys": ["a/b c"]}


def test_state_goes_with_its_document(customer):
    script = customer.create("scripts", content="1")
    path = f"/scripts/{script['_id']}"
    customer.put(f"{path}/state/a", 1)
    customer.delete(path)

    assert code(customer.get(f"{path}/state/a")) == (404, "not_found")
