"""Recorded calls are made again, and their answers compared."""

import json
from pathlib import Path
from typing import Any

import pytest

from connector_kit.extension.recording import UnreadableSampleError
from connector_kit.testing import Replay, replay

OPTIONS = {"bearerToken": "one-time-token-of-a-sample", "value": 7}


def sample(folder: Path, name: str = "diy/utility.f.1", **fields: Any) -> None:
    file = folder / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    call = {"diy": True, "type": "utility", "function": "f", "options": OPTIONS}
    file.write_text(json.dumps({"recorded": "", "call": call, "status": 200, **fields}))


def one(folder: Path, function: Any, **how: Any) -> Replay:
    [replayed] = replay(folder, {"utilities": {"f": function}}, **how)
    return replayed


def test_an_answer_that_is_as_it_was_passes(tmp_path: Path) -> None:
    sample(tmp_path, result={"value": [7, None]})

    one(tmp_path, lambda options: {"value": [options["value"], None]}).check()


DIFFERENCES = {
    "a changed value": ({"a": [{"b": 8}]}, "a[0].b: 7 was recorded, now 8"),
    "a true that was one": ({"a": [{"b": True}]}, "a[0].b: 7 was recorded, now True"),
    "a missing field": ({"a": [{}]}, "a[0].b: 7 was recorded, now it is not there"),
    "a new field": ({"a": [{"b": 7, "c": 1}]}, "a[0].c: 1 is new"),
    "a shorter list": ({"a": []}, "a: 1 entries were recorded, now 0"),
    "another shape": ([], "the result: {'a': [{'b': 7}]} was recorded, now []"),
}


@pytest.mark.parametrize(("answer", "said"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_a_difference_is_said_with_its_place(tmp_path: Path, answer: Any, said: str) -> None:
    sample(tmp_path, result={"a": [{"b": 7}]})

    with pytest.raises(AssertionError) as failed:
        one(tmp_path, lambda _: answer).check()

    assert str(failed.value) == f"diy/utility.f.1 is answered otherwise than recorded:\n  {said}"


def test_fields_that_differ_from_call_to_call_can_be_ignored(tmp_path: Path) -> None:
    sample(tmp_path, result=[{"id": 1, "createdAt": "then"}])
    replayed = one(tmp_path, lambda _: [{"id": 1, "createdAt": "now"}], ignore=["*At"])

    assert replayed.differences() == []


def fails(_options: Any) -> None:
    raise LookupError("no such order")


def test_a_failure_is_repeated_when_code_and_message_are_the_same(tmp_path: Path) -> None:
    errors = [{"code": "LookupError", "message": "no such order"}]
    sample(tmp_path, status=422, errors=errors)

    assert one(tmp_path, fails).differences() == []
    [difference] = one(tmp_path, lambda _: "mended").differences()
    assert difference == "status: 422 was recorded, now 200: 'mended'"


def test_many_differences_are_counted(tmp_path: Path) -> None:
    sample(tmp_path, result=list(range(13)))

    with pytest.raises(AssertionError, match="and 3 more"):
        one(tmp_path, lambda _: list(range(1, 14))).check()


def test_every_sample_is_a_parameter_with_the_name_of_its_file(tmp_path: Path) -> None:
    for number in (1, 2):
        sample(tmp_path, f"c1/utility.f.{number}", result=None)

    replays = replay(tmp_path, {"utilities": {"f": lambda _: None}})

    assert [item.__name__ for item in replays] == ["c1/utility.f.1", "c1/utility.f.2"]


def test_a_folder_without_samples_is_an_error_since_a_test_of_nothing_passes(
    tmp_path: Path,
) -> None:
    with pytest.raises(UnreadableSampleError, match=r"connector-kit record start"):
        replay(tmp_path, {})


@pytest.mark.parametrize("text", ["{", "[]", '{"status": 200}', '{"status": 422, "call": {}}'])
def test_a_file_that_is_no_sample_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)

    with pytest.raises(UnreadableSampleError, match=r"x\.json is not a sample"):
        replay(tmp_path, {})
