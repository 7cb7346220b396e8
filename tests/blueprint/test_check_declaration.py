import datetime as dt

import pytest

from connector_kit import (
    Api,
    Branch,
    Component,
    Connection,
    Connector,
    Export,
    Flow,
    Import,
    Lookup,
    LookupCache,
    McpServer,
    Ref,
    Router,
    Script,
    Source,
    Step,
    Text,
    hook,
)
from connector_kit.blueprint import problems
from examples.commerce import v1_0, v1_1

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}
ID = "64a1f0c2b3d4e5f607182901"


class Shop(Connector):
    name = "Shop"
    version = "1.0.0"

    shop = Connection("Shop", type="http", http=HTTP)
    helpers = Script("Helpers", content="function keepPaid (options) {}")
    orders = Export("Orders", connection=shop)
    post = Import("Post", connection=shop)
    again = Flow("Again", source=orders)


def declare(**attributes):
    return type(Shop)("Declared", (Shop,), attributes)


def found(connector):
    return [
        (problem.id.removeprefix("connector_kit."), problem.attribute)
        for problem in problems(connector)
    ]


def of(component):
    """Return the ids of the problems of *component* as the attribute `x` of a sound connector."""
    return [code for code, attribute in found(declare(x=component)) if attribute == "x"]


def keep(options):
    return options


@hook.pre_map
def per_record(options):
    return options


def export(name="X", **fields):
    return Export(name, connection=Shop.shop, **fields)


def flow(name="X", **fields):
    return Flow(name, **{"source": Shop.orders, **fields})


@pytest.mark.parametrize("connector", [v1_0.CommerceHub, v1_1.CommerceHub])
def test_the_example_is_sound(connector):
    assert problems(connector) == []


