"""Ids in the midst of texts are found, and what only looks like one is not."""

import hashlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.documents import ref
from connector_kit.documents.ids import literal_ids

ID = "64a1f0c2b3d4e5f607182901"
OTHER = "507f1f77bcf86cd799439011"


def places(document, **more):
    return [(literal.place, literal.id) for literal in literal_ids(document, **more)]


FOUND = {
    "script": (f"a\n\nexports.run({{_id: '{ID}'}}); // {ID}", [("x, line 3", ID)]),
    "address": (f"https://api.integrator.io/v1/flows/{ID}/run?x=1", [("x", ID)]),
    "name of a field": (f"imports_{ID}_name", [("x", ID)]),
    "template": (f"{{{{#if (eq id '{ID}')}}}}{OTHER}{{{{/if}}}}", [("x", ID), ("x", OTHER)]),
    "in a list of lists": ([["equals", [ID]]], [("x[0][1][0]", ID)]),
    "in a key": ({f"a {ID}": [{"b": 1}, {"c": 2}]}, [(f"x.a {ID}", ID)]),
}


@pytest.mark.parametrize(("value", "expected"), FOUND.values(), ids=FOUND.keys())
def test_an_id_in_a_text_or_key_is_found_with_its_place(value, expected):
    assert places({"x": value}) == expected


@pytest.mark.parametrize(
    "text",
    [
        hashlib.md5(b"x").hexdigest(),
        hashlib.sha1(b"x").hexdigest(),
        str(uuid.UUID(int=2**127)),
        "451234567890123456789012",
        "0x64a1f0c2b3d4e5f607182901",
        "sk_live64a1f0c2b3d4e5f607182901",
        "64a1f0c2b3d4e5f607182901Zg==",
        "64A1F0C2B3D4E5F607182901",
        "0123456789abcdef01234567",
        "ffeeddccbbaa998877665544",
    ],
)
def test_digests_numbers_and_parts_of_words_are_no_ids(text):
    assert places({"x": text, text: 1}) == []


def test_a_known_id_is_found_whatever_it_looks_like():
    assert places({"x": "of ffeeddccbbaa998877665544"}, known={"ffeeddccbbaa998877665544"})


def test_samples_references_and_what_is_skipped_are_passed_over():
    document = {"sampleData": {"a": ID}, "a": ref(ID), "b": {"c": ID}}

    assert places(document, skip={("b",)}) == []


@given(st.text(alphabet=" \n'/{}_-:.", max_size=9), st.text(alphabet=" \n'/{}_-:.", max_size=9))
def test_an_id_is_found_between_any_marks(before, after):
    assert [identity for _, identity in places({"x": before + ID + after})] == [ID]
