import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.documents import (
    UnresolvedReference,
    abstract,
    canonical,
    digest,
    ref,
    references,
    resolve,
    shows_mask,
)

IDS = {f"component_{n}": f"64a1f0c2b3d4e5f60718290{n}" for n in range(6)}
NAMES = {number: name for name, number in IDS.items()}

keys = st.sampled_from(["$ref", "$literal", "a", "b", "_connectionId"]) | st.text(max_size=4)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(list(NAMES))
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)
documents = st.dictionaries(keys, values, max_size=4)


@given(documents)
def test_what_is_abstracted_resolves_to_what_it_was(document):
    assert resolve(abstract(document, NAMES), IDS) == document


@given(documents)
def test_what_is_resolved_abstracts_to_what_it_was(document):
    symbolic = abstract(document, NAMES)

    assert abstract(resolve(symbolic, IDS), NAMES) == symbolic


@given(documents)
def test_an_abstracted_document_holds_no_id_it_knows(document):
    assert not set(NAMES) & _texts(abstract(document, NAMES))


@given(documents)
def test_every_reference_made_by_abstracting_is_known(document):
    assert references(abstract(document, NAMES)) <= set(IDS)


def test_a_reference_stands_wherever_an_id_stands():
    flow = {"_runNextFlowIds": [IDS["component_1"]], "settings": {"note": IDS["component_2"]}}

    assert abstract(flow, NAMES) == {
        "_runNextFlowIds": [ref("component_1")],
        "settings": {"note": ref("component_2")},
    }


def test_data_that_looks_like_a_reference_is_escaped():
    schema = {"mockOutput": {"$ref": "#/definitions/order"}}

    symbolic = abstract(schema, NAMES)

    assert symbolic == {"mockOutput": {"$literal": {"$ref": "#/definitions/order"}}}
    assert references(symbolic) == set()


def test_resolving_names_every_missing_id_at_once():
    document = {"a": ref("shop"), "b": [ref("@stack"), ref("component_1")]}

    with pytest.raises(UnresolvedReference) as failure:
        resolve(document, IDS)

    assert failure.value.names == ("@stack", "shop")
    assert "@stack, shop" in str(failure.value)


def test_the_digest_does_not_depend_on_the_order_of_keys():
    assert digest({"a": 1, "b": {"c": 2, "d": 3}}) == digest({"b": {"d": 3, "c": 2}, "a": 1})


def test_the_digest_is_a_sha256_in_hexadecimal():
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_integers_beyond_64_bits_and_text_of_any_script_survive():
    assert canonical({"n": 2**70, "s": "Größe 尺寸"}) == (
        b'{"n":1180591620717411303424,"s":"' + "Größe 尺寸".encode() + b'"}'
    )


def test_what_is_no_number_in_json_has_no_canonical_form():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"limit": float("nan")})


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ({"http": {"auth": {"token": {"token": "******"}}}}, True),
        ({"list": [{"secret": "******"}]}, True),
        ({"note": "****** is not alone here"}, False),
    ],
)
def test_a_mask_is_seen_at_any_depth(document, shown):
    assert shows_mask(document) is shown


def _texts(value):
    if isinstance(value, dict):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, list):
        return set().union(*map(_texts, value))
    return {value} if isinstance(value, str) else set()
