import pytest

from connector_kit import (
    Branch,
    Component,
    Connection,
    Connector,
    Export,
    Flow,
    Import,
    Lookup,
    Ref,
    Router,
    Script,
    Source,
    Step,
    hook,
)
from connector_kit.blueprint import compile_connector, problems, python_field, stack_functions
from connector_kit.blueprint.spelling import known_fields, wire_name

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


class Shop(Connector):
    name = "Shop"
    version = "1.0.0"

    shop = Connection("Shop", type="http", http=HTTP)
    helpers = Script("Helpers", content="function keepPaid (options) {}")
    orders = Export("Orders", connection=shop)
    customers = Lookup("Customers", connection=shop)
    post = Import("Post", connection=shop)


def document(connector, name):
    return compile_connector(connector).component(name).document


def declare(**attributes):
    """Return a subclass of Shop with *attributes*."""
    return type(Shop)("Declared", (Shop,), attributes)


def flow(*, steps=None, **options):
    return document(declare(flow=Flow("Flow", steps=steps, **options)), "flow")


def test_keywords_become_the_platforms_fields():
    export = Export(
        "E",
        connection=Shop.shop,
        page_size=20,
        one_to_many=True,
        data_uri_template="{{id}}",
        adaptor_type="HTTPExport",
    )

    assert document(declare(export=export), "export") == {
        "name": "E",
        "_connectionId": {"$ref": "shop"},
        "pageSize": 20,
        "oneToMany": True,
        "dataURITemplate": "{{id}}",
        "adaptorType": "HTTPExport",
    }


def test_wire_fields_are_sent_as_they_are():
    export = Export("E", connection=Shop.shop, wire={"newField": {"of": ["tomorrow"]}})

    assert document(declare(export=export), "export")["newField"] == {"of": ["tomorrow"]}


def test_any_resource_type_can_be_declared():
    helper = Component("newhelpers", "Report", submit_resource={"path": "id"}, wire={"_x": 1})

    compiled = compile_connector(declare(helper=helper)).component("helper")

    assert compiled.resource == "newhelpers"
    assert compiled.document == {"name": "Report", "submitResource": {"path": "id"}, "_x": 1}


def test_components_refer_to_each_other_at_any_depth():
    transform = {"type": "script", "script": Shop.helpers.function("keepPaid")}
    import_ = Import("I", connection=Ref("shop"), transform=transform, wire={"x": [Shop.post]})

    assert document(declare(import_=import_), "import_") == {
        "name": "I",
        "_connectionId": {"$ref": "shop"},
        "transform": {
            "type": "script",
            "script": {"function": "keepPaid", "_scriptId": {"$ref": "helpers"}},
        },
        "x": [{"$ref": "post"}],
    }


def test_data_that_looks_like_a_reference_stays_data():
    export = Export("E", connection=Shop.shop, mock_output={"$ref": "shop"})

    compiled = document(declare(export=export), "export")

    assert compiled["mockOutput"] == {"$literal": {"$ref": "shop"}}


def test_a_lookup_is_an_export_marked_as_one():
    assert document(Shop, "customers")["isLookup"] is True


def test_a_simple_flow_is_a_source_and_steps():
    assert flow(source=Shop.orders, steps=[Shop.customers, Shop.post]) == {
        "name": "Flow",
        "pageGenerators": [{"_exportId": {"$ref": "orders"}}],
        "pageProcessors": [
            {"type": "export", "_exportId": {"$ref": "customers"}},
            {"type": "import", "_importId": {"$ref": "post"}},
        ],
    }


def test_a_flow_may_have_many_sources_with_options():
    sources = [Source(Shop.orders, schedule="? 0 1 ? * *", skip_retries=True), Ref("orders")]

    assert flow(source=sources)["pageGenerators"] == [
        {"schedule": "? 0 1 ? * *", "skipRetries": True, "_exportId": {"$ref": "orders"}},
        {"_exportId": {"$ref": "orders"}},
    ]


def test_a_step_carries_the_answer_into_the_record():
    step = Step(
        Ref("customers"),
        response_mapping={"customer": "data[0].name"},
        proceed_on_failure=True,
        post_response_map=Shop.helpers.function("keepPaid", configuration={"a": 1}),
    )

    assert flow(source=Shop.orders, steps=[step])["pageProcessors"] == [
        {
            "type": "export",
            "_exportId": {"$ref": "customers"},
            "proceedOnFailure": True,
            "responseMapping": {
                "fields": [{"extract": "data[0].name", "generate": "customer"}],
                "lists": [],
            },
            "hooks": {
                "postResponseMap": {
                    "function": "keepPaid",
                    "_scriptId": {"$ref": "helpers"},
                    "configuration": {"a": 1},
                }
            },
        }
    ]


@pytest.mark.parametrize("mapping", [{"fields": [], "lists": []}, {"fields": []}, {}])
def test_the_platforms_response_mapping_stays_as_it_is(mapping):
    step = Step(Shop.post, response_mapping=mapping)

    assert flow(source=Shop.orders, steps=[step])["pageProcessors"][0]["responseMapping"] == mapping


def test_routers_branch_and_join():
    last = Router("last", branches=[Branch("All", steps=[Shop.post])])
    first = Router(
        "first",
        route_records_to="first_matching_branch",
        branches=[
            Branch("Paid", input_filter={"version": "1", "rules": []}, next_router=last),
            {"name": "Rest", "pageProcessors": []},
        ],
    )

    assert flow(source=Shop.orders, routers=[first, last])["routers"] == [
        {
            "id": "first",
            "routeRecordsTo": "first_matching_branch",
            "branches": [
                {
                    "name": "Paid",
                    "inputFilter": {"version": "1", "rules": []},
                    "nextRouterId": "last",
                },
                {"name": "Rest", "pageProcessors": []},
            ],
        },
        {
            "id": "last",
            "branches": [
                {
                    "name": "All",
                    "pageProcessors": [{"type": "import", "_importId": {"$ref": "post"}}],
                }
            ],
        },
    ]