MISTAKES = {
    "unknown keyword": (export(page_sise=3), "E020"),
    "field given twice": (export(page_size=3, wire={"pageSize": 3}), "E021"),
    "sugar and document": (flow(page_generators=[]), "E021"),
    "date": (export(delta={"startDate": dt.date(2026, 1, 1)}), "E022"),
    "set": (export(http={"tags": {1}}), "E022"),
    "not a number": (export(page_size=float("nan")), "E022"),
    "key that is no text": (export(http={1: "a"}), "E022"),
    "wire that is no object": (export(wire=["a"]), "E022"),
    "server's field": (export(wire={"apiIdentifier": "e1"}), "E023"),
    "envelope": (export(wire={"externalId": "x"}), "E024"),
    "masked secret": (export(http={"token": "******"}), "E025"),
    "no name": (Export(connection=Shop.shop), "E026"),
    "blank name": (Export(" ", connection=Shop.shop), "E026"),
    "ill-formed owned path": (flow(customer_owns=["a..b"]), "E027"),
    "unknown owned path": (flow(customer_owns=["page_generators"]), "E027"),
    "component of no connector": (Export("X", connection=Connection("Y", type="http")), "E010"),
    "unknown reference": (Export("X", connection=Ref("shopp")), "E011"),
    "connection as a step": (flow(steps=[Shop.shop]), "E013"),
    "import as a source": (flow(source=Shop.post), "E013"),
    "stack as a connection": (Export("X", connection=Ref("@stack")), "E013"),
    "export as the connection of a tool": (
        Import("X", adaptor_type="ToolImport", wire={"mcp": {"_mcpConnectionId": Shop.orders}}),
        "E013",
    ),
    "name as text": (Export("X", connection="shop"), "E014"),
    "misspelled name as text": (Export("X", connection="shpo"), "E014"),
    "number as a reference": (Export("X", connection=5), "E014"),
    "object as a reference": (Export("X", connection={"shop": True}), "E014"),
    "list for one reference": (Export("X", connection=[Shop.shop]), "E014"),
    "one flow for a list": (flow(run_next=Shop.again), "E014"),
    "name of a flow in a list": (flow(run_next=["orders_flow"]), "E014"),
    "name as the source": (flow(source=Source("ordres")), "E014"),
    "name as a step": (flow(steps=[Step("post_message")]), "E014"),
    "name as the abstract flow": (Flow("X", abstract_flow="orders_template"), "E014"),
    "name of a group": (flow(flow_grouping="Orders"), "E014"),
    "name of an application": (
        Connection("X", type="http", http={**HTTP, "_httpConnectorId": "shopify"}),
        "E014",
    ),
    "name in an override": (
        Flow("X", source=Shop.orders, overrides={"exports": [{"_abstractId": "ordres"}]}),
        "E014",
    ),
    "name deep inside": (export(http={"_asyncHelperId": "helper"}), "E014"),
    "script of a hook as text": (
        export(hooks={"preSavePage": {"function": "keepPaid", "_scriptId": "helper"}}),
        "E014",
    ),
    "tool by its name": (McpServer("X", relative_uri="x", tools=[{"_toolId": "t"}]), "E014"),
    "hook by its name": (export(hooks={"preSavePage": "keepPaid"}), "E015"),
    "hooks by a name": (export(hooks="keepPaid"), "E015"),
    "script as a hook": (export(hooks={"preSavePage": Shop.helpers}), "E015"),
    "hook of a step by its name": (
        flow(steps=[Step(Shop.post, post_response_map="keepPaid")]),
        "E015",
    ),
    "script as a filter": (export(filter=Shop.helpers), "E015"),
    "function of a transform by its name": (export(transform="keepPaid"), "E015"),
    "script as the function of a router": (
        flow(routers=[Router("r", script=Shop.helpers, branches=[])]),
        "E015",
    ),
    "script of an API by its name": (Api("X", type="script", script="helpers"), "E015"),
    "component in place of an entry": (
        McpServer("X", relative_uri="x", tools=[Shop.post]),
        "E015",
    ),
    "branch by its name": (flow(routers=[Router("r", branches=["b"])]), "E015"),
    "nameless hook": (export(hooks={"preSavePage": lambda options: options}), "E030"),
    "hook of another kind": (export(hooks={"preSavePage": per_record}), "E032"),
    "function that is no hook": (export(http={"body": keep}), "E033"),
    "script without content": (Script("X"), "E040"),
    "connection without type": (Connection("X"), "E041"),
    "connection without details": (Connection("X", type="http"), "E042"),
    "http without address": (Connection("X", type="http", http={"mediaType": "json"}), "E043"),
    "wrapper without ping": (Connection("X", type="wrapper", wrapper={"a": 1}), "E044"),
    "import's adaptor": (export(adaptor_type="HTTPImport"), "E050"),
    "export without connection": (Export("X"), "E051"),
    "import without connection": (Import("X", adaptor_type="HTTPImport"), "E051"),
    "test of too many": (export(type="test", test={"limit": 101}), "E052"),
    "flow without source": (Flow("X", steps=[Shop.post]), "E060"),
    "five-field schedule": (flow(schedule="0 * * * *"), "E061"),
    "schedule by the second": (flow(schedule="*/5 * * * * *"), "E061"),
    "schedule of a source": (
        flow(source=Source(Shop.orders, schedule="daily")),
        "E061",
    ),
    "schedule of an export": (export(schedule="daily"), "E061"),
    "routers beside steps": (
        flow(steps=[Shop.post], routers=[Router("r", branches=[])]),
        "E062",
    ),
    "step that is nothing": (flow(steps=["post"]), "E063"),
    "step of a branch that is nothing": (
        flow(routers=[Router("r", branches=[Branch("B", steps=["post"])])]),
        "E063",
    ),
    "section that is no title": (flow(section=Shop.shop), "E066"),
    "mixed response mapping": (
        flow(steps=[Step(Shop.post, response_mapping={"a": 1})]),
        "E064",
    ),
    "connection type that is a list": (Connection("X", wire={"type": ["http"]}), "W051"),
    "unknown connection type": (Connection("X", type="telepathy"), "W051"),
    "unknown media type": (
        Connection("X", type="http", http={**HTTP, "mediaType": "yaml"}),
        "W051",
    ),
    "details of another type": (Connection("X", type="http", http=HTTP, van={}), "W003"),
    "too much concurrency": (
        Connection("X", type="http", http={**HTTP, "concurrencyLevel": 51}),
        "W051",
    ),
    "unknown adaptor": (export(adaptor_type="HttpExport"), "W051"),
    "unknown export type": (export(type="sometimes"), "W051"),
    "lookup not marked": (flow(steps=[Shop.orders]), "W012"),
    "mapping without status": (
        Import("X", connection=Shop.shop, mappings=[{"generate": "a"}]),
        "W050",
    ),
    "raw id": (Export("X", wire={"_connectionId": ID}), "W020"),
    "raw id in an override": (
        Flow("X", source=Shop.orders, wire={"overrides": {"connections": [{"_id": ID}]}}),
        "W020",
    ),
    "id in a script": (Script("X", content=f"exports.run({{_id: '{ID}'}})"), "W025"),
    "id in an address": (export(http={"relativeURI": f"/v1/exports/{ID}/data"}), "W025"),
    "id in a mapping": (
        Import("X", connection=Shop.shop, mapping={"fields": [{"hardCodedValue": ID}]}),
        "W025",
    ),
    "id in settings": (export(settings={"export": ID}), "W025"),
    "id in a key": (export(settings={f"exports_{ID}_name": True}), "W025"),
    "long name": (Script("X" * 101, content=""), "W051"),
    "long description": (Script("X", content="", description="x" * 1025), "W051"),
    "function the script lacks": (
        export(hooks={"preSavePage": Shop.helpers.function("keepUnpaid")}),
        "W023",
    ),
    "router that is not there": (
        flow(routers=[Router("r", branches=[Branch("B", next_router="s")])]),
        "W030",
    ),
    "router after a router that is not there": (
        flow(routers=[Router("r", branches=[Branch("B")], next_router="s")]),
        "W030",
    ),
    "generator without export": (flow(source=[{"schedule": "? 0 1 ? * *"}]), "W050"),
    "misspelled field": (export(http={"relativeUri": "/orders"}), "W052"),
    "text instead of a list": (
        Import("X", connection=Shop.shop, http={"method": "POST"}),
        "W051",
    ),
    "login that the author must decide": (
        Connection("X", type="http", http={**HTTP, "auth": {"type": "jwtbearer"}}),
        "W050",
    ),
    "misspelled resource": (Component("export", "X"), "W040"),
}


