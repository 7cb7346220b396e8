"""Which component a document is: by rules that are named, in their order, and never a guess."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector_kit.blueprint import CompiledComponent
from connector_kit.documents import ref
from connector_kit.takeover import Found, Matching, Rules, RulesError, match, members

Document = dict[str, Any]


def component(name: str, resource: str, title: str, **document: Any) -> CompiledComponent:
    return CompiledComponent(name, resource, {"name": title, **document})


ERP = component("erp", "connections", "ERP", type="netsuite")
CUSTOMERS = component("customers", "exports", "Customers", _connectionId=ref("erp"))
STORE = component("store", "imports", "Store customer", _connectionId=ref("erp"))
SYNC = component(
    "sync",
    "flows",
    "Customer sync",
    pageGenerators=[{"_exportId": ref("customers")}],
    pageProcessors=[{"type": "import", "_importId": ref("store")}],
)
DECLARED = (ERP, CUSTOMERS, STORE, SYNC)


def found(resource: str, identity: str, name: str, **document: Any) -> Found:
    return Found(resource, {"_id": identity, "name": name, **document})


def account(**names: str) -> list[Found]:
    """The documents of an account that other code made; *names* are those that were changed."""
    return [
        found("connections", "c", names.get("c", "ERP"), type="netsuite"),
        found("exports", "e", names.get("e", "Customers"), _connectionId="c"),
        found("imports", "i", names.get("i", "Store customer"), _connectionId="c"),
        found("flows", "f", names.get("f", "Customer sync"), _exportId="e", _importId="i"),
    ]


def rules(matching: Matching) -> dict[str, tuple[str, str]]:
    return {item.component.external_id: (item.found.id, item.rule) for item in matching.matches}


def ids(matching: Matching) -> dict[str, str]:
    return {name: identity for name, (identity, _) in rules(matching).items()}


ALL = {"erp": "c", "customers": "e", "store": "i", "sync": "f"}


def test_documents_of_the_same_names_are_matched_by_name():
    matching = match(DECLARED, account(), Rules())

    assert rules(matching) == {name: (identity, "name") for name, identity in ALL.items()}
    assert (matching.ambiguous, matching.missing, matching.leftovers) == ((), (), ())


@pytest.mark.parametrize(
    ("renamed", "component_name", "rule"),
    [
        ({"e": "My customers"}, "customers", "reference"),
        ({"i": "My import"}, "store", "reference"),
        ({"c": "Our ERP"}, "erp", "reference"),
        ({"f": "Nightly"}, "sync", "only one"),
        ({"f": " customer  SYNC "}, "sync", "name"),
    ],
)
def test_what_a_customer_renamed_is_found_by_what_it_is_connected_with(
    renamed, component_name, rule
):
    matching = match(DECLARED, account(**renamed), Rules())

    assert ids(matching) == ALL
    assert rules(matching)[component_name][1] == rule


def test_everything_renamed_is_still_found_where_it_is_the_only_one():
    matching = match(DECLARED, account(c="1", e="2", i="3", f="4"), Rules())

    assert ids(matching) == ALL
    assert {rule for _, rule in rules(matching).values()} <= {"only one", "reference"}


def test_external_ids_that_are_there_count_before_names():
    documents = account(e="Store customer")
    documents[1].document["externalId"] = "customers"

    assert rules(match(DECLARED, documents, Rules()))["customers"] == ("e", "external id")


def test_the_copy_that_the_flow_runs_is_the_component_and_the_other_its_duplicate():
    documents = [*account(), found("exports", "e2", "Customers", _connectionId="c")]

    matching = match(DECLARED, documents, Rules())

    assert ids(matching) == ALL
    [leftover] = matching.leftovers
    assert (leftover.found.id, leftover.duplicates) == ("e2", "customers")


def test_two_flows_of_one_name_are_ambiguous_until_the_author_decides():
    twice = [*account(), found("flows", "f2", "Customer sync", _exportId="e", _importId="i")]

    matching = match(DECLARED, twice, Rules())
    decided = match(DECLARED, twice, Rules(match={"sync": ("f2",)}))
    left = match(DECLARED, twice, Rules(leave=("f2",)))

    [ambiguity] = matching.ambiguous
    assert [item.id for item in ambiguity.candidates] == ["f", "f2"]
    assert "sync" not in ids(matching)
    assert rules(decided)["sync"] == ("f2", "map")
    assert [item.duplicates for item in decided.leftovers] == ["sync"]
    assert rules(left)["sync"] == ("f", "name")
    assert [item.is_chosen for item in left.leftovers] == [True]


def test_a_new_component_is_not_guessed_to_be_a_leftover():
    refunds = component("refunds", "exports", "Refunds", _connectionId=ref("erp"))
    documents = [*account(), found("exports", "x", "Old", _connectionId="c")]

    matching = match((*DECLARED, refunds), documents, Rules())
    left = match((*DECLARED, refunds), documents, Rules(leave=("old*",)))

    assert ids(matching) == ids(left) == ALL
    assert [item.component.external_id for item in matching.ambiguous] == ["refunds"]
    assert left.missing == ("refunds",)


def test_a_leftover_of_another_type_is_no_candidate():
    orders = component("orders", "exports", "Orders", _connectionId=ref("erp"), netsuite={})
    documents = [*account(), found("exports", "x", "Files", _connectionId="o", ftp={"a": 1})]

    matching = match((*DECLARED, orders), documents, Rules())

    assert matching.missing == ("orders",)
    assert [item.found.id for item in matching.leftovers] == ["x"]


def test_patterns_of_the_author_that_fit_nothing_leave_the_other_rules_alone():
    elsewhere = Rules(match={"sync": ("some-other-account", "Night*")})

    assert rules(match(DECLARED, account(), elsewhere))["sync"] == ("f", "name")


def test_the_order_of_documents_does_not_matter():
    documents = [*account(e="1"), found("exports", "e2", "Customers", _connectionId="c")]

    answers = {
        json.dumps(sorted(ids(match(DECLARED, order, Rules())).items()))
        for order in (documents, documents[::-1])
    }

    assert len(answers) == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "takeover must be an object"),
        ({"names": {}}, "names is not known"),
        ({"match": {"sync": 1}}, r"takeover.match.sync must be an id"),
        ({"leave": [""]}, r"takeover.leave must be an id"),
        ({"settings": []}, r"takeover.settings must be an object"),
    ],
)
def test_rules_that_cannot_be_read_name_the_field(value, words):
    with pytest.raises(RulesError, match=words):
        Rules.from_json(value)


def test_rules_about_what_is_not_declared_are_refused():
    with pytest.raises(RulesError, match=r"takeover.match: snyc is not declared\. Declared: sync"):
        Rules(match={"snyc": ("f",)}).require_known(["sync"], [])


def of_account(*documents: Found) -> list[Document]:
    return [item.document for item in documents]


def test_in_an_account_with_one_installation_everything_is_its_own():
    documents = of_account(*account(), found("exports", "x", "Unused"))

    assert members(documents, {"_id": "home"}) == {"c", "e", "i", "f", "x"}


def test_with_two_installations_only_what_is_connected_with_one_of_them_is_its_own():
    mine, theirs = (
        account(),
        [
            found("connections", "c2", "ERP", _integrationId="other"),
            found("exports", "e2", "Customers", _connectionId="c2"),
            found("exports", "x", "Unused"),
            found("imports", "both", "Of both", _connectionId="c", lookups=["c2"]),
        ],
    )
    mine[0].document["_integrationId"] = "home"
    documents = of_account(*mine, *theirs)
    others = [{"_id": "other"}]

    assert members(documents, {"_id": "home"}, others) == {"e", "i", "f"}
    assert members(documents, {"_id": "other"}, [{"_id": "home"}]) == {"e2"}


def test_an_integration_owns_the_flows_on_its_settings_page():
    page = {"_id": "home", "settings": {"sections": [{"flows": [{"_id": "f"}]}]}}

    assert members(of_account(*account()), page, [{"_id": "other"}]) == {"c", "e", "i", "f"}
