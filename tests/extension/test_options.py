"""What functions get, under Python names; and what they answer, as plain dicts."""

import copy
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit import (
    ChangeEditionOptions,
    Entry,
    ExportOptions,
    ExportPage,
    HandleRequestOptions,
    ImportAnswer,
    ImportOptions,
    InstallerOptions,
    Options,
    PingOptions,
    PingResult,
    PostSubmitOptions,
    PreMapOptions,
    PreSaveOptions,
    PreSavePageOptions,
    PreSavePageResult,
    RecordError,
    SettingOptions,
    StepOptions,
    fail,
    ignore,
    keep,
)
from connector_kit.extension import ExtensionError
from connector_kit.extension.answers import to_json
from connector_kit.extension.authoring.fields import JsonObject, Option
from connector_kit.extension.authoring.kinds import KINDS

TOKEN = "one-time-3f9a"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

PRE_SAVE_PAGE = {
    "bearerToken": TOKEN,
    "_integrationId": "i",
    "_parentIntegrationId": "p",
    "_flowId": "f",
    "_exportId": "e",
    "_connectionId": "c",
    "settings": {"channel": "#orders"},
    "configuration": {"status": "paid"},
    "testMode": True,
    "data": [{"id": 1}],
    "errors": [{"code": "a", "message": "b"}],
    "files": [{"fileMeta": {"fileName": "a.csv"}}],
    "retryData": {"k": {"data": 1}},
    "pageIndex": 3,
    "preview": True,
    "lastExportDateTime": "2026-01-31T12:00:00.000Z",
    "currentExportDateTime": NOON,
}
EXPORT = {
    "connection": {"_id": "c", "encrypted": {"password": "hush"}, "unencrypted": {"host": "h"}},
    "type": "delta",
    "delta": {"dateField": "updated", "lastExecutionTime": 1769860800000},
    "once": {"booleanField": "exported"},
    "test": {"limit": 10},
    "state": {"page": 2},
}

READINGS: dict[str, tuple[Any, Any]] = {
    "a token": (lambda: PreSavePageOptions(PRE_SAVE_PAGE).bearer_token, TOKEN),
    "an id": (lambda: PreSavePageOptions(PRE_SAVE_PAGE).parent_integration_id, "p"),
    "settings": (lambda: PreSavePageOptions(PRE_SAVE_PAGE).settings["channel"], "#orders"),
    "a configuration": (lambda: PreSavePageOptions(PRE_SAVE_PAGE).configuration["status"], "paid"),
    "a number": (lambda: PreSavePageOptions(PRE_SAVE_PAGE).page_index, 3),
    "a number with a point": (lambda: PreSavePageOptions({"pageIndex": 3.0}).page_index, 3),
    "a flag": (lambda: PreSavePageOptions(PRE_SAVE_PAGE).preview, True),
    "a time as text": (lambda: PreSavePageOptions(PRE_SAVE_PAGE).last_export_date_time, NOON),
    "a time": (lambda: PreSavePageOptions(PRE_SAVE_PAGE).current_export_date_time, NOON),
    "a time without a zone": (
        lambda: (
            PreSavePageOptions({"lastExportDateTime": "2026-01-31 12:00"}).last_export_date_time
        ),
        NOON,
    ),
    "files": (lambda: PreSavePageOptions(PRE_SAVE_PAGE).files[0]["fileMeta"]["fileName"], "a.csv"),
    "responses": (
        lambda: PostSubmitOptions({"responseData": [{"id": 1}]}).response_data[0]["id"],
        1,
    ),
    "a secret of a connection": (
        lambda: ExportOptions(EXPORT).connection.encrypted["password"],
        "hush",
    ),
    "a connection's id": (lambda: PingOptions(EXPORT).connection.id, "c"),
    "delta": (lambda: ExportOptions(EXPORT).delta.date_field, "updated"),
    "delta's time": (lambda: ExportOptions(EXPORT).delta.last_execution_time, 1769860800000),
    "once": (lambda: ExportOptions(EXPORT).once.boolean_field, "exported"),
    "test": (lambda: ExportOptions(EXPORT).test.limit, 10),
    "a state": (lambda: ExportOptions(EXPORT).state, {"page": 2}),
    "a state that is a text": (lambda: ExportOptions({"state": "next"}).state, "next"),
    "a form's values": (lambda: InstallerOptions({"formVal": {"a": 1}}).form_val, {"a": 1}),
    "a form's values inside opts": (
        lambda: InstallerOptions({"opts": {"formVal": {"a": 1}}}).form_val,
        {"a": 1},
    ),
    "beside opts before inside": (
        lambda: SettingOptions({"fieldName": "a", "opts": {"fieldName": "b"}}).field_name,
        "a",
    ),
    "opts that are none": (lambda: SettingOptions({"opts": 7}).field_name, ""),
    "a form submission": (
        lambda: StepOptions({"formSubmission": {"a": 1}}).form_submission,
        {"a": 1},
    ),
    "an edition": (
        lambda: ChangeEditionOptions({"toEdition": {"_id": "x", "order": 2}}).to_edition.order,
        2,
    ),
    "an edition by id": (lambda: ChangeEditionOptions({"fromEdition": "x"}).from_edition.id, "x"),
    "a body of any shape": (lambda: HandleRequestOptions({"body": [1]}).body, [1]),
}


