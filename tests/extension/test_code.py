"""Whether an author's code has changed."""

import pytest

from connector_kit.extension.isolation.code import RELOAD_VARIABLE, Code


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "hooks.py").write_text("a = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "package" / "hooks.py").write_text("a = 12\n"),
        lambda folder: (folder / "package" / "more.py").write_text(""),
        lambda folder: (folder / "package" / "hooks.py").unlink(),
        lambda folder: (folder / "package" / "hooks.py").rename(folder / "package" / "other.py"),
    ],
    ids=["written", "added", "removed", "renamed"],
)
def test_a_change_is_told_once(folder, change):
    code = Code(folder)
    assert not code.has_changed()

    change(folder)

    assert code.has_changed()
    assert not code.has_changed()


@pytest.mark.parametrize("place", ["notes.txt", ".git/x.py", "var/x.py", "venv/x.py"])
def test_what_is_no_code_of_the_author_does_not_count(folder, place):
    (folder / "venv").mkdir()
    (folder / "venv" / "pyvenv.cfg").touch()
    code = Code(folder)

    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text("")

    assert not code.has_changed()


def test_a_server_without_a_folder_to_watch_watches_nothing():
    assert Code.of_this_server({}) is None
    assert Code.of_this_server({RELOAD_VARIABLE: "/tmp"}) is not None
