"""Two versions out of any download: one thing removed, one changed, one added."""

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from rich.console import Console

from connector_kit.adoption import AdoptionError, adopt, load_connector, unpack, write_package
from connector_kit.blueprint import compile_connector
from connector_kit.documents import references
from connector_kit.extension import FunctionModule
from connector_kit.plan import Fence, Live, compare
from connector_kit.publisher.catalog import slug_of
from tests.adoption.downloads import (
    ORDERS,
    SYNC,
    big_files,
    save,
    small,
    small_files,
    zipped,
)
from tests.adoption.strategies import downloads, patient
from workshop import demo
from workshop.console import SECOND
from workshop.derive import derive_versions, in_framework_2, next_version

REAL = Path(__file__).parents[3] / "shared" / "real"
DOWNLOADS = sorted(REAL.iterdir()) if REAL.is_dir() else []
FENCE = Fence(connector_id="c", integration_id="i")


def derived(source, home):
    """The blueprints of the versions derived from *source*, and what was said about them."""
    said = io.StringIO()
    console = Console(file=said, width=500, markup=False, emoji=False, highlight=False)
    classes = [load_connector(version) for version in derive_versions(source, home, console)]
    assert len({slug_of(cls_) for cls_ in classes}) == 1
    return [compile_connector(cls_) for cls_ in classes], said.getvalue()


def difference(before, after):
    """What is removed, changed and added between two outlines or blueprints, by name."""
    old = {component.external_id: component.digest for component in before.components}
    new = {component.external_id: component.digest for component in after.components}
    changed = {name for name in old.keys() & new.keys() if old[name] != new[name]}
    return old.keys() - new.keys(), changed, new.keys() - old.keys()


def update(before, after):
    """The plan that brings an account from *before* to *after*: action and name of each step."""
    live = [
        Live(
            component.external_id,
            component.external_id,
            component.resource,
            component.document,
            "c",
            "i",
        )
        for component in before.components
    ]
    applied = {component.external_id: component for component in before.components}
    plan = compare(after.components, applied, live, fence=FENCE).to_json()
    return {(step["action"], step["externalId"]) for step in plan["steps"]}


def outline(**folders):
    return adopt(unpack(small_files(**{folder: [] for folder in small()} | folders))).outline


@pytest.mark.skipif(not DOWNLOADS, reason="there are no downloads beside the project")
@pytest.mark.parametrize("source", DOWNLOADS, ids=lambda path: path.name)
def test_a_real_download_makes_two_versions(source, tmp_path):
    (first, second), _ = derived(source, tmp_path)

    assert (first.version, second.version) == ("1.0.0", "1.1.0")
    removed, changed, added = difference(first, second)
    assert (len(removed), len(added)) == (1, 1)
    assert changed


def test_a_big_download_makes_two_versions(tmp_path):
    (first, second), said = derived(zipped(big_files(100_000), tmp_path / "big.zip"), tmp_path)

    removed, changed, added = difference(first, second)
    assert (len(removed), len(changed), len(added)) == (1, 2, 1)
    assert update(first, second) >= {("delete", *removed), ("create", *added)}
    assert "Adopted Everything everywhere as 1.0.0: 6 connections, 20 scripts, 60 exports" in said
    assert f"Derived 1.1.0: {removed.pop()} is removed, and its step in" in said
    assert "http.auth.token.token: http_connection_0" in said
    assert "Placeholders for missing connections" in said


@patient
@given(downloads())
def test_any_download_makes_two_versions_that_differ_in_one_thing_of_each_kind(download):
    try:
        before = adopt(download).outline
    except AdoptionError:
        return
    after, words = next_version(before)

    removed, changed, added = difference(before, after)
    assert len(removed) == (len(before.components) > 1)
    assert len(added) == 1
    assert changed
    assert (after.name, after.class_name, after.version) == (
        before.name,
        before.class_name,
        "1.1.0",
    )
    assert len(words) == 3
    wanted = {("delete", item) for item in removed} | {("create", item) for item in added}
    planned = update(before, after)
    assert {step for step in planned if step[0] in {"create", "delete", "conflict"}} == wanted
    assert {name for action, name in planned if action == "update"} <= changed
    for component in after.components:
        assert not references(component.document) & removed
    with tempfile.TemporaryDirectory() as home:
        assert write_package(after, Path(home, "after")).version == "1.1.0"


