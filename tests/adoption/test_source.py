"""Values as Python source: readable, exact, and as ``ruff format`` would leave them."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.adoption import Outline
from connector_kit.adoption.source import package
from connector_kit.adoption.source.literals import literal
from connector_kit.blueprint import CompiledComponent
from connector_kit.documents import abstract, ref
from tests.adoption.downloads import big_files, save
from tests.adoption.strategies import VALUES, patient

RUFF = Path(sys.executable).with_name("ruff")

SHOP = CompiledComponent(
    "shop", "connections", {"name": "Shop", "type": "ftp", "ftp": {}}, ("ftp",)
)
HELPERS = CompiledComponent("helpers", "scripts", {"name": "Helpers", "content": "let a\r\n"})


def source(*components, **fields):
    outline = Outline("Mine", "Mine", "1.0.0", components, **fields)
    return {path: content.decode() for path, content in package(outline).items()}


def module(*components, **fields):
    return source(*components, **fields)["__init__.py"]


def export(**document):
    return CompiledComponent("orders", "exports", {"name": "Orders", **document})


def test_a_module_reads_like_one_that_somebody_wrote():
    flow = {
        "name": "Sync",
        "disabled": True,
        "pageGenerators": [{"_exportId": ref("orders")}],
        "pageProcessors": [
            {
                "type": "import",
                "_importId": ref("save"),
                "proceedOnFailure": True,
                "responseMapping": {
                    "fields": [{"extract": "id", "generate": "savedId"}],
                    "lists": [],
                },
            }
        ],
    }
    hook = {"preMap": {"function": "add", "_scriptId": ref("helpers"), "configuration": {"a": 1}}}
    components = [
        SHOP,
        HELPERS,
        export(_connectionId=ref("shop"), pageSize=50, unheardOf={"a": [1, None]}),
        CompiledComponent("save", "imports", {"name": "Save", "hooks": hook}),
        CompiledComponent("sync", "flows", flow),
    ]

    assert (
        module(*components, sections={"sync": "Daily"}, applications=("ftp",))
        == '''"""A connector that began as an integration built in integrator.io."""

from pathlib import Path

from connector_kit import Connection, Connector, Export, Flow, Import, Script, Step

HERE = Path(__file__).parent


def _text(path: str) -> str:
    return (HERE / path).read_bytes().decode()


class Mine(Connector):
    name = "Mine"
    version = "1.0.0"
    applications = ("ftp",)

    shop = Connection("Shop", type="ftp", ftp={})

    helpers = Script("Helpers", content=_text("scripts/helpers.js"))

    orders = Export("Orders", connection=shop, page_size=50, wire={"unheardOf": {"a": [1, None]}})

    save = Import("Save", hooks={"preMap": helpers.function("add", configuration={"a": 1})})

    sync = Flow(
        "Sync",
        section="Daily",
        source=orders,
        steps=[Step(save, response_mapping={"savedId": "id"}, proceed_on_failure=True)],
        disabled=True,
    )
'''
    )


def test_scripts_are_files_byte_for_byte():
    assert package(Outline("A", "A", "1.0.0", (HELPERS,)))["scripts/helpers.js"] == b"let a\r\n"


def test_long_texts_and_large_samples_are_files():
    files = source(
        export(mockOutput={"a": ["é" * 3000]}, http={"body": "x\n" * 2000, "method": "GET"})
    )

    assert json.loads(files["data/orders.mockOutput.json"]) == {"a": ["é" * 3000]}
    assert files["data/orders.http.body.txt"] == "x\n" * 2000
    assert (
        'http={"body": _text("data/orders.http.body.txt"), "method": "GET"}' in files["__init__.py"]
    )


def test_what_refers_to_components_stays_in_the_module():
    settings = {"a": ref("shop"), "b": ["text of some length"] * 200}

    written = source(SHOP, export(settings=settings))

    assert '{"a": shop, "b": _data("data/orders.settings.b.json")}' in written["__init__.py"]


def test_files_differ_whatever_their_case():
    names = ("Tax", "tax_2", "TAX")
    scripts = [
        CompiledComponent(name, "scripts", {"name": name, "content": name}) for name in names
    ]

    paths = [path for path in source(*scripts) if path.endswith(".js")]

    assert len({path.casefold() for path in paths}) == len(names)


def test_a_component_that_stands_below_is_referred_to_by_name():
    forward = CompiledComponent("early", "exports", {"name": "Early", "_connectionId": ref("late")})
    late = CompiledComponent("late", "connections", {"name": "Late", "type": "ftp", "ftp": {}})

    assert 'connection=Ref("late")' in module(forward, late)


def test_a_lookup_is_called_one():
    assert 'orders = Lookup("Orders")' in module(export(isLookup=True))
    assert 'orders = Export("Orders", is_lookup=False)' in module(export(isLookup=False))


def test_what_a_customer_owns_is_said_where_it_is_not_the_rule():
    owned = CompiledComponent("sync", "flows", {"name": "Sync"}, ("schedule", "disabled"))
    kept = CompiledComponent("shop", "connections", SHOP.document, ())

    assert 'customer_owns=["schedule", "disabled"]' in module(owned)
    assert "customer_owns=[]" in module(kept)
    assert "customer_owns" not in module(SHOP)


@given(
    st.text()
    | st.text(st.characters(categories=["Cs", "Cc", "Zl", "L"]))
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.sampled_from([None, True, False])
)
def test_a_literal_reads_back_as_what_it_was(value):
    read = ast.literal_eval(literal(value).flat)

    assert read == value
    assert type(read) is type(value)


@given(st.text("a'\"\\\n", max_size=40))
def test_a_text_of_several_lines_is_the_same_in_pieces(text):
    written = literal(text)

    pieces = getattr(written, "lines", [written.flat])
    assert ast.literal_eval(" ".join(pieces)) == text


@pytest.mark.skipif(not RUFF.exists(), reason="ruff is not installed beside this Python")
@patient
@given(st.lists(st.dictionaries(st.text(max_size=8), VALUES, max_size=5), min_size=1, max_size=12))
def test_the_module_is_formatted_as_ruff_would(documents):
    components = [
        CompiledComponent(f"thing_{n}", "asynchelpers", abstract({"data": document}, {}))
        for n, document in enumerate(documents)
    ]

    assert formatted(module(*components)) == module(*components)


@pytest.mark.skipif(not RUFF.exists(), reason="ruff is not installed beside this Python")
def test_a_big_connector_is_formatted_as_ruff_would(tmp_path):
    from connector_kit.adoption import adopt, read_files, unpack

    download = unpack(read_files(save(big_files(100_000), tmp_path)))
    outline = adopt(download, keep_samples=True).outline
    written = package(outline)["__init__.py"].decode()

    assert formatted(written) == written


def formatted(text):
    command = [
        RUFF,
        "format",
        "--isolated",
        "--line-length",
        "100",
        "--target-version",
        "py311",
        "-",
    ]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode()
