"""``connector-kit adopt`` as somebody types it."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connector_kit.adoption import load_connector
from connector_kit.blueprint import compile_connector
from tests.adoption.downloads import INTEGRATION, save, small, small_files, zipped


@pytest.fixture
def downloaded(tmp_path, monkeypatch):
    """A downloaded integration, beside the current folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    odd = {"README.md": b"# Orders"}
    return save(small_files(connections=[]) | odd, tmp_path / "downloaded")


def test_the_package_is_in_the_current_folder_named_after_the_class(downloaded, capsys):
    call_command("adopt", str(downloaded))

    assert [path.name for path in Path().iterdir()] == ["orders_to_erp"]
    assert load_connector("./orders_to_erp:OrdersToERP").name == "Orders to ERP"
    said = capsys.readouterr()
    assert said.err == ""
    assert f"Orders to ERP 1.0.0: {Path().absolute() / 'orders_to_erp'}" in said.out
    assert "1 connection, 1 script, 2 exports, 1 import, 1 flow" in said.out


def test_it_says_what_is_not_as_it_was_and_what_comes_next(downloaded, capsys):
    call_command("adopt", str(downloaded))

    said = capsys.readouterr().out
    assert "set by the server\n    _id: @integration, " in said
    assert "apiIdentifier: orders\n" in said
    assert "Placeholders for missing connections:" in said
    assert "missing_http_connection" in said
    assert "Unused files:\n  README.md\n" in said
    target = f"{Path().absolute() / 'orders_to_erp'}:OrdersToERP"
    assert f"connector-kit blueprint {target}\n" in said
    assert f"connector-kit publish {target}\n" in said


def test_everything_can_be_chosen(downloaded):
    options = ["--output", "mine", "--name", "Ours", "--class-name", "Theirs", "--release", "0.2.0"]
    call_command("adopt", str(downloaded), *options)

    connector = load_connector("./mine")
    assert (connector.__name__, connector.name, connector.version) == ("Theirs", "Ours", "0.2.0")


def test_json_is_the_only_thing_on_stdout_and_leaves_nothing_out(downloaded, capsys):
    call_command("adopt", str(downloaded), "--json")

    said = capsys.readouterr()
    [line] = said.out.splitlines()
    answer = json.loads(line)
    blueprint = compile_connector(load_connector(answer["target"]))
    assert answer["package"] == str(Path().absolute() / "orders_to_erp")
    assert (answer["name"], answer["version"], answer["digest"]) == (
        blueprint.name,
        blueprint.version,
        blueprint.digest,
    )
    assert answer["components"][0] == {
        "externalId": "missing_http_connection",
        "resource": "connections",
        "name": "Missing http connection",
    }
    assert len(answer["components"]) == len(blueprint.components)
    assert {
        "component": "orders",
        "path": "apiIdentifier",
        "reason": "set by the server",
        "place": f"exports/Orders-{small()['exports'][0]['_id']}.json",
    } in answer["left_out"]
    assert [document["component"] for document in answer["stand_ins"]] == [
        "missing_http_connection"
    ]
    assert answer["notes"] == []
    assert answer["ignored_files"] == ["README.md"]


def test_a_zip_file_does_as_well(tmp_path, capsys):
    archive = zipped(small_files(), tmp_path / "orders.zip")

    call_command("adopt", str(archive), "--output", str(tmp_path / "mine"), "--json")

    assert json.loads(capsys.readouterr().out)["stand_ins"] == []