@pytest.mark.parametrize(("read", "expected"), READINGS.values(), ids=READINGS.keys())
def test_options_are_read_under_python_names(read: Any, expected: Any) -> None:
    assert read() == expected


EMPTY: dict[str, tuple[Any, Any]] = {
    "a text": (lambda raw: PreMapOptions(raw).import_id, ""),
    "a list": (lambda raw: PreMapOptions(raw).data, []),
    "an object": (lambda raw: PreMapOptions(raw).settings, {}),
    "a flag": (lambda raw: PreMapOptions(raw).test_mode, False),
    "a number": (lambda raw: PreSavePageOptions(raw).page_index, 0),
    "a time": (lambda raw: PreSavePageOptions(raw).last_export_date_time, None),
    "any shape": (lambda raw: ExportOptions(raw).state, None),
    "a part": (lambda raw: ExportOptions(raw).delta.date_field, ""),
    "an edition": (lambda raw: ChangeEditionOptions(raw).to_edition.display_name, ""),
}


@pytest.mark.parametrize(("read", "expected"), EMPTY.values(), ids=EMPTY.keys())
@pytest.mark.parametrize("value", [None, ...], ids=["null", "left out"])
def test_what_the_platform_left_out_reads_as_empty(read: Any, expected: Any, value: Any) -> None:
    names = (
        "_importId",
        "data",
        "settings",
        "testMode",
        "pageIndex",
        "lastExportDateTime",
        "state",
    )
    raw = {} if value is ... else dict.fromkeys([*names, "delta", "toEdition"])

    assert read(raw) == expected


MISTAKEN: dict[str, tuple[Any, str]] = {
    "a list": (
        lambda: PreMapOptions({"data": "text"}).data,
        "The option data must be a list, not a str.",
    ),
    "a text": (
        lambda: PreMapOptions({"_importId": 7}).import_id,
        "The option _importId must be text, not an int.",
    ),
    "a flag": (
        lambda: PreMapOptions({"testMode": "yes"}).test_mode,
        "The option testMode must be true or false, not a str.",
    ),
    "a number": (
        lambda: PreSavePageOptions({"pageIndex": True}).page_index,
        "The option pageIndex must be a whole number, not a bool.",
    ),
    "a broken number": (
        lambda: PreSavePageOptions({"pageIndex": 1.5}).page_index,
        "The option pageIndex must be a whole number, not a float.",
    ),
    "infinity": (
        lambda: PreSavePageOptions({"pageIndex": float("inf")}).page_index,
        "The option pageIndex must be a whole number, not a float.",
    ),
    "a time": (
        lambda: PreSavePageOptions({"lastExportDateTime": "yesterday"}).last_export_date_time,
        "The option lastExportDateTime must be a time such as 2026-01-31T12:00:00Z, not a str.",
    ),
    "a part": (
        lambda: ExportOptions({"delta": []}).delta,
        "The option delta must be an object, not a list.",
    ),
    "an edition": (
        lambda: ChangeEditionOptions({"toEdition": 7}).to_edition,
        "The option toEdition must be an edition or its id, not an int.",
    ),
}


@pytest.mark.parametrize(("read", "message"), MISTAKEN.values(), ids=MISTAKEN.keys())
def test_a_value_of_another_shape_is_refused_when_it_is_read(read: Any, message: str) -> None:
    with pytest.raises(ExtensionError) as refused:
        read()

    assert (refused.value.code, refused.value.message) == ("invalid_field", message)


def test_unknown_fields_are_kept_and_nothing_is_copied() -> None:
    raw = {"data": [{"id": 1}], "newField": {"of": "tomorrow"}}
    options = PreMapOptions(raw)

    assert options.raw is raw
    assert options.raw["newField"] == {"of": "tomorrow"}
    assert options.data is raw["data"]


