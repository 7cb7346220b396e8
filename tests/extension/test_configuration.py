"""What a stack serves is told by the environment or by value, checked as the reference does."""

import logging
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connector_kit.conf import Settings
from connector_kit.environment import variables
from connector_kit.extension import ConfigurationError, FunctionModule, Registry
from connector_kit.extension.configuration import Configuration, StandaloneSettings

ID = "64a1f0c2b3d4e5f6071828ff"
OTHER = "64a1f0c2b3d4e5f607182900"
TOKEN = "system-token-7d1e"


def functions(options: Any) -> Any:
    return options


DIY = {"formInit": functions}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes modules into a folder that Python imports from, and that is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    known = set(sys.modules)

    def write(**sources: str) -> Path:
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        return tmp_path

    yield write
    for name in set(sys.modules) - known:
        del sys.modules[name]


def refused(given: Any, **how: Any) -> tuple[str, str]:
    with pytest.raises(ConfigurationError) as error:
        Configuration.of(given, **how)
    return error.value.code, error.value.message


def refused_environment(environment: dict[str, str], **how: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as error:
        Configuration.from_environment(environment, **how)
    return error.value


NOTHING = ("missing_parameter", "Options parameter is not provided.")
NEITHER = ("missing_required_field", "Either DIY or connectors field needs to be set.")
BOTH = (
    "invalid_configuration",
    "The configuration object should only have one of the diy or connectors field.",
)
EMPTY = ("invalid_field", "No connector modules provided in the connectors field.")
NO_TOKEN = ("missing_required_field", "systemToken not provided in options.")

REFERENCE = {
    "1: none": (None, NOTHING),
    "1: an empty one": ({}, NOTHING),
    "1: none at all": ("orders", NOTHING),
    "2: a token only": ({"systemToken": TOKEN}, NEITHER),
    "2: both null": ({"diy": None, "connectors": None}, NEITHER),
    "2: both false": ({"diy": False, "connectors": ""}, NEITHER),
    "3: both": ({"diy": DIY, "connectors": {ID: DIY}}, BOTH),
    "3 goes before 4": ({"diy": DIY, "connectors": {}}, BOTH),
    "4: no connectors": ({"connectors": {}}, EMPTY),
    "4 goes before 5": ({"connectors": {}, "systemToken": ""}, EMPTY),
    "5: no token": ({"diy": DIY}, NO_TOKEN),
    "5: an empty token": ({"diy": DIY, "systemToken": ""}, NO_TOKEN),
    "5: no token among several": ({"diy": DIY, "systemToken": []}, NO_TOKEN),
    "5 goes before what is in the modules": ({"diy": 7}, NO_TOKEN),
}


@pytest.mark.parametrize(("given", "error"), REFERENCE.values(), ids=REFERENCE.keys())
def test_a_wrong_configuration_is_refused_in_the_references_order(
    given: Any, error: tuple[str, str]
) -> None:
    assert refused(given, is_server=True) == error


def test_only_a_server_needs_a_token() -> None:
    assert Configuration.of({"diy": DIY}).settings.system_tokens == ()
    assert Configuration.from_environment(
        {"CONNECTOR_KIT_DIY": "tests.extension.functions"}, is_server=False, load=False
    ).diy


ENVIRONMENTS = {
    "1: nothing is set": ({}, NOTHING),
    "1: nothing of ours is set": ({"PATH": "/bin", "CONNECTOR_KIT_CALLS": "4"}, NOTHING),
    "1: everything is empty": ({"CONNECTOR_KIT_DIY": " ", "CONNECTOR_KIT_PORT": ""}, NOTHING),
    "2: a token only": ({"CONNECTOR_KIT_SYSTEM_TOKEN": TOKEN}, NEITHER),
    "3: both": ({"CONNECTOR_KIT_DIY": "a", "CONNECTOR_KIT_CONNECTORS": f"{ID}=b"}, BOTH),
    "4: no connectors": ({"CONNECTOR_KIT_CONNECTORS": ","}, EMPTY),
    "5: no token": ({"CONNECTOR_KIT_DIY": "a"}, NO_TOKEN),
    "5: no token but commas": (
        {"CONNECTOR_KIT_DIY": "a", "CONNECTOR_KIT_SYSTEM_TOKEN": " , "},
        NO_TOKEN,
    ),
}


@pytest.mark.parametrize(("environment", "error"), ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def test_a_wrong_environment_is_refused_likewise_with_a_note_of_the_way_out(
    environment: dict[str, str], error: tuple[str, str]
) -> None:
    refusal = refused_environment(environment)

    assert (refusal.code, refusal.message) == error
    assert refusal.__notes__ == [
        (
            "Set CONNECTOR_KIT_SYSTEM_TOKEN, and either CONNECTOR_KIT_DIY=package.module or "
            "CONNECTOR_KIT_CONNECTORS=<connectorId>=package.module."
        )
    ]


UNREADABLE = {
    "a port": ({"CONNECTOR_KIT_PORT": "http"}, "CONNECTOR_KIT_PORT is not a whole number. "),
    "a port too large": ({"CONNECTOR_KIT_PORT": "65536"}, "CONNECTOR_KIT_PORT is out of range. "),
    "a switch": ({"CONNECTOR_KIT_CONTRACTS": "maybe"}, "CONNECTOR_KIT_CONTRACTS is neither true "),
    "a limit": ({"CONNECTOR_KIT_CALLS": "0"}, "CONNECTOR_KIT_CALLS is out of range. "),
    "an id without a module": (
        {"CONNECTOR_KIT_CONNECTORS": f"{ID}="},
        f"CONNECTOR_KIT_CONNECTORS contains '{ID}=', which is not valid. Use ",
    ),
    "an id twice": (
        {"CONNECTOR_KIT_CONNECTORS": f"{ID}=a,{ID}=b"},
        "CONNECTOR_KIT_CONNECTORS gives the same connectorId to two connectors. ",
    ),
    "modules without an id": (
        {"CONNECTOR_KIT_CONNECTORS": f"{ID}=a,orders.v1,orders.v2"},
        (
            "CONNECTOR_KIT_CONNECTORS has no id for orders.v1, orders.v2: write "
            "<connectorId>=orders.v1. Only a server with a database finds the ids itself."
        ),
    ),
}


@pytest.mark.parametrize(("environment", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_variable_that_cannot_be_read_is_named_with_the_way_out(
    environment: dict[str, str], message: str
) -> None:
    refusal = refused_environment(environment)

    assert refusal.code == "invalid_field"
    assert refusal.message.startswith(message)


def test_all_variables_that_cannot_be_read_are_named_at_once() -> None:
    environment = {"CONNECTOR_KIT_PORT": "http", "CONNECTOR_KIT_CONTRACTS": "maybe"}

    message = refused_environment(environment).message
    assert all(name in message for name in environment)


def test_the_environment_says_everything(project: Any) -> None:
    project(orders="def formInit(options): return 'form'")

    configuration = Configuration.from_environment(
        {
            "CONNECTOR_KIT_DIY": "orders",
            "CONNECTOR_KIT_SYSTEM_TOKEN": f"{TOKEN}, next-one",
            "CONNECTOR_KIT_PORT": "8080",
            "CONNECTOR_KIT_CONTRACTS": "0",
            "CONNECTOR_KIT_CALLS": "3",
            "CONNECTOR_KIT_CALL_SECONDS": "1.5",
            "CONNECTOR_KIT_CALL_PATIENCE_SECONDS": "0",
            "CONNECTOR_KIT_CALL_MEMORY_MB": "64",
        }
    )

    limits = configuration.settings.limits
    assert configuration.settings.system_tokens == (TOKEN, "next-one")
    assert (configuration.settings.port, configuration.settings.contracts) == (8080, False)
    assert (limits.calls, limits.seconds, limits.patience, limits.memory_mb) == (3, 1.5, 0, 64)
    registry = configuration.registry
    assert registry.diy is not None
    assert registry.diy.find(None, "formInit")({}) == "form"
    assert not registry.contracts


def test_what_the_environment_leaves_out_has_a_default(project: Any) -> None:
    project(orders="def formInit(options): ...")

    configuration = Configuration.from_environment(
        {"CONNECTOR_KIT_DIY": "orders", "CONNECTOR_KIT_SYSTEM_TOKEN": TOKEN}
    )

    assert (configuration.settings.port, configuration.settings.contracts) == (8000, True)
    assert configuration.registry.contracts
    assert configuration.settings.limits.calls == 16


SOURCE = """
    from connector_kit import Connection, Connector, Import, wrapper

    def add_totals(options):
        return "added"

    class Orders(Connector):
        shop = Connection("Shop", type="http")
        save = Import("Save", connection=shop, hooks={"preMap": add_totals})

    class Functions:
        def formInit(self, options):
            return "form"

    functions = Functions()
    table = {"hooks": {"preMap": lambda options: "table"}}
"""

TARGETS = {
    "a module with a connector": ("orders", "hook", "add_totals", "added"),
    "a connector class": ("orders:Orders", "hook", "add_totals", "added"),
    "a connector class, dotted": ("orders.Orders", "hook", "add_totals", "added"),
    "an object": ("orders:functions", None, "formInit", "form"),
    "a dict": ("orders:table", "hook", "preMap", "table"),
    "a path": ("./orders.py", "hook", "add_totals", "added"),
    "a path and a name": ("./orders.py:functions", None, "formInit", "form"),
}


@pytest.mark.parametrize(
    ("target", "type_", "function", "answer"), TARGETS.values(), ids=TARGETS.keys()
)
def test_functions_are_named_by_module_attribute_or_path(
    project: Any, target: str, type_: str | None, function: str, answer: str
) -> None:
    project(orders=SOURCE)

    registry = Configuration.from_environment(
        {"CONNECTOR_KIT_CONNECTORS": f"{ID}={target}", "CONNECTOR_KIT_SYSTEM_TOKEN": TOKEN}
    ).registry

    module = registry.connector(ID)
    assert module is not None
    assert module.find(type_, function)({}) == answer
    assert registry.connector(OTHER) is None


def test_a_value_may_hold_the_functions_themselves_or_their_names(project: Any) -> None:
    project(orders="def formInit(options): return 'named'")
    things = {
        "a": "orders",
        "b": {"formInit": lambda _: "a dict"},
        "c": SimpleNamespace(formInit=lambda _: "an object"),
        "d": FunctionModule(flat={"formInit": lambda _: "a module"}),
    }

    registry = Configuration.of({"connectors": things}).registry

    found = [registry.connector(thing) for thing in things]
    assert [module and module.find(None, "formInit")({}) for module in found] == [
        *("named", "a dict", "an object", "a module")
    ]


UNUSABLE: dict[str, tuple[str, dict[str, str], str]] = {
    "a module that is not there": (
        "orders",
        {},
        (
            "Cannot import 'orders': there is no module 'orders'. Check the spelling, and that its "
            "project is installed or on PYTHONPATH."
        ),
    ),
    "an attribute that is not there": (
        "orders:missing",
        {"orders": ""},
        "'missing' does not exist",
    ),
    "a path that is not there": ("./nowhere/orders.py", {}, "orders.py does not exist. Give a "),
    "a module that imports what is not there": (
        "orders",
        {"orders": "import nowhere_at_all"},
        "Importing orders failed: ModuleNotFoundError: No module named 'nowhere_at_all'",
    ),
    "a module with a mistake": (
        "orders",
        {"orders": "1 / 0"},
        "Importing orders failed: ZeroDivisionError: division by zero",
    ),
    "a module that is not Python": (
        "orders",
        {"orders": "def ("},
        "Importing orders failed: SyntaxError: ",
    ),
    "a module that ends the process": (
        "orders",
        {"orders": "raise SystemExit(3)"},
        "It exits the process (SystemExit: 3).",
    ),
    "functions that cannot be served": (
        "orders",
        {"orders": "def formInit(): ..."},
        "orders.formInit: It takes no parameters. Add one; it is called with the options.",
    ),
    "no functions at all": (
        "orders:LIMIT",
        {"orders": "LIMIT = 7"},
        "int: Functions cannot be taken from an int. Use a connector class, a module, ",
    ),
}


@pytest.mark.parametrize(("target", "sources", "cause"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_cannot_be_imported_is_named_with_its_variable_and_the_cause(
    project: Any, target: str, sources: dict[str, str], cause: str
) -> None:
    project(**sources)
    token = {"CONNECTOR_KIT_SYSTEM_TOKEN": TOKEN}

    refusal = refused_environment({"CONNECTOR_KIT_DIY": target, **token})
    assert refusal.code == "invalid_field"
    assert refusal.message.startswith(
        f"CONNECTOR_KIT_DIY: the functions of {target} cannot be served. "
    )
    assert cause in refusal.message

    refusal = refused_environment({"CONNECTOR_KIT_CONNECTORS": f"{ID}={target}", **token})
    assert refusal.message.startswith(
        f"CONNECTOR_KIT_CONNECTORS={ID}: the functions of {target} cannot be served. "
    )
    assert TOKEN not in refusal.message


def test_all_that_cannot_be_served_is_named_at_once() -> None:
    code, message = refused({"connectors": {"a": 7, "b": {}, "c": {"f": 1}}})

    assert code == "invalid_field"
    assert [line.partition(":")[0] for line in message.splitlines()] == [
        *("connectors.a", "connectors.c")
    ]


def test_functions_may_be_left_to_be_imported_later(project: Any) -> None:
    project(orders="1 / 0")

    configuration = Configuration.of({"diy": "orders"}, load=False)

    with pytest.raises(ConfigurationError, match="ZeroDivisionError"):
        _ = configuration.registry


MISTAKES = {
    "a word misspelled": (
        {"diy": DIY, "systemTokn": TOKEN},
        (
            "systemTokn is not a configuration field. Did you mean 'systemToken'? Available: "
            "diy, connectors, systemToken, port, contracts, isolation."
        ),
    ),
    "connectors in a list": (
        {"connectors": [DIY]},
        "connectors must be an object that maps connector ids to functions, not a list.",
    ),
    "a connector without an id": ({"connectors": {"": DIY}}, "connectors must be an object that "),
    "a token that is no text": (
        {"diy": DIY, "systemToken": 7},
        "systemToken must be text, or a list of texts, not an int.",
    ),
    "a port as text": ({"diy": DIY, "port": "80"}, "port must be a whole number from 1 to "),
    "a port that is none": ({"diy": DIY, "port": 65_536}, "port must be a whole number from 1 "),
    "no port": (
        {"diy": DIY, "port": 0},
        "port must be a whole number from 1 to 65535, not an",
    ),
    "a switch as text": ({"diy": DIY, "contracts": "no"}, "contracts must be true or false, not"),
}


@pytest.mark.parametrize(("given", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_field_that_cannot_be_used_is_named(given: dict[str, Any], message: str) -> None:
    code, said = refused(given)

    assert code == "invalid_field"
    assert said.startswith(message)


def test_a_value_says_everything() -> None:
    configuration = Configuration.of(
        {"diy": DIY, "systemToken": [TOKEN, "next"], "port": 80, "contracts": False}
    )

    assert configuration.settings.system_tokens == (TOKEN, "next")
    assert (configuration.settings.port, configuration.settings.contracts) == (80, False)
    assert isinstance(configuration.registry, Registry)
    assert Configuration.of({"diy": DIY, "systemToken": TOKEN}).settings.system_tokens == (TOKEN,)


def test_a_configuration_never_shows_its_tokens() -> None:
    assert TOKEN not in repr(Configuration.of({"diy": DIY, "systemToken": TOKEN}))


def test_the_log_tells_what_was_loaded(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "connector_kit.extension"):
        Configuration.of({"connectors": {ID: DIY, OTHER: {}}, "systemToken": TOKEN})
        Configuration.of({"diy": DIY, "contracts": False})

    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "logName=configurationLoaded, contracts=True"),
        ("INFO", f"logName=connectorLoaded, _connectorId={ID}, module=a dict, functions=1"),
        ("WARNING", f"logName=connectorLoaded, _connectorId={OTHER}, module=a dict, functions=0"),
        ("INFO", "logName=configurationLoaded, contracts=False"),
        ("INFO", "logName=diyLoaded, module=a dict, functions=1"),
    ]


def test_servers_with_and_without_a_database_share_one_declaration_of_each_variable() -> None:
    of_server = variables(Settings)

    for name, variable in variables(StandaloneSettings).items():
        assert of_server.get(name, variable) is variable


def test_serving_functions_needs_no_django() -> None:
    program = (
        "import sys; from connector_kit.extension.configuration import Configuration; "
        "Configuration.of({'diy': {'formInit': len}}); "
        "print([each for each in sys.modules if each.partition('.')[0] == 'django'])"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert printed.stdout == "[]\n"