def test_secrets_are_listed_and_not_printed(tmp_path, capsys):
    documents = small()
    documents["connections"][0]["http"]["auth"]["basic"]["password"] = "opensesame"
    source = save(small_files(connections=documents["connections"]), tmp_path / "downloaded")

    call_command("adopt", str(source), "--output", str(tmp_path / "mine"))

    said = capsys.readouterr().out
    assert "secret; the customer enters it\n    http.auth.basic.password: shop\n" in said
    assert "opensesame" not in said
    assert b"opensesame" not in (tmp_path / "mine" / "__init__.py").read_bytes()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nonsense"], "nonsense does not exist"),
        (["."], "There are no files"),
        (["DOWNLOADED", "--release", "two"], "not a semantic version"),
        (["DOWNLOADED", "--class-name", "2"], "is not a valid class name"),
        (["DOWNLOADED", "--output", "DOWNLOADED"], "not empty. Choose another folder"),
    ],
)
def test_what_is_wrong_is_one_paragraph_and_nothing_is_written(downloaded, words, complaint):
    before = sorted(downloaded.parent.rglob("*"))

    arguments = [word.replace("DOWNLOADED", str(downloaded)) for word in words]

    with pytest.raises(CommandError, match=complaint) as caught:
        call_command("adopt", *arguments)

    assert caught.value.returncode == 1
    assert sorted(downloaded.parent.rglob("*")) == before


def test_a_live_integration_goes_by_its_id(platform, tmp_path, capsys):
    documents = small()
    documents["connections"][0]["http"]["auth"]["basic"]["password"] = "opensesame"
    integration = platform.call("POST", "/integrations", {"name": "Live [orders]"})
    shop = platform.call("POST", "/connections", documents["connections"][0])
    export = documents["exports"][0] | {
        "_connectionId": shop["_id"],
        "_integrationId": integration["_id"],
    }
    platform.call("POST", "/exports", export)

    options = ["--output", str(tmp_path / "mine"), "--json"]
    call_command("adopt", integration["_id"], *options)

    answer = json.loads(capsys.readouterr().out)
    assert answer["name"] == "Live [orders]"
    assert [component["externalId"] for component in answer["components"]] == ["shop", "orders"]
    assert {
        "component": "shop",
        "path": "http.auth.basic.password",
        "reason": "secret; the customer enters it",
        "place": f"/v1/connections/{shop['_id']}",
    } in answer["left_out"]


def test_an_id_that_the_account_does_not_have_is_an_error(platform):
    with pytest.raises(CommandError, match=f"no integration {INTEGRATION} in this account"):
        call_command("adopt", INTEGRATION)


def test_an_id_needs_a_token(settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}

    with pytest.raises(CommandError, match="CONNECTOR_KIT_TOKEN is not set"):
        call_command("adopt", INTEGRATION)


def test_help_shows_examples_and_exit_codes(capsys):
    with pytest.raises(SystemExit):
        call_command("adopt", "--help")

    said = capsys.readouterr().out
    assert "connector-kit adopt downloaded.zip --output my_connector" in said
    assert "exit codes:\n  0  package written" in said
    assert "first version (1.0.0)" in said


@pytest.fixture
def sampled(tmp_path):
    [first, *others] = small()["exports"]
    export = {**first, "mockOutput": {"page_of_records": [{"record": {"to": "jo@example.com"}}]}}
    return save(small_files(exports=[export, *others]), tmp_path / "sampled")


def test_samples_that_were_left_out_are_counted(sampled, tmp_path, capsys):
    call_command("adopt", str(sampled), "--output", str(tmp_path / "mine"))

    said = capsys.readouterr().out
    assert "1 sample was left out; use --keep-samples to include them." in said
    assert "mockOutput: orders" in said
    written = [path.read_text() for path in (tmp_path / "mine").rglob("*.*")]
    assert not any("jo@example.com" in text for text in written)


def test_personal_data_in_samples_that_are_kept_is_named(sampled, tmp_path, capsys):
    call_command("adopt", str(sampled), "--output", str(tmp_path / "a"), "--keep-samples")
    assert "Possibly personal data that every customer would get:" in capsys.readouterr().out

    call_command("adopt", str(sampled), "--output", str(tmp_path / "b"), "--keep-samples", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["samples_left_out"] == 0
    assert {
        "component": "orders",
        "path": "mockOutput.page_of_records[0].record.to",
        "reason": "an e-mail address",
        "place": f"exports/Orders-{small()['exports'][0]['_id']}.json",
    } in answer["personal"]
