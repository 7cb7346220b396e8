"""Which document is which component where nothing in the document says so."""

import pytest

from connector_kit.blueprint import CompiledComponent
from connector_kit.documents import ref
from connector_kit.lifecycle.recognition import recognize
from connector_kit.lifecycle.tags import ConnectorTag, EmbeddedTag

CONNECTOR, INTEGRATION = "c" * 24, "1" * 24
TAG = ConnectorTag(CONNECTOR, INTEGRATION)


def component(name, resource="exports", **document):
    return CompiledComponent(name, resource, {"name": name.title(), **document})


def held(identity, component, **fields):
    """The document of *component* in an account that keeps no external id of its type."""
    tag = {"_id": identity, "_connectorId": CONNECTOR, "_integrationId": INTEGRATION}
    return component.resource, {**component.document, **tag, **fields}


def names(found, components, tag=TAG, **known):
    return recognize(found, components, tag, **{"ids": {}, **known}).names


ORDERS, RETURNS = component("orders"), component("returns")
SYNC = component("sync", "flows", pageGenerators=[{"_exportId": ref("orders")}])
USES = [{"_exportId": "e1"}]


def test_an_external_id_counts_more_than_a_name():
    found = [held("e1", ORDERS, externalId="returns"), held("e2", RETURNS)]

    assert names(found, [ORDERS, RETURNS]) == {"e1": "returns"}


def test_the_records_count_more_than_a_name():
    found = [held("e1", ORDERS), held("e2", ORDERS, name="Renamed")]

    recognized = recognize(found, [ORDERS], TAG, ids={"orders": "e2"})

    assert recognized.names == {"e2": "orders"}


def test_without_records_a_document_is_what_its_name_says():
    assert names([held("e1", ORDERS), held("e2", RETURNS)], [ORDERS, RETURNS]) == {
        "e1": "orders",
        "e2": "returns",
    }


def test_a_renamed_document_is_what_a_recognized_one_refers_to():
    found = [
        held("e1", ORDERS, name="Renamed"),
        held("f1", SYNC, externalId="sync", pageGenerators=USES),
    ]

    assert names(found, [ORDERS, SYNC]) == {"e1": "orders", "f1": "sync"}


def test_scripts_of_one_name_and_content_are_told_apart_by_what_calls_them():
    scripts = [CompiledComponent(name, "scripts", {"name": "Same"}) for name in ("before", "after")]
    user = component("sync", "flows", hooks={"a": ref("after"), "b": ref("before")})
    found = [
        held("s1", scripts[0]),
        held("s2", scripts[1]),
        held("f1", user, externalId="sync", hooks={"a": "s1", "b": "s2"}),
    ]

    assert names(found, [*scripts, user]) == {"s1": "after", "s2": "before", "f1": "sync"}


def test_exports_of_one_name_are_told_apart_by_their_content():
    small = CompiledComponent("small", "exports", {"name": "Orders", "pageSize": 1})
    large = CompiledComponent("large", "exports", {"name": "Orders", "pageSize": 900})

    found = [held("e1", large), held("e2", small)]

    assert names(found, [small, large]) == {"e1": "large", "e2": "small"}


def test_the_last_document_of_a_name_is_what_is_left():
    small = CompiledComponent("small", "exports", {"name": "Orders", "pageSize": 1})
    large = CompiledComponent("large", "exports", {"name": "Orders", "pageSize": 900})

    found = [held("e1", small, pageSize=7), held("e2", small)]

    assert names(found, [small, large]) == {"e1": "large", "e2": "small"}


def test_documents_that_cannot_be_told_apart_are_not_guessed():
    small = CompiledComponent("small", "exports", {"name": "Orders", "pageSize": 1})
    large = CompiledComponent("large", "exports", {"name": "Orders", "pageSize": 900})

    found = [held("e1", small, pageSize=7), held("e2", large, pageSize=8)]

    assert set(names(found, [small, large]).values()) == {"small"}  # which the plan reports


@pytest.mark.parametrize(
    ("known", "flow", "kept"),
    [
        ({}, {}, "e1"),
        ({"orders": "e2"}, {}, "e2"),
        ({}, {"pageGenerators": [{"_exportId": "e2"}]}, "e2"),
    ],
    ids=["the oldest", "the one on record", "the one in use"],
)
def test_of_two_that_were_made_for_one_component_one_counts(known, flow, kept):
    found = [
        held("e1", ORDERS, createdAt="2026-01-01"),
        held("e2", ORDERS, createdAt="2026-01-02"),
        held("f1", SYNC, externalId="sync", **{"pageGenerators": [], **flow}),
    ]

    recognized = recognize(found, [ORDERS, SYNC], TAG, ids=known)

    assert recognized.names == {kept: "orders", "f1": "sync"}
    assert set(recognized.doubles) == {"e1", "e2"} - {kept}


def test_a_double_that_something_uses_is_none():
    found = [
        held("e1", ORDERS),
        held("e2", ORDERS),
        held("f1", SYNC, externalId="sync", pageGenerators=[*USES, {"_exportId": "e2"}]),
    ]

    recognized = recognize(found, [ORDERS, SYNC], TAG, ids={})

    assert recognized.names == {"e1": "orders", "e2": "orders", "f1": "sync"}


def test_a_customers_own_document_of_that_name_is_left_alone():
    own = held("e1", ORDERS)
    del own[1]["_connectorId"]

    assert names([own], [ORDERS]) == {}


EMBEDDED = EmbeddedTag(INTEGRATION)


def member(identity, component, **fields):
    document = {**component.document, "_id": identity, "_integrationId": INTEGRATION, **fields}
    return component.resource, document


def test_in_an_embedded_account_a_name_alone_proves_nothing():
    edited = [member("e1", component("orders", pageSize=3), pageSize=4)]

    assert names(edited, [component("orders", pageSize=3)], EMBEDDED) == {}
    assert names([member("e1", ORDERS)], [ORDERS], EMBEDDED) == {"e1": "orders"}


def test_an_end_users_document_is_not_taken_for_one_that_was_deleted():
    found = [member("e2", ORDERS)]

    assert names(found, [ORDERS], EMBEDDED, ids={"orders": "e1"}) == {}
    assert names(found, [ORDERS], EMBEDDED, ids={"orders": "e1"}, attempted={"orders"}) == {
        "e2": "orders"
    }


def test_an_end_users_double_is_left_alone():
    found = [
        member("e1", ORDERS, externalId=f"{INTEGRATION}.orders"),
        member("e2", ORDERS, externalId=f"{INTEGRATION}.orders"),
    ]

    assert not recognize(found, [ORDERS], EMBEDDED, ids={"orders": "e1"}).doubles
