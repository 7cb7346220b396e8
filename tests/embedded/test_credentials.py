"""Credentials are merged into a connection: what is given is there, all else is as it was."""

from hypothesis import given
from hypothesis import strategies as st

from connector_kit.documents.walking import merged

KEYS = st.sampled_from(["http", "auth", "basic", "username", "headers"])
LEAVES = st.one_of(st.text(max_size=3), st.booleans(), st.none(), st.lists(st.integers()))
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)
OBJECTS = st.dictionaries(KEYS, DOCUMENTS, max_size=3)


def leaves(value, path=()):
    """Every value that is no object, by its path; an empty object is one too."""
    if not isinstance(value, dict) or not value:
        return {path: value}
    return {k: v for key, inner in value.items() for k, v in leaves(inner, (*path, key)).items()}


def at(document, path):
    for key in path:
        document = document[key]
    return document


@given(OBJECTS, OBJECTS)
def test_everything_that_is_given_is_there_afterwards(document, fields):
    result = merged(document, fields)

    assert all(at(result, path) == value for path, value in leaves(fields).items() if value != {})


@given(OBJECTS, OBJECTS)
def test_what_is_not_given_stays(document, fields):
    result, paths = merged(document, fields), leaves(fields)

    for path, value in leaves(document).items():
        is_given = any(path[: len(item)] == item or item[: len(path)] == path for item in paths)
        assert is_given or at(result, path) == value


@given(OBJECTS, OBJECTS)
def test_twice_is_once(document, fields):
    once = merged(document, fields)

    assert merged(once, fields) == once


@given(OBJECTS)
def test_nothing_given_changes_nothing(document):
    assert merged(document, {}) == document
