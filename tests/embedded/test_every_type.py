"""Every resource type from its declaration to its removal."""

import pytest

from connector_kit.adoption import adopt, load_connector, read_live, unpack, write_package
from connector_kit.adoption.download import Download
from connector_kit.blueprint import compile_connector
from connector_kit.blueprint.resources import TYPES
from connector_kit.documents import Document, resolve
from connector_kit.embedded import deploy, record_release, remove, update
from connector_kit.integrator import Client, NoThrottle
from tests.adoption.downloads import Files, files_of
from tests.embedded.every_type import ROWS, Row


@pytest.fixture
def client(embedding):
    sandbox = embedding.platform.sandbox
    token = embedding.sandbox_account.token
    with Client(token, base_url=sandbox.base_url, throttle=NoThrottle()) as client:
        yield client


def files_in(download: Download) -> Files:
    """The files in which the platform would hand out *download*."""
    documents: dict[str, list[Document]] = {}
    for found in download.found:
        documents.setdefault(found.resource, []).append(found.document)
    return files_of(download.integration, **documents)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_component_lives_its_whole_life(row: Row, embedding, client, tmp_path):
    versions = row.targets
    first = record_release(versions[0])
    deployment = deploy(first.connector, embedding.account, "acme")
    resource, made = embedding.of(deployment)["thing"]
    ids = {name: document["_id"] for name, (_, document) in embedding.of(deployment).items()}
    declared = resolve(first.blueprint().component("thing").document, ids)
    assert resource == row.resource
    assert {key: made[key] for key in declared} == declared

    client.resource(resource).update(made["_id"], {**made, **row.edit})
    second = record_release(versions[1])
    update(deployment, release=second)
    updated = embedding.of(deployment)["thing"][1]
    declared = resolve(second.blueprint().component("thing").document, ids)
    assert {key: updated[key] for key in {**declared, **row.edit}} == {**declared, **row.edit}
    assert updated["_id"] == made["_id"]

    live = read_live(client, deployment.integration_id)
    downloads = {"live": live}
    if TYPES[row.resource].is_component:  # a download has no iClients
        downloads["files"] = unpack(files_in(live))
    for place, download in downloads.items():
        adopted = adopt(download, class_name="Adopted")
        write_package(adopted.outline, tmp_path / f"adopted_{place}")
        loaded = compile_connector(load_connector(f"{tmp_path}/adopted_{place}:Adopted"))
        [again] = [item for item in loaded.components if item.document["name"] == updated["name"]]
        assert again.resource == row.resource
        assert {**second.blueprint().component("thing").document, **row.edit}.items() <= {
            **again.document
        }.items()

    remove(deployment)
    assert not [name for name, _ in embedding.everything() if name == row.resource]


def test_rows_of_a_lookup_cache_are_the_customers(embedding, client):
    (row,) = [row for row in ROWS if row.resource == "lookupcaches"]
    versions = row.targets
    first = record_release(versions[0])
    deployment = deploy(first.connector, embedding.account, "acme")
    cache = embedding.of(deployment)["thing"][1]["_id"]
    assert client.lookup_caches.rows(cache) == {"DE": "Germany"}

    client.lookup_caches.remove(cache, ["DE"])
    client.lookup_caches.put(cache, {"FR": "Frankreich"})
    update(deployment, release=record_release(versions[1]))

    assert client.lookup_caches.rows(cache) == {"FR": "Frankreich"}
