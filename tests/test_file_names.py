"""Whatever text a file is named after, its name is one name, and a plain one."""

from hypothesis import given
from hypothesis import strategies as st

from connector_kit.file_names import file_name, is_file_name

HOSTILE = st.sampled_from(
    ["/etc/passwd", "../..", "..", ".", "", "C:\\x", "\\\\host\\x", "a\0b", "CON", "nul", "é",
     "e\u0301", "\ud800", "-rf", ".git", "a" * 5000, "com1.txt", "x.", "a\nb", "$(x)", "\u202e"]
)  # fmt: skip


@given(st.lists(st.text() | HOSTILE, min_size=1, max_size=5))
def test_what_comes_out_is_one_plain_name(words):
    name = file_name(*words)

    assert is_file_name(name)
    assert is_file_name(f"{name}_99999.json")
    assert name.isascii()
    assert not set(name) & set("/\\:\0 \n")
    assert name not in {".", ".."}


def test_readable_text_stays_readable():
    assert file_name("orders", "http", "body") == "orders.http.body"
    assert file_name("hook", "skip cancelled") == "hook.skip_cancelled"
    assert file_name("nul") == "_nul"
