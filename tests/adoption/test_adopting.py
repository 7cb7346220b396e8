"""An integration becomes a connector: its names, its listing, its page, and what to look at."""

import pytest
from hypothesis import given

from connector_kit.adoption import AdoptionError, adopt, unpack
from connector_kit.adoption.draft import Draft
from connector_kit.adoption.residue import residue
from connector_kit.blueprint import STACK
from connector_kit.blueprint.placeholders import TO_BE_ENTERED, completed
from connector_kit.blueprint.schemas import violations
from connector_kit.blueprint.slug import slug_from
from connector_kit.documents import ref, references, resolve
from connector_kit.documents.walking import without
from tests.adoption.downloads import (
    INTEGRATION,
    ORDERS,
    SHOP,
    big_files,
    files_of,
    small,
    small_files,
)
from tests.adoption.strategies import downloads, patient

GROUP, OTHER = "64a1f0c2b3d4eeee00000001", "64a1f0c2b3d4eeee00000002"


def adopted(integration=None, **folders):
    whole = {"_id": INTEGRATION, "name": "Orders to ERP", **(integration or {})}
    return adopt(unpack(files_of(whole, **{**small(), **folders})))


def component(adoption, name):
    [found] = [item for item in adoption.outline.components if item.external_id == name]
    return found


def test_names_stand_where_ids_stood():
    flow = component(adopted(), "sync").document

    assert flow["pageGenerators"] == [{"_exportId": ref("orders")}]
    assert [page_processor.get("_importId") for page_processor in flow["pageProcessors"]] == [
        None,
        ref("save_order"),
    ]
    assert component(adopted(), "orders").document["_connectionId"] == ref("shop")


def test_components_come_in_the_order_in_which_they_can_be_made():
    names = [item.external_id for item in adopted().outline.components]

    assert names == ["shop", "helpers", "find_customer", "orders", "save_order", "sync"]


def test_the_listing_is_the_integrations():
    outline = adopted({"description": "Paid orders"}).outline

    assert (outline.name, outline.class_name, outline.version) == (
        "Orders to ERP",
        "OrdersToERP",
        "1.0.0",
    )
    assert (outline.description, outline.applications) == ("Paid orders", ("http",))


def test_an_application_goes_by_its_own_name():
    shop = {**small()["connections"][0], "assistant": "shopify"}

    assert adopted(connections=[shop]).outline.applications == ("shopify",)


def test_a_name_a_class_and_a_version_can_be_given():
    download = unpack(small_files())

    outline = adopt(download, name="Ours", class_name="Theirs", version="0.1.0-rc.1").outline

    assert (outline.name, outline.class_name, outline.version) == ("Ours", "Theirs", "0.1.0-rc.1")


def test_an_integration_without_a_name_gets_one():
    outline = adopted({"name": " "}).outline

    assert (outline.name, outline.class_name) == ("Adopted integration", "AdoptedConnector")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"version": "one"}, "'one' is not a semantic version"),
        ({"class_name": "no good"}, "'no good' is not a valid class name"),
        ({"class_name": "Export"}, "'Export' is not a valid class name"),
        ({"class_name": ""}, "is not a valid class name"),
    ],
)
def test_what_cannot_be_given_is_refused(given, words):
    with pytest.raises(AdoptionError, match=words):
        adopt(unpack(small_files()), **given)


def test_groups_of_flows_become_sections_of_the_settings_page():
    flow = {**small()["flows"][0], "_flowGroupingId": GROUP}
    adoption = adopted({"flowGroupings": [{"_id": GROUP, "name": "Orders"}]}, flows=[flow])

    assert adoption.outline.sections == {"sync": "Orders"}
    assert "_flowGroupingId" not in component(adoption, "sync").document
    assert ("sync", "_flowGroupingId") in [
        (item.component, item.path) for item in adoption.left_out
    ]


@pytest.mark.parametrize("group", [GROUP, "not an id"])
def test_a_group_that_is_not_there_is_left_out(group):
    adoption = adopted(flows=[{**small()["flows"][0], "_flowGroupingId": group}])

    assert adoption.outline.sections == {}
    assert "_flowGroupingId" not in component(adoption, "sync").document


def test_what_the_integration_had_besides_is_listed():
    groups = [
        {"_id": GROUP, "name": "Orders", "settings": {"a": 1}},
        {"_id": OTHER, "name": "None"},
    ]
    flow = {**small()["flows"][0], "_flowGroupingId": GROUP}
    adoption = adopted(
        {"readme": "# How", "install": [], "flowGroupings": groups, "createdAt": "x"}, flows=[flow]
    )

    listed = {
        item.path: item.reason for item in adoption.left_out if item.component == "@integration"
    }
    assert set(listed) == {
        "_id",
        "createdAt",
        "readme",
        "flowGroupings[0].settings",
        "flowGroupings[1]",
    }
    assert listed["createdAt"] == "set by the server"
    assert all(
        item.place == "integration.json"
        for item in adoption.left_out
        if item.component == "@integration"
    )


def test_functions_on_a_stack_refer_to_the_connectors_and_are_to_be_written():
    hooks = {"preMap": {"function": "addTotals", "_stackId": "64a1f0c2b3d4bbbb00000001"}}
    adoption = adopted(imports=[{**small()["imports"][0], "hooks": hooks}])

    assert component(adoption, "save_order").document["hooks"]["preMap"]["_stackId"] == ref(STACK)
    [note] = adoption.notes
    assert (note.component, note.path) == ("save_order", "hooks.preMap._stackId")
    assert "write it in Python" in note.reason
    assert "'addTotals'" in note.reason