def test_a_step_goes_with_what_it_runs():
    whole = adopt(unpack(small_files())).outline

    after, (removed, _, _) = next_version(whole)

    assert removed == "save_order is removed, and its step in sync"
    [sync] = [component for component in after.components if component.external_id == "sync"]
    assert len(sync.document["pageProcessors"]) == 1


def test_a_step_that_others_run_as_well_stays():
    again = {**small()["flows"][0], "_id": SYNC[:-1] + "2", "name": "Again"}
    documents = small() | {"flows": [*small()["flows"], again]}

    _, (removed, _, _) = next_version(outline(**documents))

    assert removed == "sync is removed"


def test_imports_alone_make_two_versions():
    _, words = next_version(outline(imports=small()["imports"]))

    assert words == (
        "save_order is removed",
        "the description of missing_http_connection is changed",
        "the script added_script is added",
    )


def test_a_flow_with_nothing_but_a_source_is_removed_as_a_whole():
    hook = {"_id": ORDERS, "name": "Hook", "type": "webhook", "adaptorType": "WebhookExport"}
    flow = {"_id": SYNC, "name": "Sync", "pageGenerators": [{"_exportId": ORDERS}]}

    after, words = next_version(outline(exports=[hook], flows=[flow]))

    assert words[0] == "sync is removed"
    assert after.sections == {}


def test_a_single_component_cannot_be_spared_and_that_is_said():
    script = {**small()["scripts"][0], "name": "Added script"}

    after, words = next_version(outline(scripts=[script]))

    assert words[0] == "nothing is removed, for there is only one component"
    assert {component.external_id for component in after.components} == {
        "added_script",
        "added_script_2",
    }


def test_a_wrapper_connection_gets_what_it_is_pinged_by(tmp_path):
    """Without it nobody could install: an author would have to write it first."""
    wrapper = {"_stackId": "64a1f0c2b3d4bbbb00000001", "pingFunction": "pingErp"}
    erp = {**small()["connections"][0], "type": "wrapper", "wrapper": wrapper}
    source = save(small_files(connections=[erp]), tmp_path / "downloaded")

    targets = derive_versions(source, tmp_path)

    classes = [load_connector(target) for target in targets]
    assert {cls_.__name__ for cls_ in classes} == {"OrdersToERP"}
    assert [compile_connector(cls_).version for cls_ in classes] == ["1.0.0", "1.1.0"]
    assert all("wrappers.pingErp" in FunctionModule.of(cls_) for cls_ in classes)


@pytest.mark.parametrize("source", ["nonsense", "."])
def test_the_demo_says_in_one_line_why_a_source_is_none(source, tmp_path, monkeypatch, capsys):
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(demo, "HOME", tmp_path / "home")
    monkeypatch.setattr(demo, "VERDICT", tmp_path / "demo.json")
    (tmp_path / "demo.json").write_text('{"ok": 1}')
    monkeypatch.setattr("sys.argv", ["demo", "--from", str(tmp_path / "empty" / source)])

    assert demo.main() == 2

    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert "folder" in line
    assert not (tmp_path / "demo.json").exists()


def test_a_download_is_written_nowhere_but_at_home(tmp_path):
    source = save(small_files(), tmp_path / "downloaded")
    before = {path: path.read_bytes() for path in source.rglob("*") if path.is_file()}

    derived(source, tmp_path / "home")

    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == ["v1_0", "v1_1"]
    assert {path: path.read_bytes() for path in source.rglob("*") if path.is_file()} == before


def test_the_same_declaration_is_loaded_in_framework_2(tmp_path):
    declared, copied = (
        load_connector(target) for target in (SECOND, in_framework_2(SECOND, tmp_path))
    )

    assert (declared.framework, copied.framework) == (1, 2)
    assert difference(compile_connector(declared), compile_connector(copied)) == (set(),) * 3
    assert slug_of(copied) == slug_of(declared)