@pytest.mark.parametrize(("component", "code"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_reported_where_it_is(component, code):
    assert of(component) == [code]


ADVICE = {
    "word in another case": (
        export(adaptor_type="HttpExport"),
        "adaptorType is 'HttpExport', which the platform does not know.",
        "Did you mean 'HTTPExport'? It knows HTTPExport, FTPExport, ",
    ),
    "misspelled field": (
        export(http={"paging": {"relativURI": "/a"}}),
        "The platform documents no field http.paging.relativURI.",
        "Did you mean 'relativeURI'? ",
    ),
    "kind of value": (
        Import("X", connection=Shop.shop, http={"relativeURI": "/a"}),
        "http.relativeURI is '/a'.",
        "It must be a list.",
    ),
    "decision": (
        Connection("X", type="rdbms", rdbms={"type": "redshift"}),
        "The platform refuses the connection without rdbms.redshift.region.",
        "Add one of us-east-1, ",
    ),
}


@pytest.mark.parametrize(("component", "message", "hint"), ADVICE.values(), ids=ADVICE)
def test_the_platforms_schemas_name_the_field_and_what_it_may_hold(component, message, hint):
    (problem,) = problems(declare(x=component))

    assert problem.message == message
    assert problem.hint.startswith(hint)
    assert problem.level == "warning"


@pytest.mark.parametrize(
    "http",
    [{**HTTP, "auth": {"type": "basic"}}, {**HTTP, "auth": {"type": "TOKEN"}}],
    ids=["credentials", "a case that the platform corrects"],
)
def test_credentials_are_not_missing_from_a_declaration(http):
    assert of(Connection("X", type="http", http=http)) == []


SOUND = {
    "webhook without connection": Export("X", type="webhook", adaptor_type="WebhookExport"),
    "data loader": Export("X", type="simple"),
    "adaptor of tomorrow without connection": Import("X", adaptor_type="OracleImport2"),
    "tool": Import("X", adaptor_type="ToolImport"),
    "assistant without address": Connection("X", type="http", assistant="shopify", http={"a": 1}),
    "described application": Connection("X", type="http", http={"_httpConnectorId": ID}),
    "legacy rest held as http": Connection("X", type="rest", http=HTTP),
    "mask in a sample": export(mock_output={"password": "******"}),
    "id in a sample": export(sample_data={"_someId": ID}),
    "trading partner of every account": export(ftp={"_tpConnectorId": ID}),
    "shared client": Connection("X", type="http", http={**HTTP, "_iClientId": ID}),
    "custom settings called schedule": flow(settings={"schedule": "daily"}),
    "source being set up": Flow("X", page_generators=[{"setupInProgress": True}]),
    "empty routers beside steps": flow(steps=[Shop.post], routers=[]),
    "platform's own fields": export(wire={"aiDescription": {"summary": "s"}, "draft": False}),
    "nulls": export(description=None, trace_key_template=None),
    "schedule with names": flow(schedule="? 0,30 8-18/2 ? * MON-FRI"),
}


@pytest.mark.parametrize("component", SOUND.values(), ids=SOUND.keys())
def test_what_the_platform_holds_is_not_refused(component):
    assert [code for code in of(component) if code.startswith("E") or code == "W020"] == []


def test_an_id_is_reported_with_its_place():
    content = f"// Runs\n// the next.\nexports.run({{_id: '{ID}'}})"

    (problem,) = problems(declare(x=Script("X", content=content)))

    assert problem.attribute == "x"
    assert problem.message == (
        f"content, line 3 contains {ID}, which looks like the id of a document. No other account "
        "has it."
    )


def test_an_id_in_a_setting_is_reported():
    class Settings:
        target = Text("Target", default=ID)

    connector = type(Shop)("Declared", (Shop,), {"Settings": Settings})

    assert ("W025", "Settings.target") in found(connector)


def test_a_problem_is_one_readable_paragraph():
    (problem,) = problems(declare(x=export(page_sise=3)))

    assert str(problem) == (
        "Declared.x: 'page_sise' is not a known field of exports. Did you mean 'page_size'? "
        "To send a field that the kit does not know, use wire={...}. (connector_kit.E020)"
    )
    assert problem.level == "error"


@pytest.mark.parametrize(
    ("component", "keyword"),
    [
        pytest.param(Flow("X", source=Shop.orders, stpes=[Shop.post]), "steps", id="flow"),
        pytest.param(export(customer_own=["http"]), "customer_owns", id="every component"),
        pytest.param(
            Import("X", connection=Shop.shop, required_mapping=["a"]),
            "required_mappings",
            id="import",
        ),
        pytest.param(LookupCache("X", dat={"a": "b"}), "data", id="lookup cache"),
        pytest.param(
            flow(steps=[Step(Shop.post, post_response_mp=keep)]), "post_response_map", id="step"
        ),
    ],
)
def test_the_kits_own_keywords_are_suggested_too(component, keyword):
    (problem,) = problems(declare(x=component))

    assert problem.hint.startswith(f"Did you mean {keyword!r}?")


INSTEAD = {
    "misspelled name": (
        Export("X", connection="shpo"),
        "_connectionId is 'shpo', which is no component of the connector.",
        "Did you mean 'shop'? Pass the object, not its name.",
    ),
    "name": (
        Export("X", connection="shop"),
        "_connectionId contains the text 'shop' instead of a reference.",
        'Write shop without quotes, or Ref("shop") if it is declared later.',
    ),
    "step": (
        flow(steps=["pst"]),
        "pageProcessors[0] is 'pst'.",
        "Did you mean 'post'? Pass the object, not its name.",
    ),
    "function": (
        export(hooks={"preSavePage": "keepPaid"}),
        "hooks.preSavePage is 'keepPaid', but takes an object.",
        'Pass the function itself: helpers.function("keepPaid").',
    ),
    "filter": (
        export(filter=Shop.helpers),
        "filter is the component 'helpers', but takes an object.",
        'Pass the function itself: {"type": "script", "script": helpers.function("...")}.',
    ),
    "hooks": (
        export(hooks="keepPaid"),
        "hooks is 'keepPaid', but takes an object.",
        'Pass functions by the points that call them: {"preSavePage": helpers.function("keepPaid")}.',  # noqa: E501
    ),
    "entry": (
        McpServer("X", relative_uri="x", tools=[Shop.post]),
        "tools[0] is the component 'post', but takes an object.",
        'Pass an object that refers to it: {"_importId": post, ...}.',
    ),
}


@pytest.mark.parametrize(("component", "message", "hint"), INSTEAD.values(), ids=INSTEAD)
def test_a_name_in_place_of_an_object_is_reported_with_what_to_pass(component, message, hint):
    (problem,) = problems(declare(x=component))

    assert (problem.message, problem.hint) == (message, hint)
    assert problem.level == "error"


def test_the_platforms_spelling_of_a_keyword_is_recognised():
    (problem,) = problems(declare(x=export(pageSize=3)))

    assert "Did you mean 'page_size'?" in problem.hint


def test_what_cannot_be_sent_is_named_with_its_path():
    (problem,) = problems(declare(x=export(http={"headers": [{"value": b"x"}]})))

    assert problem.message == "b'x' (bytes) at http.headers[0].value cannot be sent as JSON."


def test_vocabularies_that_grow_only_warn():
    (problem,) = problems(declare(x=export(adaptor_type="QuantumExport")))

    assert problem.level == "warning"


def test_a_component_declared_twice_is_reported():
    class Copied(Shop):
        refunds = Export("Refunds", connection=Shop.shop)
        refunds = Export("Returns", connection=Shop.shop)  # noqa: PIE794

    assert found(Copied) == [("E005", "refunds")]


def test_a_component_with_two_names_is_reported():
    assert found(declare(again=Shop.post)) == [("E006", "post"), ("W042", "again")]


def test_a_component_called_like_the_connectors_own_attributes_is_reported():
    assert found(declare(name=export())) == [("E004", "name")]


def test_a_reference_to_a_dropped_component_is_reported():
    assert found(declare(shop=None)) == [("E010", "orders"), ("E010", "post")]


def test_a_cycle_is_shown_from_end_to_end():
    class Loop(Shop):
        first = Flow("First", source=Shop.orders, run_next=[Ref("second")])
        second = Flow("Second", source=Shop.orders, run_next=[Ref("third")])
        third = Flow("Third", source=Shop.orders, run_next=[Ref("first")])

    (problem,) = problems(Loop)

    assert "first → second → third → first" in problem.message


def test_every_cycle_is_reported():
    class Loops(Shop):
        alone = Flow("Alone", source=Shop.orders, run_next=[Ref("alone")])
        left = Flow("Left", source=Shop.orders, run_next=[Ref("right")])
        right = Flow("Right", source=Shop.orders, run_next=[Ref("left")])

    assert sorted(found(Loops)) == [("E012", "alone"), ("E012", "left")]


def test_two_functions_of_one_name_are_reported():
    def twin():
        def keep(options):
            return [options]

        return keep

    connector = declare(
        one=export(hooks={"preSavePage": keep}), two=export("Y", hooks={"preSavePage": twin()})
    )

    assert found(connector) == [("E031", "two")]


def test_one_function_for_two_kinds_of_hook_is_reported():
    connector = declare(
        one=Import("One", connection=Shop.shop, hooks={"preMap": keep, "postMap": keep})
    )

    assert found(connector) == [("E032", "one")]


@pytest.mark.parametrize("version", ["", "1", "1.0", "v1.0.0", "1.0.0.0", None])
def test_a_version_is_semantic(version):
    assert found(declare(version=version)) == [("E002", None)]


def test_applications_are_a_list_of_names():
    assert found(declare(applications="shopify")) == [("E003", None)]


def test_sections_that_share_an_address_are_reported():
    connector = declare(one=flow(section="A B"), two=flow("Y", section="AB"))

    assert found(connector) == [("W031", None)]


def test_a_lookup_runs_as_a_step():
    lookup = Lookup("L", connection=Shop.shop)

    assert found(declare(lookup=lookup, x=flow(steps=[lookup]))) == []


def test_everything_is_reported_at_once():
    class Broken(Connector):
        version = "one"
        shop = Connection("Shop", type="http", http=HTTP)
        orders = Export("Orders", connection=Ref("shoop"))
        flow = Flow("Flow", schedule="hourly")

    assert found(Broken) == [
        ("E001", None),
        ("E002", None),
        ("E011", "orders"),
        ("E060", "flow"),
        ("E061", "flow"),
    ]
