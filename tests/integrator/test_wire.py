"""JSON that comes back as it went out."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector_kit.integrator.transport import wire

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
@example(2**64)
@example(-(2**63) - 1)
@example([2**64 - 1, 2**63])
@example({"id": 10**30})
@example("\ud800")
@example("7" * 30)
def test_every_value_survives_the_wire(value):
    assert wire.loads(wire.dumps(value)) == value


def test_an_empty_body_is_nothing():
    assert wire.loads(b"") is None


@pytest.mark.parametrize("content", [b"{", b"OK", b"<html>", b"\xff", b"\xff" + b"1" * 30])
def test_what_is_no_json_is_an_error(content):
    with pytest.raises(ValueError):  # noqa: PT011  in the words of the parser
        wire.loads(content)