def test_flows_can_be_written_in_the_platforms_documents():
    written = flow(
        page_generators=[{"_exportId": Shop.orders, "application": "x"}],
        page_processors=[{"_importId": Shop.post}],
    )

    assert written["pageGenerators"] == [{"_exportId": {"$ref": "orders"}, "application": "x"}]
    assert written["pageProcessors"] == [{"_importId": {"$ref": "post"}}]


def test_old_simple_flows_name_one_export_and_one_import():
    assert flow(export=Shop.orders, import_=Shop.post) == {
        "name": "Flow",
        "_exportId": {"$ref": "orders"},
        "_importId": {"$ref": "post"},
    }


def test_a_flow_can_start_the_next():
    class Chain(Shop):
        second = Flow("Second", source=Shop.orders)
        first = Flow("First", source=Shop.orders, run_next=[second])

    assert document(Chain, "first")["_runNextFlowIds"] == [{"$ref": "second"}]


def test_a_subclass_replaces_and_drops_components():
    class Next(Shop):
        shop = Connection("Renamed", type="http", http=HTTP)
        customers = None

    compiled = compile_connector(Next)

    assert compiled.component("shop").document["name"] == "Renamed"
    assert compiled.component("orders").document["_connectionId"] == {"$ref": "shop"}
    assert "customers" not in [component.external_id for component in compiled.components]


def test_declaring_nonsense_does_not_fail():
    class Nonsense(Connector):
        version = 7
        a = Connection()
        b = Script()
        c = Export(connection=5, wire=3, customer_owns=4)
        d = Flow(source=object(), steps="x", section=1)

    assert problems(Nonsense)


class TestPythonHooks:
    def test_a_plain_function_runs_on_the_stack(self):
        def keep_paid(options):
            return options

        class WithHook(Shop):
            paid = Export("Paid", connection=Shop.shop, hooks={"preSavePage": keep_paid})

        assert document(WithHook, "paid")["hooks"] == {
            "preSavePage": {"function": "keep_paid", "_stackId": {"$ref": "@stack"}}
        }
        function = stack_functions(WithHook)["keep_paid"]
        assert (function.kind, function.callable) == ("preSavePage", keep_paid)

    def test_a_function_of_the_class_body_takes_the_options_only(self):
        class WithHook(Shop):
            @hook.pre_map
            @staticmethod
            def marked(options):
                return [options]

            def bare(options):  # noqa: N805  a function, called with options only
                return [options]

            one = Import("One", connection=Shop.shop, hooks={"preMap": marked})
            two = Import("Two", connection=Shop.shop, hooks={"preMap": bare})

        functions = stack_functions(WithHook)

        assert functions["marked"](1) == functions["bare"](1) == [1]

    def test_a_marked_function_has_a_name_and_a_configuration(self):
        @hook.post_submit(name="tidyUp", configuration={"deep": True})
        def tidy(options):
            return options

        class WithHook(Shop):
            one = Import("One", connection=Shop.shop, hooks={"postSubmit": tidy})
            two = Import(
                "Two", connection=Shop.shop, hooks={"postSubmit": tidy.configured(deep=False)}
            )

        hooks = [document(WithHook, name)["hooks"]["postSubmit"] for name in ("one", "two")]

        assert [item["function"] for item in hooks] == ["tidyUp", "tidyUp"]
        assert [item["configuration"] for item in hooks] == [{"deep": True}, {"deep": False}]
        assert list(stack_functions(WithHook)) == ["tidyUp"]

    def test_a_marked_function_of_the_class_is_found_even_when_unused(self):
        class WithHook(Shop):
            @hook.post_map
            @staticmethod
            def later(options):
                return options

        assert list(stack_functions(WithHook)) == ["later"]

    def test_a_step_may_call_one_after_its_response_mapping(self):
        def remember(options):
            return options

        written = flow(source=Shop.orders, steps=[Step(Shop.post, post_response_map=remember)])

        assert written["pageProcessors"][0]["hooks"]["postResponseMap"]["function"] == "remember"

    def test_empty_hooks_stay_as_the_platform_holds_them(self):
        hooks = {"preSavePage": {"function": None, "_scriptId": None}}

        written = document(declare(e=Export("E", connection=Shop.shop, hooks=hooks)), "e")

        assert written["hooks"] == hooks


class TestSpellings:
    @pytest.mark.parametrize("resource", ["connections", "scripts", "exports", "imports", "flows"])
    def test_every_keyword_has_one_wire_name_and_back(self, resource):
        for python_name, wire in known_fields(resource).items():
            assert python_field(resource, wire) == python_name
            assert wire_name(resource, python_name) == wire

    @pytest.mark.parametrize(
        ("resource", "wire", "python"),
        [
            ("exports", "dataURITemplate", "data_uri_template"),
            ("imports", "netsuite_da", "netsuite_da"),
            ("flows", "_importId", "import_"),
            ("flows.pageProcessors", "proceedOnFailure", "proceed_on_failure"),
            ("exports", "aiDescription", None),
            ("newhelpers", "submitResource", "submit_resource"),
            ("newhelpers", "_id", None),
            ("newhelpers", "oddURI", None),
            ("newhelpers", "import", None),
            ("newhelpers", "wire", None),
        ],
    )
    def test_a_field_without_a_keyword_goes_into_wire(self, resource, wire, python):
        assert python_field(resource, wire) == python
