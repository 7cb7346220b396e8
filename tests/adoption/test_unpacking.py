"""From a folder or a zip file to documents; whatever is wrong with it is said, with its place."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.adoption import AdoptionError, read_files, unpack
from tests.adoption.downloads import (
    HELPERS,
    INTEGRATION,
    ORDERS,
    SAVE,
    identity,
    save,
    small,
    small_files,
    written,
    zip_bytes,
    zipped,
)

SCRIPT = f"scripts/Helpers-{HELPERS}"
EXPORT = f"exports/Orders-{ORDERS}.json"


def found(files, resource):
    return [entry for entry in unpack(files).found if entry.resource == resource]


def contents(download):
    return sorted((item.resource, item.id, json.dumps(item.document)) for item in download.found)


def test_every_document_has_its_type_its_id_and_its_file():
    [export] = [item for item in found(small_files(), "exports") if item.id == ORDERS]

    assert (export.place, export.document["name"]) == (EXPORT, "Orders")
    assert {entry.resource for entry in unpack(small_files()).found} == set(small())


def test_a_folder_and_a_zip_file_of_it_are_the_same(tmp_path):
    folder = unpack(read_files(save(small_files(), tmp_path / "folder")))
    archive = unpack(read_files(zipped(small_files(), tmp_path / "download.zip")))

    assert folder == archive
    assert contents(folder) == contents(unpack(small_files()))


@pytest.mark.parametrize("prefix", ["orders/", "a/b/c/"])
def test_all_of_it_may_stand_in_a_folder_more(prefix):
    nested = {prefix + path: content for path, content in small_files().items()}

    assert contents(unpack(nested)) == contents(unpack(small_files()))


def test_a_copy_that_lies_deeper_is_not_taken_for_the_integration():
    files = small_files() | {"old/integration.json": b'{"name": "Old"}', "old/exports/x.json": b""}

    assert unpack(files).name == "Orders to ERP"
    assert "old/exports/x.json" in unpack(files).ignored


def test_the_integration_may_have_a_folder_of_its_own():
    files = small_files()
    files["integrations/Orders-to-ERP.json"] = files.pop("integration.json")

    assert contents(unpack(files)) == contents(unpack(small_files()))


def test_folders_may_be_spelled_as_people_do():
    helper = written({"_id": "64a1f0c2b3d4cccc00000001", "name": "Helper"})

    assert found(small_files() | {"Async-Helpers/h.json": helper}, "asynchelpers")


@pytest.mark.parametrize(
    "path", [f"{SCRIPT}.js", f"scripts/renamed-{HELPERS}.js", f"Scripts/{HELPERS}.JS"]
)
def test_a_scripts_content_may_stand_in_a_file_beside_it(path):
    empty = [{"_id": HELPERS, "name": "Helpers", "content": ""}]
    files = small_files(scripts=empty) | {path: "// Grüße\r\n".encode()}

    [script] = found(files, "scripts")

    assert script.document["content"] == "// Grüße\r\n"
    assert unpack(files).ignored == ()


def test_a_file_that_repeats_a_scripts_content_is_not_reported():
    content = small()["scripts"][0]["content"].encode()

    assert unpack(small_files() | {f"{SCRIPT}.js": content}).ignored == ()


def test_a_file_that_contradicts_a_scripts_content_is_reported():
    files = small_files() | {f"{SCRIPT}.js": b"something else"}

    assert found(files, "scripts")[0].document == small()["scripts"][0]
    assert unpack(files).ignored == (f"{SCRIPT}.js",)


def test_a_script_file_alone_is_a_script():
    other = identity("scripts", 7)
    files = small_files() | {f"scripts/Tax_rules-{other}.js": b"x"}

    [script] = [item for item in found(files, "scripts") if item.id == other]

    assert script.document == {"name": "Tax rules", "content": "x"}


def test_an_id_that_the_document_lacks_is_taken_from_the_file():
    document = {key: value for key, value in small()["exports"][0].items() if key != "_id"}

    assert ORDERS in [
        item.id for item in found(small_files() | {EXPORT: written(document)}, "exports")
    ]


def test_what_stands_for_an_id_without_being_one_is_replaced_wherever_it_refers():
    files = small_files(
        connections=[{"_id": "http", "name": "Shop", "type": "http"}],
        exports=[{"_id": ORDERS, "name": "http", "_connectionId": "http"}],
    )

    [connection], [export] = found(files, "connections"), found(files, "exports")

    assert export.document["_connectionId"] == connection.id != "http"
    assert (export.document["name"], connection.document["type"]) == ("http", "http")


JUNK = {
    ".DS_Store": b"",
    "__MACOSX/exports/._x.json": b"\x00",
    "exports/.hidden.json": b"\x00",
    "Thumbs.db": b"",
}


def test_what_operating_systems_leave_behind_is_passed_over(tmp_path):
    with_junk = small_files() | JUNK

    assert unpack(read_files(save(with_junk, tmp_path / "folder"))).ignored == ()
    assert unpack(read_files(zipped(with_junk, tmp_path / "a.zip"))).ignored == ()


def test_what_nobody_understands_is_listed():
    odd = {
        "README.md": b"#",
        "hardware/x.json": b"{}",
        "iclients/y.json": b"{}",
        "exports/a.txt": b"",
    }

    assert unpack(small_files() | odd).ignored == tuple(sorted(odd))


def test_a_document_that_is_there_twice_counts_once():
    files = small_files() | {f"exports/Orders ({ORDERS}).json": small_files()[EXPORT]}

    assert contents(unpack(files)) == contents(unpack(small_files()))
    assert unpack(files).ignored == (EXPORT,)


def test_two_different_documents_with_one_id_are_refused():
    other = written({"_id": ORDERS, "name": "Older"})

    with pytest.raises(AdoptionError, match=rf"{EXPORT} and exports/Old\.json .* {ORDERS}"):
        unpack({"exports/Old.json": other} | small_files())


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({}, "no files", id="empty"),
        pytest.param({EXPORT: b"{}"}, r"no integration\.json", id="no integration"),
        pytest.param(
            {"a/integration.json": b"{}", "b/integration.json": b"{}"},
            r"several integrations \(a/integration\.json, b/integration\.json\)",
            id="several integrations",
        ),
        pytest.param(
            small_files() | {EXPORT: b"<html>"},
            f"{EXPORT} is not valid JSON",
            id="an export is no JSON",
        ),
        pytest.param(small_files() | {EXPORT: b"[]"}, f"{EXPORT} contains a list", id="a list"),
        pytest.param(
            small_files() | {EXPORT: b"\xff\xfe"}, f"{EXPORT} is not valid JSON", id="binary"
        ),
        pytest.param(
            small_files() | {EXPORT: b'{"a": NaN}'},
            "NaN is not a JSON number",
            id="a number that is none",
        ),
        pytest.param(small_files() | {EXPORT: b'{"a": 1e999}'}, "too large", id="infinity"),
        pytest.param(
            small_files() | {EXPORT: b'{"a":' * 200 + b"1" + b"}" * 200},
            "nested more than",
            id="too deep",
        ),
        pytest.param(
            small_files() | {EXPORT: b"[" * 100_000}, "nested more than", id="deep beyond reading"
        ),
        pytest.param(
            small_files(scripts=[]) | {f"{SCRIPT}.js": b"\xff"},
            "is not UTF-8",
            id="a binary script",
        ),
        pytest.param(
            small_files() | {"integration.json": b"{"},
            r"integration\.json is not valid JSON",
            id="cut off",
        ),
    ],
)
def test_what_is_wrong_with_a_download_is_said(files, words):
    with pytest.raises(AdoptionError, match=words):
        unpack(files)


def test_a_place_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(AdoptionError, match="nowhere does not exist"):
        read_files(tmp_path / "nowhere")


def test_a_file_that_is_no_zip_file_is_an_error(tmp_path):
    place = tmp_path / "integration.json"
    place.write_bytes(b"{}")

    with pytest.raises(AdoptionError, match="cannot be read as a zip file"):
        read_files(place)


@given(data=st.data())
def test_a_broken_zip_file_is_an_error_and_nothing_worse(tmp_path_factory, data):
    content = bytearray(
        zip_bytes({"integration.json": b"{}", EXPORT: b'{"a": "' + b"x" * 50 + b'"}'})
    )
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    place = tmp_path_factory.getbasetemp() / "broken.zip"
    place.write_bytes(content[: data.draw(st.integers(1, len(content)))])

    with suppress(AdoptionError):
        unpack(read_files(place))


def test_the_integrations_place_is_known():
    assert unpack({f"a/{path}": item for path, item in small_files().items()}).place == (
        "a/integration.json"
    )
    assert unpack(small_files()).integration["_id"] == INTEGRATION
    assert SAVE in [entry.id for entry in unpack(small_files()).found]