def test_an_id_in_the_midst_of_a_text_is_pointed_at():
    script = {**small()["scripts"][0], "content": f"run('{ORDERS}')"}
    adoption = adopted(scripts=[script])

    [note] = adoption.notes
    assert (note.component, note.path) == ("helpers", "content")
    assert "orders" in note.reason


def test_data_of_the_author_keeps_its_ids():
    """A sample is data: what looks like an id in it is none of the kit's business."""
    sample = {"page_of_records": [{"record": {"id": SHOP, "$ref": "#/a"}}]}
    exports = [{**small()["exports"][0], "mockOutput": sample}, small()["exports"][1]]
    adoption = adopt(unpack(small_files(exports=exports)), keep_samples=True)

    document = component(adoption, "orders").document
    assert resolve({"mockOutput": document["mockOutput"]}, {}) == {"mockOutput": sample}


def test_the_order_of_files_does_not_matter():
    files = small_files()

    assert adopt(unpack(dict(reversed(files.items())))) == adopt(unpack(files))


@patient
@given(downloads())
def test_with_the_ids_back_in_place_it_is_the_document_that_was_found(download):
    """Nothing but what is cut is gone, and nothing else is changed (before rules cut further)."""
    draft = Draft(download)
    ids = {name: identity for identity, name in draft.names.items()}

    for compiled in draft.components():
        found = draft.found[compiled.external_id]
        assert references(compiled.document) <= set(ids)
        assert resolve(compiled.document, ids) == without(
            found.document, draft.cuts[compiled.external_id]
        )


@patient
@given(downloads())
def test_no_configuration_holds_an_id_of_the_download(download):
    try:
        adoption = adopt(download)
    except AdoptionError:
        return
    dropped = {remark.place for remark in adoption.left_out if not remark.path}
    known = {INTEGRATION} | {item.id for item in download.found if item.place not in dropped}

    for compiled in adoption.outline.components:
        for text in _settings(compiled.document):
            assert text not in known


def _settings(document):
    """Every text of a document but those of samples."""
    samples = {"sampleData", "sampleHeaders", "mockOutput", "mockResponse"}
    queue = [value for key, value in document.items() if key not in samples]
    while queue:
        value = queue.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            queue.extend(value.values() if isinstance(value, dict) else value)


def test_words_that_no_store_keeps_are_shown_with_a_sign_in_their_place():
    outline = adopted({"name": "Orders \ud83d", "description": "Paid\x00"}).outline

    assert (outline.name, outline.description) == ("Orders �", "Paid␀")


def test_a_long_name_is_cut_and_makes_a_short_class():
    outline = adopted({"name": "Big Shop " * 30}).outline

    assert len(outline.name) == 200
    assert outline.name.endswith("…")
    assert len(slug_from(outline.class_name)) <= 50


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"name": "n" * 201}, "The name has 201 characters. The limit is 200"),
        ({"class_name": "N" + "n" * 50}, "short name has 51 characters. The limit is 50"),
        ({"version": "1.0.1-" + "a" * 80}, "The version has 86 characters. The limit is 64"),
    ],
)
def test_what_is_given_and_too_long_is_refused(wanted, words):
    with pytest.raises(AdoptionError, match=words):
        adopt(unpack(small_files()), **wanted)


def test_a_function_that_names_no_stack_runs_on_the_connectors_own():
    hook = {"hooks": {"preMap": {"function": "addTax"}}}
    sample = {"mockOutput": {"hooks": {"preMap": {"function": "addTax"}}}}
    [document] = small()["imports"]
    files = small_files(imports=[document | hook | sample])

    adoption = adopt(unpack(files), keep_samples=True)

    [made] = [
        compiled for compiled in adoption.outline.components if compiled.resource == "imports"
    ]
    entry = made.document["hooks"]["preMap"]
    assert entry == {"function": "addTax", "_stackId": {"$ref": "@stack"}}
    assert made.document["mockOutput"] == sample["mockOutput"]
    assert (
        "hooks.preMap",
        "calls the function 'addTax' on the connector's stack; write it in Python",
    ) in [(note.path, note.reason.partition(":")[0]) for note in adoption.notes]


def test_what_is_adopted_is_what_the_platform_accepts():
    outline = adopt(unpack(big_files(2_000, complete=True)), keep_samples=True).outline

    refused = {
        component.external_id: [
            error.message
            for error in violations(
                component.resource, completed(component.resource, component.document)
            )
        ]
        for component in outline.components
    }
    assert len(refused) > 50
    assert not any(refused.values()), {name: why for name, why in refused.items() if why}


def test_placeholders_are_left_out():
    basic = {"username": TO_BE_ENTERED, "password": "******"}
    http = {"baseURI": "https://x.example.com", "mediaType": "json"}
    connection = {"_id": "a" * 24, "name": "Shop", "type": "http"}
    connection["http"] = {**http, "auth": {"type": "basic", "basic": basic}}
    draft = dict(residue("connections", connection))

    assert draft["http", "auth", "basic", "username"] == "a placeholder; the customer enters it"
