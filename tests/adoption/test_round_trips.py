"""Adopt, write, load, compile: the same documents come back, from any download."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from connector_kit.adoption import (
    AdoptionError,
    adopt,
    load_connector,
    read_files,
    unpack,
    write_package,
)
from connector_kit.blueprint import compile_connector
from connector_kit.documents import resolve
from tests.adoption.downloads import big_files, save, small_files, zipped
from tests.adoption.strategies import downloads, patient

REAL = Path(__file__).parents[3] / "shared" / "real"
DOWNLOADS = sorted(REAL.iterdir()) if REAL.is_dir() else []


def came_back(download, folder):
    """Adopt and write *download*; return the adoption, and the blueprint of what was written."""
    adoption = adopt(download, keep_samples=True)
    written = write_package(adoption.outline, folder)
    loaded = compile_connector(load_connector(f"{folder}:{adoption.outline.class_name}"))
    assert loaded == written
    assert loaded.digest == written.digest
    return adoption, loaded


@patient
@given(downloads())
def test_any_download_comes_back(download):
    with tempfile.TemporaryDirectory() as home:
        try:
            adoption, blueprint = came_back(download, Path(home, "adopted"))
        except AdoptionError as error:
            assert "contains nothing" in str(error)  # noqa: PT017  any other is a fault
            return
    outline = adoption.outline
    assert [component.digest for component in blueprint.components] == [
        component.digest for component in outline.components
    ]
    assert (blueprint.name, blueprint.version) == (outline.name, outline.version)
    titles = {
        flow["_id"]["$ref"]: section["title"]
        for section in blueprint.integration.document["settings"]["sections"]
        for flow in section["flows"]
    }
    flows = [
        component.external_id for component in outline.components if component.resource == "flows"
    ]
    assert titles == {flow: outline.sections.get(flow, outline.name) for flow in flows}


def test_a_small_download_comes_back(tmp_path):
    _, blueprint = came_back(unpack(small_files()), tmp_path / "adopted")

    assert len(blueprint.components) == 6


def test_a_big_download_comes_back(tmp_path):
    source = zipped(big_files(), tmp_path / "big.zip")

    adoption, blueprint = came_back(unpack(read_files(source)), tmp_path / "adopted")

    assert len(blueprint.components) == 60 + 40 + 12 + 20 + 5 + 1
    assert [item.component for item in adoption.stand_ins] == ["missing_http_connection"]
    assert adoption.ignored_files == ("README.txt", "hardware/hammer.json")
    assert len(set(adoption.outline.sections.values())) == 3
    written = [path for path in (tmp_path / "adopted").rglob("*") if path.is_file()]
    assert len([path for path in written if path.suffix == ".js"]) == 20
    assert not [path for path in written if b"opensesame" in path.read_bytes()]


@pytest.mark.skipif(not DOWNLOADS, reason="there are no downloads beside the project")
@pytest.mark.parametrize("source", DOWNLOADS, ids=lambda path: path.name)
def test_a_real_download_comes_back(source, tmp_path):
    download = unpack(read_files(source))
    adoption, blueprint = came_back(download, tmp_path / "adopted")

    assert len(blueprint.components) == len(download.found)
    assert (adoption.stand_ins, adoption.notes, adoption.ignored_files) == ((), (), ())
    assert {item.path for item in adoption.left_out} == {"_id", "apiIdentifier"}
    ids = {
        component.external_id: found.id
        for component in blueprint.components
        for found in download.found
        if found.document["name"] == component.document["name"]
        and found.resource == component.resource
    }
    originals = {found.id: found.document for found in download.found}
    for component in blueprint.components:
        whole = originals[ids[component.external_id]]
        kept = {key: value for key, value in whole.items() if key not in {"_id", "apiIdentifier"}}
        assert resolve(component.document, ids) == kept


def test_what_was_written_is_adopted_to_the_same_from_its_own_documents(tmp_path):
    """A download of what the connector makes is the connector again."""
    adoption, blueprint = came_back(unpack(small_files()), tmp_path / "first")
    ids = {
        component.external_id: f"64a1f0c2b3d4aaaa{n:08x}"
        for n, component in enumerate(blueprint.components)
    }
    files = {"integration.json": json.dumps({"name": blueprint.name}).encode()}
    for component in blueprint.components:
        held = {**resolve(component.document, ids), "externalId": component.external_id}
        identity = ids[component.external_id]
        files[f"{component.resource}/x-{identity}.json"] = json.dumps(
            {**held, "_id": identity}
        ).encode()

    again = adopt(unpack(read_files(save(files, tmp_path / "download"))), keep_samples=True)

    assert {component.digest for component in again.outline.components} == {
        component.digest for component in adoption.outline.components
    }