def test_options_cannot_be_changed() -> None:
    options = PreMapOptions({"data": []})

    with pytest.raises(AttributeError, match="data is what the platform sent"):
        options.data = [1]  # type: ignore[misc]
    with pytest.raises(AttributeError):
        options.raw = {}  # type: ignore[misc]


def test_options_are_compared_by_kind_and_content() -> None:
    assert PreMapOptions({"data": []}) == PreMapOptions({"data": []})
    assert PreMapOptions({"data": []}) != PreMapOptions({"data": [1]})
    assert PreMapOptions({"data": []}) != PreSavePageOptions({"data": []})
    assert copy.copy(PreMapOptions({"data": [1]})) == PreMapOptions({"data": [1]})


def test_nothing_shows_but_ids_and_the_names_of_fields() -> None:
    options = ExportOptions(
        {"bearerToken": TOKEN, "_exportId": "e", "_odd": "hush", "_noTextId": ["hush"], **EXPORT}
    )

    assert repr(options) == (
        "<ExportOptions bearerToken, _exportId='e', _odd, _noTextId, connection, type, delta, "
        "once, test, state>"
    )
    assert repr(options.connection) == "<WrapperConnection _id='c', encrypted, unencrypted>"
    assert repr(PreMapOptions({})) == "<PreMapOptions without fields>"
    assert "hush" not in f"{options} {options.connection!s}"


@given(
    st.dictionaries(st.text(min_size=1), st.text(min_size=1)),
    st.text("secret", min_size=6, max_size=12),
)
def test_no_value_ever_shows(fields: dict[str, str], secret: str) -> None:
    options = Options(
        {f"x{name}": f"«{secret}»" for name in fields} | {"bearerToken": f"«{secret}»"}
    )

    assert f"«{secret}»" not in repr(options)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_option_of_every_kind_has_a_name_of_the_platforms_style(kind: Any) -> None:
    for name, option in _options_of(kind.options):
        words = option.name.lstrip("_")

        assert words[0].islower()
        assert "_" not in words
        assert name.replace("_", "") == words.lower()


def _options_of(options: type[JsonObject]) -> list[tuple[str, Option[Any]]]:
    found = [(name, getattr(options, name)) for name in dir(options)]
    return [(name, item) for name, item in found if isinstance(item, Option)]


WRITTEN: dict[str, tuple[Any, Any]] = {
    "a kept record": (keep({"id": 1}), {"data": {"id": 1}}),
    "a kept record with errors": (
        keep({"id": 1}, [RecordError(code="late", message="It is late.")]),
        {"data": {"id": 1}, "errors": [{"code": "late", "message": "It is late."}]},
    ),
    "an ignored record": (ignore(), {}),
    "a failed record": (
        fail("no_lines", "The order has no lines."),
        {"errors": [{"code": "no_lines", "message": "The order has no lines."}]},
    ),
    "a failed record with its source": (
        fail("no_lines", "None.", source="orders"),
        {"errors": [{"code": "no_lines", "message": "None.", "source": "orders"}]},
    ),
    "an entry": (Entry(data=None), {"data": None}),
    "a page": (
        PreSavePageResult(data=[1], errors=[], abort=False),
        {"data": [1], "errors": [], "abort": False},
    ),
    "a ping": (PingResult(statusCode=200), {"statusCode": 200}),
    "a page of an export": (
        ExportPage(data=[1], lastPage=False, state={"page": 2}),
        {"data": [1], "lastPage": False, "state": {"page": 2}},
    ),
    "an import's answer": (ImportAnswer(statusCode=200, id="7"), {"statusCode": 200, "id": "7"}),
}


@pytest.mark.parametrize(("result", "wire"), WRITTEN.values(), ids=WRITTEN.keys())
def test_results_are_plain_dicts_on_the_wire(result: Any, wire: Any) -> None:
    assert type(result) is dict
    assert orjson.loads(to_json(result)) == wire


def test_an_ignored_record_is_nobody_elses() -> None:
    ignore()["data"] = 1

    assert ignore() == {}


def test_options_of_different_kinds_do_not_pass_for_each_other() -> None:
    classes = {kind.options for kind in KINDS.values()} - {Options}

    assert not any(
        issubclass(one, other) for one in classes for other in classes if one is not other
    )
    assert ImportOptions in classes
    assert PreSaveOptions in classes
