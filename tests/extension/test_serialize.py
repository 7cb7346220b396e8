"""Results become the JSON text that the platform's own framework would let through."""

import json
import math
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.extension.answers import NotSerializableError, to_json


class Color(StrEnum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


@dataclass
class Order:
    number: int


class Name(str):
    __slots__ = ()


Point = namedtuple("Point", "x y")

PLAIN = {
    "text": ("ü\n", '"ü\n"'.replace("\n", "\\n")),
    "a tuple": ((1, (2,)), "[1,[2]]"),
    "a named tuple": (Point(1, 2), "[1,2]"),
    "an ordered dict": ({"a": OrderedDict(b=1)}, '{"a":{"b":1}}'),
    "a subclass of text": ([Name("x")], '["x"]'),
    "not a number": ({"a": [math.nan, -math.inf]}, '{"a":[null,null]}'),
    "not a number beside a huge integer": ([math.nan, 2**70], f"[null,{2**70}]"),
    "half a character": ("\ud83d", '"\\ud83d"'),
    "false": (False, "false"),
    "zero": (0, "0"),
    "an empty list": ([], "[]"),
    "depth": ([[[[[[[[1]]]]]]]], "[[[[[[[[1]]]]]]]]"),
}


@pytest.mark.parametrize(("result", "text"), PLAIN.values(), ids=PLAIN.keys())
def test_plain_data_is_written_without_blanks_in_utf8(result: Any, text: str) -> None:
    assert to_json(result).decode() == text


def test_no_result_is_no_text() -> None:
    assert to_json(None) == b""


REFUSED = {
    "a date": ({"orders": [{}, {"at": date(2026, 1, 1)}]}, "orders[1].at contains a date"),
    "a set": ({1}, "the result contains a set"),
    "an enum": ({"color": Color.RED}, "color contains a Color"),
    "a number's enum": ([Level.LOW], "[0] contains a Level"),
    "a UUID": ([UUID(int=1)], "[0] contains a UUID"),
    "a dataclass": ({"a": {"b": Order(1)}}, "a.b contains a Order"),
    "bytes": ({"a": b"x"}, "a contains a bytes"),
    "a generator": ({"a": (_ for _ in [])}, "a contains a generator"),
    "a key that is not text": ({"a": {7: 1}}, "a contains the key 7, which is not text"),
}


@pytest.mark.parametrize(("result", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_travel_is_refused_with_its_place(result: Any, reason: str) -> None:
    with pytest.raises(NotSerializableError) as refused:
        to_json(result)

    assert str(refused.value) == reason


def test_what_holds_itself_is_refused() -> None:
    order: dict[str, Any] = {"lines": []}
    order["lines"].append(order)

    with pytest.raises(NotSerializableError, match=r"lines\[0\] contains itself"):
        to_json(order)


def test_the_same_object_twice_is_no_cycle() -> None:
    line = {"sku": "a"}

    assert to_json({"first": line, "last": line, "huge": 2**80}).count(b'"sku"') == 2


def test_depth_has_an_end() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]

    with pytest.raises(NotSerializableError, match="more than 250 levels"):
        to_json(deep)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)  # fmt: skip


@given(JSON_VALUES.filter(lambda value: value is not None))
def test_any_json_value_is_read_back_as_it_was(value: Any) -> None:
    assert json.loads(to_json(value)) == value
