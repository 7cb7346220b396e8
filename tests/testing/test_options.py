"""What a function is given in a test is what the platform would give it there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector_kit.testing import ONE_TIME_TOKEN, NotDeclared, Platform, made_up_id
from tests.testing import declared
from tests.testing.declared import CHECKED, Everything


@pytest.fixture
def platform() -> Platform:
    declared.seen.clear()
    return Platform(
        Everything,
        settings={"channel": "#orders"},
        connections={"erp": {"encrypted": {"password": "p"}}},
    )


def given() -> dict[str, Any]:
    return declared.seen[-1]


def test_a_hook_gets_where_it_is_called_and_what_was_configured_there(platform: Platform) -> None:
    platform.pre_save_page("orders")

    assert given() == {
        "bearerToken": ONE_TIME_TOKEN,
        "_integrationId": made_up_id("@integration"),
        "_exportId": made_up_id("orders"),
        "_connectionId": made_up_id("shop"),
        "_flowId": made_up_id("sync"),
        "settings": {"channel": "#orders"},
        "configuration": {"status": "paid"},
        "data": CHECKED,
        "errors": [],
        "pageIndex": 0,
        "preview": False,
        "lastExportDateTime": datetime(2026, 1, 31, 12, tzinfo=UTC),
        "currentExportDateTime": datetime(2026, 1, 31, 13, tzinfo=UTC),
    }


def test_what_was_not_configured_is_not_there(platform: Platform) -> None:
    platform.pre_save_page("returns")

    assert "configuration" not in given()
    assert "lastExportDateTime" not in given()


def test_a_delta_export_begins_where_it_is_told(platform: Platform) -> None:
    platform.pre_save_page("orders", [], since=datetime(2026, 3, 1), page=4)  # noqa: DTZ001

    assert given()["lastExportDateTime"] == datetime(2026, 3, 1, tzinfo=UTC)
    assert given()["pageIndex"] == 4


SAMPLES = {
    "a mock output": ("orders", CHECKED),
    "sample data, at the path of the records": ("returns", [{"id": 7}]),
}


@pytest.mark.parametrize(("export", "records"), SAMPLES.values(), ids=SAMPLES.keys())
def test_records_that_are_left_out_are_the_exports_samples(
    platform: Platform, export: str, records: list[Any]
) -> None:
    assert platform.pre_save_page(export)["data"] == records


def test_an_import_gets_the_samples_of_the_export_that_feeds_it(platform: Platform) -> None:
    assert [entry["data"] for entry in platform.pre_map("save_order")] == CHECKED
    assert given()["_importId"] == made_up_id("save_order")


def test_mapped_records_are_given_beside_those_before_mapping(platform: Platform) -> None:
    platform.post_map("save_order", [{"id": 1}], [{"externalId": 1}])

    assert given()["preMapData"] == [{"id": 1}]
    assert given()["postMapData"] == [{"externalId": 1}]


def test_answers_are_the_imports_mock_response_unless_told(platform: Platform) -> None:
    [first, _] = platform.post_submit("save_order")
    assert (first["statusCode"], first["errors"][0]["code"]) == (422, "full")

    [answer] = platform.post_submit("save_order", [{}], answers=[{"statusCode": 200, "id": "9"}])
    assert answer == {"statusCode": 200, "id": "9"}


def test_a_response_hook_is_named_by_its_steps_component_or_by_itself(platform: Platform) -> None:
    platform.post_response_map("pass_response", [{"id": 1}])

    assert given()["_exportId"] == made_up_id("find")
    assert given()["_flowId"] == made_up_id("sync")
    assert given()["postResponseMapData"] == [{"id": 1}]
    assert (given()["oneToMany"], given()["pathToMany"]) == (False, "")


def test_an_aggregated_file_was_uploaded_unless_told(platform: Platform) -> None:
    assert platform.post_aggregate("put_order", {"code": "disk_full", "success": False}) is None

    assert given()["postAggregateData"] == {
        "success": False,
        "_json": {},
        "code": "disk_full",
        "message": "",
        "source": "",
    }


def test_a_wrapper_gets_its_connection_in_clear(platform: Platform) -> None:
    assert platform.ping("erp") == {"statusCode": 200}

    assert given()["connection"] == {
        "_id": made_up_id("erp"),
        "encrypted": {"password": "p"},
        "unencrypted": {"host": "erp.example.com"},
    }


def test_an_export_is_called_until_its_last_page_with_the_state_it_returned(
    platform: Platform,
) -> None:
    exported = platform.export("pulled")

    assert [record["page"] for record in exported.data] == [1, 2, 3]
    assert [call.get("state") for call in declared.seen] == [None, 2, 3]
    assert given()["configuration"] == {"table": "orders"}
    assert "type" not in given()


def test_an_export_goes_on_from_a_state(platform: Platform) -> None:
    assert [record["page"] for record in platform.export("pulled", state=2).data] == [2, 3]


def test_an_export_asks_for_what_has_changed_or_for_a_few(platform: Platform) -> None:
    platform.export("pulled", since=datetime(2026, 1, 1, tzinfo=UTC))
    assert given()["type"] == "delta"
    assert given()["delta"] == {"lastExecutionTime": 1767225600000, "dateField": "changedAt"}

    assert len(platform.export("pulled", limit=5).pages) == 1
    assert (given()["type"], given()["test"]) == ("test", {"limit": 5})


def test_an_import_wrapper_gets_records_and_settings(platform: Platform) -> None:
    assert platform.import_("put_order", [{"id": 1}]) == [{"statusCode": 200, "id": "0"}]
    assert given()["settings"] == {"channel": "#orders"}
    assert given()["_importId"] == made_up_id("put_order")


def test_functions_of_a_connector_get_the_license(platform: Platform) -> None:
    licensed = Platform(Everything, opts={"connectorEdition": "premium"})

    assert licensed.utility("echo", name="x", orderId=7) == {
        "bearerToken": ONE_TIME_TOKEN,
        "_integrationId": made_up_id("@integration"),
        "opts": {"connectorEdition": "premium"},
        "name": "x",
        "orderId": 7,
    }
    assert licensed.installer("install")["_connectorId"] == made_up_id("@connector")
    assert licensed.persist_settings({"a": 1}) == {"success": True, "pending": {"a": 1}}


def test_functions_of_framework_two_get_their_documents(platform: Platform) -> None:
    assert platform.form_init("form") == {"fieldMap": {}, "layout": {"fields": []}}
    assert given()["resource"]["name"] == "Everything"
    assert platform.pre_save({"a": 2}, {"a": 1}) == {"a": 2, "was": {"a": 1}}
    assert platform.filter("is_first", {"id": 1}) is True


def test_framework_two_calls_hooks_without_a_type_and_says_that_it_is_no_test_run() -> None:
    Platform(Everything, framework=2).pre_map("save_order", [])

    assert given()["testMode"] is False


def test_further_options_replace_what_is_made_up(platform: Platform) -> None:
    platform.pre_map("save_order", [], settings={}, testMode=True)

    assert (given()["settings"], given()["testMode"]) == ({}, True)


def test_what_is_asked_for_by_kind_is_what_its_own_method_does(platform: Platform) -> None:
    assert platform.ask("preMap", "save_order", [{"id": 3}]) == [{"data": {"id": 3}}]
    assert platform.ask("filter", "is_first", [{"id": 3}]) is False
    assert platform.ask("preSave", "preSave", newResource={"a": 1}) == {"a": 1, "was": {}}
    assert len(platform.ask("export", "pulled").pages) == 3
    with pytest.raises(NotDeclared, match="A ping function gets no records"):
        platform.ask("ping", "erp", [])


MISTAKES = {
    "an unknown component": (
        lambda platform: platform.pre_map("save_ordr"),
        "No preMap function is called 'save_ordr', or at 'save_ordr'. There are save_order.",
    ),
    "a component with another hook": (
        lambda platform: platform.post_submit("orders"),
        "There are save_order.",
    ),
    "a function of another kind": (
        lambda platform: platform.pre_map("pass_mapped"),
        "'pass_mapped' is marked as a postMap function, not as a preMap.",
    ),
    "a function that stands at several components": (
        lambda platform: platform.pre_save_page("keep_all"),
        "'keep_all' is called at orders, returns: name the one that is meant.",
    ),
    "a step whose flows call different functions": (
        lambda platform: platform.post_response_map("find"),
        "The flows call pass_response, other_response at 'find': name the one that is meant.",
    ),
    "a script's function": (
        lambda platform: platform.pre_map("scripted"),
        "'addTotals', a script's function: the platform runs it, not the stack.",
    ),
    "no samples": (
        lambda platform: platform.import_("save"),
        "There are no sample records for 'lonely'",
    ),
}


class Lonely(Everything):
    lonely = declared.Import("Lonely", connection=Everything.erp, wrapper={"function": "save"})
    put_order = None
    sync = None


@pytest.mark.parametrize(("call", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_name_that_means_nothing_here_is_said_with_what_there_is(call: Any, message: str) -> None:
    target = Lonely if "lonely" in message else Everything

    with pytest.raises(NotDeclared) as said:
        call(Platform(target))

    assert message in str(said.value)


def test_the_framework_of_a_class_counts() -> None:
    class Two(Everything):
        framework = 2

    Platform(Two).pre_map("save_order", [])

    assert given()["testMode"] is False
