"""An integration that somebody built by hand is deployed for end users, and updated."""

import pytest

from connector_kit.embedded import EmbeddedError, deploy, record_copy, run_export, update
from connector_kit.publisher.errors import VersionTaken
from examples.embedded.applications import Applications
from tests.embedded.fixtures import problems_of


@pytest.fixture
def original(embedding, address):
    """An integration as somebody makes one in the browser."""
    integration = embedding.do("POST", "/integrations", {"name": "Orders by hand"})
    login = {"type": "basic", "basic": {"username": "me", "password": "mine-4711"}}
    connection = embedding.do(
        "POST",
        "/connections",
        {
            "name": "Shop",
            "type": "http",
            "http": {"baseURI": address, "mediaType": "json", "auth": login},
        },
    )
    export = embedding.do(
        "POST",
        "/exports",
        {
            "name": "Orders",
            "_connectionId": connection["_id"],
            "_integrationId": integration["_id"],
            "http": {"relativeURI": "/orders", "method": "GET"},
        },
    )
    embedding.do(
        "POST",
        "/flows",
        {
            "name": "Orders",
            "disabled": True,
            "_integrationId": integration["_id"],
            "pageGenerators": [{"_exportId": export["_id"]}],
        },
    )
    return integration["_id"]


def login(address):
    basic = {"username": "jo", "password": "password-of-jo"}
    return {"shop": {"http": {"auth": {"type": "basic", "basic": basic}}}}


def test_each_end_user_gets_a_copy_with_credentials_of_their_own(embedding, original, address):
    release = record_copy(embedding.account, original, version="1.0.0").release
    before = [item for item in embedding.everything() if item[0] != "integrations"]

    deployment = deploy(release.connector, embedding.account, "acme", credentials=login(address))

    assert problems_of(embedding, deployment, release) == []
    [export] = [n for n, (kind, _) in embedding.of(deployment).items() if kind == "exports"]
    assert run_export(deployment, export) == [
        {"number": 1, "status": "paid"},
        {"number": 2, "status": "open"},
    ]
    assert [item for item in before if item not in embedding.everything()] == []
    assert "mine-4711" not in str(release.manifest)
    assert Applications.posted == []


def test_what_changes_in_the_original_reaches_the_copies_as_a_new_version(
    embedding, original, address
):
    release = record_copy(embedding.account, original, version="1.0.0").release
    deployment = deploy(release.connector, embedding.account, "acme", credentials=login(address))
    [export] = embedding.do("GET", f"/integrations/{original}/exports")
    changed = {**export, "http": {"relativeURI": "/orders?status=open", "method": "GET"}}
    embedding.do("PUT", f"/exports/{export['_id']}", changed)

    with pytest.raises(VersionTaken):
        record_copy(embedding.account, original, version="1.0.0")
    second = record_copy(embedding.account, original, version="1.1.0").release
    update(deployment)

    assert second.connector == release.connector
    assert problems_of(embedding, deployment, second) == []


def test_reading_the_original_twice_is_one_release(embedding, original):
    first = record_copy(embedding.account, original, version="1.0.0").release

    assert record_copy(embedding.account, original, version="1.0.0").release == first


@pytest.mark.parametrize("version", ["1", "newest"])
def test_a_version_that_is_none_is_refused(embedding, original, version):
    with pytest.raises(EmbeddedError) as refused:
        record_copy(embedding.account, original, version=version)

    assert refused.value.code == "not_copyable"


def test_an_integration_that_is_not_there_is_refused(embedding):
    with pytest.raises(EmbeddedError, match="no integration") as refused:
        record_copy(embedding.account, "f" * 24, version="1.0.0")

    assert refused.value.code == "not_copyable"


def test_what_calls_a_stack_is_told_to_become_a_connector(embedding, acme):
    with pytest.raises(EmbeddedError, match=r"'connector-kit adopt'") as refused:
        record_copy(embedding.account, acme.integration_id, name="Copy", version="1.0.0")

    assert refused.value.code == "not_copyable"
