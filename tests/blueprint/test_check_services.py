"""What `check` finds in tools, APIs, MCP servers, and abstract flows."""

import pytest

from connector_kit import (
    Api,
    Branch,
    Connection,
    Connector,
    Export,
    Flow,
    McpServer,
    Router,
    Script,
    Tool,
)
from connector_kit.blueprint import problems

HELPERS = Script("Helpers", content="function answer () {}")
SCRIPT_API = Api("Script", type="script", script=HELPERS.function("answer"))
END = Router("end", branches=[Branch("all", next_router="outputRouter")])
TOOL = Tool("Tool", routers=[END])
HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}
SHOP = Connection("Shop", type="http", http=HTTP)
ORDERS = Export("Orders", connection=SHOP)
PATTERN = Flow("Pattern", source=ORDERS, is_abstract=True, routers=[])
PLAIN = Flow("Plain", source=ORDERS)
REQUEST = {"relativeURI": "/orders", "method": "GET"}


def offered(name, disabled=False):
    return {"_toolId": TOOL, "name": name, "disabled": disabled}


def found(thing):
    class Checked(Connector):
        name = "Checked"
        version = "1.0.0"
        helpers, script_api, tool, shop = HELPERS, SCRIPT_API, TOOL, SHOP
        orders, pattern, plain = ORDERS, PATTERN, PLAIN
        checked = thing

    own = [problem for problem in problems(Checked) if problem.attribute == "checked"]
    return {problem.id.rpartition(".")[2]: f"{problem.message} {problem.hint}" for problem in own}


@pytest.mark.parametrize(
    ("thing", "code", "said"),
    [
        (
            Tool("T", routers=[Router("r", branches=[Branch("b", next_router="outputRoute")])]),
            "E131",
            "Did you mean 'outputRouter'?",
        ),
        (Tool("T", routers=[Router("r", branches=[Branch("b")])]), "E131", "leads to None"),
        (Tool("T", routers=[END, END]), "E131", "2 routers have the id 'end'"),
        (Api("A", type="script"), "E132", "lacks script"),
        (Api("A", type="builder", builder={"request": REQUEST}), "E132", "exactly one"),
        (
            McpServer("M", relative_uri="/m", tools=[offered("a"), offered("a")]),
            "E133",
            "2 entries are named 'a'",
        ),
        (
            McpServer("M", relative_uri="/m", disabled=False, tools=[offered("a", True)]),
            "E133",
            "none of its tools",
        ),
        (
            McpServer("M", relative_uri="/m", apis=[{"_apiId": SCRIPT_API, "name": "a"}]),
            "E133",
            "of type 'script'",
        ),
        (Flow("F", abstract_flow=PLAIN), "E065", "not an abstract flow"),
        (Flow("F", abstract_flow=PATTERN, source=ORDERS), "E065", "pageGenerators of its own"),
        (Flow("F", source=ORDERS, run_next=[PATTERN]), "E065", "which is an abstract flow"),
        (Flow("F", source=ORDERS, overrides_helper={}), "", ""),
        (Flow("F", source=ORDERS, overrides_helper={"fields": []}), "E065", "is_abstract=True"),
    ],
)
def test_the_author_learns_what_is_wrong_and_what_to_do(thing, code, said):
    assert {key: said in text for key, text in found(thing).items()} == (
        {code: True} if code else {}
    )


@pytest.mark.parametrize(
    "thing",
    [
        Tool("Another", routers=[END]),
        Tool("T", routers=[Router("r", next_router=END, branches=[Branch("b")]), END]),
        McpServer("M", relative_uri="/m", disabled=False, tools=[offered("a")]),
        Flow("F", abstract_flow=PATTERN, overrides={"name": "x"}),
    ],
    ids=repr,
)
def test_what_the_platform_takes_is_no_problem(thing):
    assert found(thing) == {}
