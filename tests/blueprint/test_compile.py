import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit import (
    Component,
    Connection,
    Connector,
    Export,
    Flow,
    Import,
    LookupCache,
    Ref,
    Script,
)
from connector_kit.blueprint import (
    Blueprint,
    CompiledComponent,
    DeclarationError,
    compile_connector,
    problems,
)
from connector_kit.documents import references
from examples.commerce import v1_0, v1_1

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}
RESOURCES = ["connections", "scripts", "asynchelpers", "exports", "imports", "flows"]


@st.composite
def graphs(draw):
    """Draw components that refer to any earlier one of a hidden order, declared in another."""
    size = draw(st.integers(1, 8))
    names = [f"component_{n}" for n in range(size)]
    drawn = {
        name: (
            draw(st.sampled_from(RESOURCES)),
            draw(st.lists(st.sampled_from(names[:n]), max_size=3)) if n else [],
        )
        for n, name in enumerate(names)
    }
    return [(name, *drawn[name]) for name in draw(st.permutations(names))]


FRAMEWORKS = st.sampled_from([1, 2])


def declared(graph, framework):
    components = {name: made(resource, targets) for name, resource, targets in graph}
    about = {"name": "Drawn", "version": "1.0.0", "framework": framework}
    return type(Connector)("Drawn", (Connector,), {**about, **components})


def made(resource, targets):
    wire = {"uses": [Ref(target) for target in targets]}
    needed = {
        "connections": {"type": "http", "http": HTTP},
        "scripts": {"content": ""},
        "exports": {"type": "webhook"},
        "imports": {"adaptor_type": "ToolImport"},
        "flows": {"page_generators": [{"setupInProgress": True}]},
    }
    return Component(resource, "Drawn", wire=wire, **needed.get(resource, {}))


@given(graphs(), FRAMEWORKS)
def test_no_component_comes_before_what_it_refers_to(graph, framework):
    seen = set()
    for component in compile_connector(declared(graph, framework)).components:
        assert references(component.document) <= seen
        seen.add(component.external_id)

    assert seen == {name for name, _, _ in graph}


@given(graphs(), FRAMEWORKS)
def test_compiling_again_gives_the_same(graph, framework):
    first, second = (compile_connector(declared(graph, framework)) for _ in range(2))

    assert first == second
    assert first.digest == second.digest


@given(graphs(), FRAMEWORKS)
def test_a_blueprint_survives_being_stored(graph, framework):
    blueprint = compile_connector(declared(graph, framework))

    assert Blueprint.from_json(blueprint.to_json()) == blueprint


def test_resources_come_in_the_order_in_which_they_are_needed():
    class Mixed(Connector):
        name = "Mixed"
        version = "1.0.0"
        flow = Flow("Flow", source=Ref("export"))
        import_ = Import("Import", connection=Ref("connection"))
        export = Export("Export", connection=Ref("connection"))
        other = Component("filedefinitions", "Other")
        script = Script("Script", content="")
        connection = Connection("Connection", type="http", http=HTTP)

    order = [component.external_id for component in compile_connector(Mixed).components]

    assert order == ["connection", "script", "other", "import_", "export", "flow"]


def test_the_digest_tells_versions_apart_and_components_by_content():
    old, new = compile_connector(v1_0.CommerceHub), compile_connector(v1_1.CommerceHub)

    assert old.digest != new.digest
    assert old.component("slack").digest == new.component("slack").digest
    assert old.component("order_helpers").digest != new.component("order_helpers").digest


def test_the_digest_covers_what_the_customer_owns():
    ours = CompiledComponent("a", "flows", {"name": "A"})
    theirs = CompiledComponent("a", "flows", {"name": "A"}, ("schedule",))

    assert ours.digest != theirs.digest


def test_a_connections_details_are_the_customers_unless_said_otherwise():
    class Two(Connector):
        name = "Two"
        version = "1.0.0"
        default = Connection("Default", type="http", http=HTTP)
        narrow = Connection("Narrow", type="http", http=HTTP, customer_owns=["http.auth"])

    blueprint = compile_connector(Two)

    assert blueprint.component("default").customer_owns == ("http",)
    assert blueprint.component("narrow").customer_owns == ("http.auth",)


def test_the_settings_page_lists_the_flows_by_section():
    sections = compile_connector(v1_0.CommerceHub).integration.document["settings"]["sections"]

    assert [section["title"] for section in sections] == ["Orders", "Customers", "Fulfillment"]
    assert sections[1]["flows"] == [
        {"_id": {"$ref": "customers_to_netsuite"}, "showMapping": True, "showSchedule": True}
    ]


def test_the_settings_page_is_never_empty():
    class Bare(Connector):
        name = "Bare"
        version = "1.0.0"

    integration = compile_connector(Bare).integration

    assert integration.external_id == "@integration"
    assert integration.document == {"settings": {"sections": [{"title": "Bare", "flows": []}]}}


def test_every_error_is_raised_at_once():
    class Broken(Connector):
        flow = Flow("Flow")

    with pytest.raises(DeclarationError) as failure:
        compile_connector(Broken)

    assert [problem.id for problem in failure.value.problems] == [
        "connector_kit.E001",
        "connector_kit.E002",
        "connector_kit.E060",
    ]
    assert "Broken.flow: The flow has no source." in str(failure.value)


def test_a_blueprint_knows_no_component_that_is_not_declared():
    with pytest.raises(KeyError):
        compile_connector(v1_1.CommerceHub).component("slack_stock_alert")


def test_compiling_leaves_the_authors_values_alone():
    http = {**HTTP, "headers": ({"name": "a", "value": "b"},)}

    class Tidy(Connector):
        name = "Tidy"
        version = "1.0.0"
        connection = Connection("C", type="http", http=http)

    compile_connector(Tidy).component("connection").document["http"]["headers"].clear()

    assert http["headers"] == ({"name": "a", "value": "b"},)


def test_a_lookup_cache_carries_its_rows():
    class Cached(Connector):
        name = "Cached"
        version = "1.0.0"
        countries = LookupCache("Countries", data={"DE": "Germany"})

    compiled = compile_connector(Cached)

    assert compiled.component("countries").data == {"DE": "Germany"}
    assert Blueprint.from_json(compiled.to_json()) == compiled


@pytest.mark.parametrize(
    "data",
    [{"DE": 1}, {1: "Germany"}, ["DE"], {"DE": "x" * 50_000_000}],
    ids=["no text", "no key", "no object", "too large"],
)
def test_rows_are_texts_by_key(data):
    class Cached(Connector):
        name = "Cached"
        version = "1.0.0"
        countries = LookupCache("Countries", data=data)

    assert [problem.id for problem in problems(Cached)] == ["connector_kit.E130"]
