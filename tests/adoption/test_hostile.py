"""Whatever a download holds, adopting it touches its own folders only, and ends in words."""

import json
import os
import struct
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from connector_kit.adoption import (
    AdoptionError,
    adopt,
    load_connector,
    read_files,
    unpack,
    write_package,
)
from connector_kit.adoption.intake import LIMITS
from connector_kit.blueprint import compile_connector
from connector_kit.documents import canonical, resolve
from tests.adoption.downloads import HELPERS, INTEGRATION, identity, save, small_files, written
from tests.adoption.strategies import patient

brief = settings(patient, max_examples=12)

SECRET = "-----BEGIN A KEY OF SOMEBODY'S-----"

PATHS = st.sampled_from(
    [
        "/../../../../../outside/planted",
        "../../outside/planted",
        "..",
        "/etc/passwd",
        "C:\\planted",
        "\\\\host\\planted",
        "..\\..\\planted",
        "a\0b",
        "CON",
        "nul.txt",
        "x" * 300,
        "é" * 200,
        "e\u0301",
        "é",
        "É",
        "a",
        "A",
        "\ud800",
        "\u202egnp",
        "\x1b[31mred",
        "__init__.py",
        ".",
        "",
        "$(touch planted)",
        "'; import os; os.system('touch planted') #",
    ]
)
RESERVED = st.sampled_from(
    [
        *("$ref", "$literal", "$stack", "@stack", "@integration", "wire", "name", "resource"),
        *("customer_owns", "edition", "addOn", "perStore", "section", "source", "steps", "self"),
        *("__class__", "__dict__", "mro", "requiredMappings", "content", "function", "lambda"),
    ]
)
KEYS = PATHS | RESERVED | st.text(max_size=5)
LONG = st.sampled_from(["evil-package==6.6.6\n" + "#" * 2100, "//" + "é" * 2100])
VALUES = st.recursive(
    st.none() | st.integers() | PATHS | RESERVED | LONG,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def number(folder, n=0):
    return identity(folder, n)


@st.composite
def packages(draw):
    """Files of a download with keys and names that nobody would choose in good faith."""
    http = {"relativeURI": "/x", **draw(st.dictionaries(KEYS, VALUES | LONG, max_size=3))}
    own = draw(st.dictionaries(KEYS, VALUES | LONG, max_size=3))
    connection = {"_id": number("connections"), "name": "Shop", "type": "http"}
    details = {"baseURI": "https://x.example.com", "mediaType": "json"}
    export = {**own, "_id": number("exports"), "_connectionId": number("connections")}
    export |= {"name": draw(PATHS | st.just("Orders")), "externalId": draw(KEYS), "http": http}
    script = {"_id": number("scripts"), "name": draw(PATHS), "externalId": draw(KEYS)}
    return {
        "integration.json": written({"_id": INTEGRATION, "name": draw(PATHS)}),
        "connections/c.json": written(connection | {"http": details}),
        "exports/e.json": written(export),
        "scripts/s.json": written(script | {"content": draw(LONG | st.just("x"))}),
    }


def adopted(source, out):
    """The package made of *source*, proven; None when adopting it was refused in words."""
    try:
        adoption = adopt(unpack(read_files(source)), keep_samples=True)
        blueprint = write_package(adoption.outline, out)
    except AdoptionError as error:
        refusal = str(error)
    else:
        loaded = load_connector(f"{out}:{adoption.outline.class_name}")
        assert compile_connector(loaded) == blueprint
        return adoption
    assert len(refusal) > 20
    assert "bug in Connector Kit" not in refusal
    return None


@contextmanager
def fenced():
    """A folder in which nothing but ``in`` and ``work`` may be touched: where to adopt and to."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name).resolve()
        save({"key": SECRET.encode(), "deep/key": SECRET.encode()}, home / "outside")
        (home / "work").mkdir()
        before = _tree(home / "outside")
        with _opened() as opened:
            yield home
        touched = {path for path in opened if path.is_relative_to(home)}
        inside = (home / "in", home / "in.zip", home / "work")
        assert not {path for path in touched if not any(map(path.is_relative_to, inside))}
        assert _tree(home / "outside") == before
        assert {path.name for path in home.iterdir()} <= {"in", "in.zip", "outside", "work"}
        assert {path.name for path in (home / "work").iterdir()} <= {"out"}
        for path in (home / "work").rglob("*"):
            assert not path.is_symlink()
            assert path.is_dir() or SECRET.encode() not in path.read_bytes()


def _tree(folder):
    return {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}


_watched: list[set[Path]] = []


@contextmanager
def _opened():
    """The files that were opened meanwhile, as Python itself tells; links are followed."""
    if not _watched:
        _watched.append(set())
        sys.addaudithook(_note)
    _watched.append(set())
    try:
        yield _watched[-1]
    finally:
        _watched.pop()


def _note(event, arguments):
    if event == "open" and len(_watched) > 1 and isinstance(arguments[0], str):
        _watched[-1].add(Path(os.path.realpath(arguments[0])))


@brief
@given(packages(), st.booleans())
def test_any_keys_and_names_stay_in_the_package(files, is_zipped):
    with fenced() as home:
        if is_zipped:
            source = home / "in.zip"
            with zipfile.ZipFile(source, "w") as archive:
                for path, content in files.items():
                    archive.writestr(path, content)
        else:
            source = save(files, home / "in")
        adopted(source, home / "work" / "out")


MEMBERS = PATHS | st.tuples(
    st.sampled_from(["exports/", "scripts/", "/", "../", "C:/", "exports\\", ".git/", "a/" * 40]),
    PATHS | st.sampled_from(["x.json", "X.JSON", "x.js"]),
).map("".join)
MODES = st.sampled_from([0, 0o100644, 0o120777, 0o010644, 0o020644, 0o060644, 0o040755])
CONTENTS = st.sampled_from(
    [b"", b"{}", b"[]", b"x", b"\xff", b"../../outside/key", b"[" * 5000, b"0" * 200_000]
)


@st.composite
def archives(draw):
    """Members of an archive, the good ones and others: name, mode, method, content."""
    odd = st.tuples(
        MEMBERS,
        MODES,
        st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]),
        CONTENTS,
    )
    good = [(path, 0, zipfile.ZIP_DEFLATED, content) for path, content in small_files().items()]
    return draw(st.permutations(good + draw(st.lists(odd, max_size=3))))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@brief
@given(archives())
def test_any_archive_stays_in_the_package(members):
    with fenced() as home:
        with zipfile.ZipFile(home / "in.zip", "w") as archive:
            for path, mode, method, content in members:
                member = zipfile.ZipInfo("x")
                member.filename = path.encode("utf-8", "replace").decode()
                member.external_attr, member.compress_type = mode << 16, method
                archive.writestr(member, content)
        adopted(home / "in.zip", home / "work" / "out")


@pytest.mark.parametrize("is_folder", [False, True])
@pytest.mark.parametrize("place", ["scripts/x.js", "integration.json", "exports/deep", "notes.txt"])
@pytest.mark.parametrize("kind", ["symlink", "hard link", "pipe"])
def test_what_is_linked_or_no_file_is_refused_by_its_name(kind, place, is_folder):
    with fenced() as home:
        source = save(small_files(), home / "in")
        target = home / "outside" / ("deep" if is_folder and kind == "symlink" else "key")
        (source / place).unlink(missing_ok=True)
        if kind == "pipe":
            os.mkfifo(source / place)
        elif kind == "symlink":
            (source / place).symlink_to(target)
        else:
            (source / place).hardlink_to(target)

        with pytest.raises(AdoptionError, match=f"^{place} is "):
            read_files(source)
        (source / place).unlink()


def test_a_key_that_is_a_path_becomes_a_plain_name(tmp_path):
    files = small_files()
    path = next(file for file in files if file.startswith("exports/"))
    document = json.loads(files[path])
    document["http"]["/../../../planted"] = "#" * 2100
    source = save(files | {path: written(document)}, tmp_path / "in")

    adoption = adopted(source, tmp_path / "out")

    names = [path.name for path in (tmp_path / "out" / "data").iterdir()]
    assert names == ["orders.http._planted.txt"]
    [orders] = [
        component for component in adoption.outline.components if component.external_id == "orders"
    ]
    assert orders.document["http"]["/../../../planted"] == "#" * 2100


@pytest.mark.parametrize(
    "odd",
    [
        {"$literal": 1},
        {"$ref": {"a": 1}},
        {"$ref": "x", "$literal": "y"},
        {"$ref": "shop"},
        {"$literal": {"$ref": "shop"}},
        {"$literal": {"$literal": {}}},
        {"wire": {"a": 1}, "customer_owns": ["a"], "section": "S", "edition": "e"},
        {"hooks": {"preMap": {"$ref": "x", "function": "f", "_scriptId": HELPERS}}},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("place", ["", "http", "deep"])
def test_reserved_keys_come_back_byte_for_byte(odd, place, tmp_path):
    shop = {"_id": number("connections"), "name": "Shop", "type": "http"}
    shop["http"] = {"baseURI": "https://x.example.com", "mediaType": "json"}
    export = {"name": "Odd", "_connectionId": number("connections"), "http": {"relativeURI": "/"}}
    if place == "deep":
        export["unheardOf"] = [{"a": [odd]}]
    else:
        (export[place] if place else export).update(odd)
    files = small_files(connections=[shop], exports=[export | {"_id": number("exports")}])

    adoption = adopted(save(files, tmp_path / "in"), tmp_path / "out")

    loaded = load_connector(f"{tmp_path / 'out'}:{adoption.outline.class_name}")
    made = {
        component.external_id: component.document
        for component in compile_connector(loaded).components
    }
    ids = {"shop": number("connections"), "helpers": HELPERS}
    assert canonical(resolve(made["odd"], ids)) == canonical(export)


def test_an_object_of_nothing_but_a_reserved_key_is_adopted(tmp_path):
    helper = written({"_id": "64a1f0c2b3d4cccc00000001", "name": "H", "http": {"$ref": "shop"}})
    source = save(small_files() | {"asynchelpers/h.json": helper}, tmp_path / "in")

    adoption = adopted(source, tmp_path / "out")

    [made] = [
        component
        for component in adoption.outline.components
        if component.resource == "asynchelpers"
    ]
    assert resolve(made.document, {}) == {"name": "H", "http": {"$ref": "shop"}}


BOMB = b"{}" + b" " * (8 << 20)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("../planted.json", b"{}", "points outside the download"),
        ("a/../../planted.json", b"{}", "points outside"),
        ("/planted.json", b"{}", "points outside"),
        ("..\\planted.json", b"{}", "points outside"),
        ("C:\\planted.json", b"{}", "points outside"),
        ("C:planted.json", b"{}", "points outside"),
        ("\\\\host\\share\\planted.json", b"{}", "points outside"),
        ("exports/a\0b.json", b"{}", r"a\\x00b.json has a name that cannot be displayed"),
        ("exports/\x1b[2J.json", b"{}", "cannot be displayed"),
        ("a/" * 40 + "planted.json", b"{}", "32 folders"),
        ("x" * 2000, b"{}", "1000 characters"),
        ("exports/bomb.json", BOMB, "bomb.json unpacks to more than 100 times"),
        ("integration.json", b"{}", "integration.json appears twice"),
        ("./integration.json", b"{}", "integration.json appears twice"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_of_an_archive_is_refused_by_its_name(name, content, words, tmp_path):
    place = tmp_path / "in.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, item in small_files().items():
            archive.writestr(path, item)
        member = zipfile.ZipInfo("x")
        member.filename, member.compress_type = name, zipfile.ZIP_DEFLATED
        archive.writestr(member, content)

    with pytest.raises(AdoptionError, match=words):
        read_files(place)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"members": 5}, "more than 5 files"),
        ({"total": 1500}, "larger than 1500 bytes"),
        ({"file": 100}, r"\.json is larger than 100 bytes"),
        ({"levels": 1}, "1 folders"),
    ],
)
def test_how_much_may_come_is_limited_and_said(limits, words, tmp_path):
    files = small_files()

    with pytest.raises(AdoptionError, match=words):
        read_files(save(files, tmp_path / "folder"), replace(LIMITS, **limits))


def test_an_archive_that_lies_about_sizes_is_refused_and_not_unpacked(tmp_path):
    place = tmp_path / "in.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("integration.json", BOMB)
    honest = place.read_bytes()
    size = struct.pack("<L", len(BOMB))
    assert honest.count(size) == 2

    place.write_bytes(honest.replace(size, struct.pack("<L", 100)))

    with pytest.raises(AdoptionError, match=r"integration\.json cannot be unpacked"):
        read_files(place)


def test_an_archive_that_claims_millions_of_files_is_refused_before_they_are_listed(tmp_path):
    place = tmp_path / "in.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("integration.json", b"{}")
    content = place.read_bytes()
    at = content.rindex(b"PK\5\6") + 12
    padding = b"\0" * (9 << 20)
    size = struct.pack("<LL", len(padding), 0)
    place.write_bytes(padding + content[:at] + size + b"\0\0")

    with pytest.raises(AdoptionError, match="file list is too long"):
        read_files(place)


@pytest.mark.parametrize("name", ["", ".", "./", "exports/", "exports\\"])
def test_what_names_no_file_is_passed_over(name, tmp_path):
    place = tmp_path / "in.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for path, item in small_files().items():
            archive.writestr(path, item)
        member = zipfile.ZipInfo("x")
        member.filename = name
        archive.writestr(member, b"")

    assert unpack(read_files(place)) == unpack(small_files())


def test_an_archive_inside_an_archive_is_not_opened(tmp_path):
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("integration.json", b"{}")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(inner, "inner.zip")

    with pytest.raises(AdoptionError, match=r"inner\.zip is not opened"):
        unpack(read_files(tmp_path / "outer.zip"))


@pytest.mark.parametrize("source", ["/dev/zero", "~nobody-of-that-name/x", "x" * 5000])
def test_a_source_that_is_none_is_an_error(source):
    with pytest.raises(AdoptionError):
        read_files(Path(source))


def test_a_package_is_not_written_through_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "elsewhere")
    outline = adopt(unpack(small_files())).outline

    with pytest.raises(AdoptionError, match="out is a link"):
        write_package(outline, tmp_path / "out")

    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_command_says_it_in_one_paragraph(tmp_path):
    source = save(small_files(), tmp_path / "in")
    (source / "scripts" / "x.js").symlink_to("/etc/passwd")

    with pytest.raises(CommandError, match=r"^scripts/x\.js is a link"):
        call_command("adopt", str(source), output=tmp_path / "out")

    assert not (tmp_path / "out").exists()
