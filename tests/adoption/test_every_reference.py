"""Every reference field of the platform is carried from one account to another.

A document of each type is made with all the references that its published schema has, adopted, and
written to another account. There, nothing of the first one is named.
"""

import json
from contextlib import ExitStack
from copy import deepcopy
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.adoption import adopt, read_live, unpack
from connector_kit.blueprint import STACK
from connector_kit.blueprint.placeholders import completed
from connector_kit.blueprint.resources import TYPES
from connector_kit.blueprint.schemas import field_at, missing
from connector_kit.documents import resolve
from connector_kit.integrator import Client, NoThrottle
from connector_kit.sandbox import Sandbox
from tests.adoption.downloads import INTEGRATION, files_of
from tests.adoption.strategies import patient

PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "blueprint" / "platform-facts.json").read_text()
)["references"]
"""Where the references of every resource type are, and what they lead to."""

COMPONENTS = [path for path, row in TYPES.items() if row.is_component]
ADOPTED = sorted(set(COMPONENTS) & PUBLISHED.keys() - {"scripts"})

SET_BY_THE_PLATFORM = {"_connectorId", "_integrationId"}

BASES = {
    "connections": {
        "type": "http",
        "http": {"baseURI": "https://x.example.com", "mediaType": "json"},
    },
    "exports": {"type": "webhook", "adaptorType": "WebhookExport"},
    "imports": {"adaptorType": "HTTPImport"},
    "scripts": {"content": "function f () {}"},
    "flows": {"disabled": True},
    "tools": {"_integrationId": "", "routers": []},
    "apis": {
        "type": "builder",
        "builder": {
            "request": {"relativeURI": "/x", "method": "GET"},
            "responseRouter": {"id": "apiRouter"},
            "responses": [
                {"id": "s", "type": "success", "statusCode": 200},
                {"id": "f", "type": "fail", "statusCode": 500},
            ],
        },
    },
    "mcpservers": {"relativeURI": "/plain"},
    "filedefinitions": {"version": "1", "format": "delimited", "rules": []},
    "ediprofiles": {"fileType": "edix12"},
}


def identity(resource):
    """The id of the plain document of *resource* that others refer to."""
    place = [*sorted(TYPES), "tradingpartnerconnectors"].index(resource)
    return INTEGRATION if resource == "integrations" else f"64a1f0c2b3d4cccc{place:08x}"


WHOLE = "64a1f0c2b3d4dddd00000001"
"""The id of the document with the references."""


def plain(resource):
    """A document of *resource* that refers to nothing, but for what it cannot do without."""
    document = {"name": f"Plain {resource}", **deepcopy(BASES.get(resource, {}))}
    if "_integrationId" in document:
        document["_integrationId"] = INTEGRATION
    if resource == "imports":
        document["_connectionId"] = identity("connections")
    if resource == "flows":
        document |= {"_integrationId": INTEGRATION}
        document["pageGenerators"] = [{"_exportId": identity("exports")}]
    return document


def with_references(resource, fields):
    """A document of *resource* with a reference in each of *fields*."""
    document = {**plain(resource), "name": "Whole"}
    document.pop("pageGenerators", None)
    for field in fields:
        put(document, field.replace("[]", ".0").split("."), identity(PUBLISHED[resource][field]))
    if resource == "flows" and "_abstractFlowId" not in document:
        document.setdefault("pageGenerators", [{"setupInProgress": True}])
    complete(resource, document)
    return document


def complete(resource, document):
    """Add to *document* what the platform asks for around its references."""
    if "overridesHelper" in document:
        document["isAbstract"] = True
        document.pop("pageGenerators", None)
    if "relativeURI" in document:
        document["relativeURI"] = "/whole"
    for kind in ("tools", "apis") if resource == "mcpservers" else ():
        for entry in document.get(kind, ()):
            entry["name"] = kind
    end = {"tools": "outputRouter", "apis": "apiRouter"}.get(resource)
    for router in routers_in(document):
        router["id"] = "r"
        for branch in router.setdefault("branches", [{}]):
            branch |= {"name": "Branch", **({"nextRouterId": end} if end else {})}
    for step in steps_in(document):
        step["type"] = "export" if "_exportId" in step else "import"
        step["setupInProgress"] = True


def put(value, steps, leaf):
    """Set what *steps* lead to in *value*, with the objects and lists on the way."""
    first, *rest = steps
    key = 0 if first == "0" else first
    if isinstance(value, list) and not value:
        value.append([] if rest[:1] == ["0"] else {})
    if not rest:
        value[key] = leaf
        return
    if isinstance(value, dict):
        value.setdefault(key, [] if rest[0] == "0" else {})
    put(value[key], rest, leaf)


def routers_in(document):
    return [*document.get("routers", ()), *document.get("builder", {}).get("routers", ())]


def steps_in(document):
    branches = [branch for router in routers_in(document) for branch in router["branches"]]
    holders = [document, *branches]
    return [step for holder in holders for step in holder.get("pageProcessors", ())]


STEPS = ("routers", "overrides", "_abstractFlowId")
BRANCHES = ("page", "overrides", "_abstractFlowId")
ABSTRACT = ("page", "overrides.", "_abstractFlowId", "_runNext")
INSTANCE = ("page", "routers", "overridesHelper", "_runNext", "overrides._runNext")
"""What flows of one kind do not have: with steps, with branches, abstract ones, their instances."""


def fields_of(resource, without=STEPS):
    """The references of *resource* that can be declared; of flows those of one kind."""
    without = without if resource == "flows" else ()
    return [
        field
        for field, target in PUBLISHED[resource].items()
        if target in COMPONENTS or target == "stacks" or TYPES[target].is_shared
        if not field.startswith(without) and field not in SET_BY_THE_PLATFORM
    ]


def others_of(resource):
    """Its references to what belongs to an account, and is no component."""
    known = {*fields_of(resource, ()), *SET_BY_THE_PLATFORM}
    return [field for field in PUBLISHED[resource] if field not in known]


def at(document, field):
    for step in field.replace("[]", ".0").split("."):
        document = document[int(step) if step == "0" else step] if document else None
    return document


@st.composite
def choices(draw):
    resource = draw(st.sampled_from(ADOPTED))
    fields = fields_of(resource, draw(st.sampled_from([STEPS, BRANCHES, ABSTRACT, INSTANCE])))
    return resource, draw(st.lists(st.sampled_from(fields), unique=True)) if fields else []


def downloaded(resource, fields):
    documents = {kind: [{**plain(kind), "_id": identity(kind)}] for kind in COMPONENTS}
    if "_abstractFlowId" in fields:
        documents["flows"] = [{"name": "Plain flows", "isAbstract": True, "_id": identity("flows")}]
    documents[resource].append({**with_references(resource, fields), "_id": WHOLE})
    return unpack(files_of({"_id": INTEGRATION, "name": "Everything"}, **documents))


def carried(resource, fields):
    """Adopt a document with *fields*; return it as another account would get it, and its ids."""
    adoption = adopt(downloaded(resource, fields))
    components = {component.external_id: component for component in adoption.outline.components}
    elsewhere = {name: f"65b2f0c2b3d4dddd{n:08x}" for n, name in enumerate(components)}
    elsewhere[STACK] = "65b2f0c2b3d4eeee00000001"
    arrived = {
        name: resolve(component.document, elsewhere) for name, component in components.items()
    }
    text = json.dumps(arrived)
    kinds = {name: component.resource for name, component in components.items()}
    places = {
        f"plain_{kind}": elsewhere[name]
        for name, kind in kinds.items()
        if arrived[name]["name"] == f"Plain {kind}"
    }
    [whole] = [document for document in arrived.values() if document["name"] == "Whole"]
    return whole, places, text, adoption


def check(resource, fields):
    whole, places, text, _ = carried(resource, fields)

    assert not [kind for kind, row in TYPES.items() if not row.is_shared and identity(kind) in text]
    for field in fields:
        target = PUBLISHED[resource][field]
        if target in COMPONENTS:
            assert at(whole, field) == places[f"plain_{target}"], field
        elif target == "stacks":
            assert at(whole, field) == "65b2f0c2b3d4eeee00000001"
        else:
            assert at(whole, field) == identity(target)


@pytest.mark.parametrize("resource", ADOPTED)
def test_every_reference_of_a_document_leads_to_its_counterpart_elsewhere(resource):
    check(resource, fields_of(resource))


@pytest.mark.parametrize(
    "kind", [BRANCHES, ABSTRACT, INSTANCE], ids=["branches", "abstract", "instance"]
)
def test_so_does_every_reference_of_other_kinds_of_flows(kind):
    check("flows", fields_of("flows", kind))


@pytest.mark.parametrize("resource", [kind for kind in ADOPTED if others_of(kind)])
def test_a_reference_to_what_no_connector_declares_is_left_out_and_reported(resource):
    fields = others_of(resource)

    _, _, text, adoption = carried(resource, fields)

    assert not [field for field in fields if identity(PUBLISHED[resource][field]) in text]
    reported = {remark.path for remark in adoption.left_out if remark.component == "whole"}
    places = [field.replace("[]", "[0]") for field in fields]
    assert not [place for place in places if not place.startswith(tuple(reported))]


@patient
@given(choices())
def test_so_do_any_references_together(chosen):
    check(*chosen)


@pytest.fixture
def clients():
    with Sandbox(accounts=2, bucket=0) as sandbox, ExitStack() as opened:
        yield [
            opened.enter_context(
                Client(account.token, base_url=sandbox.base_url, throttle=NoThrottle())
            )
            for account in sandbox.accounts[:2]
        ]


@pytest.mark.parametrize("resource", ADOPTED)
def test_what_arrives_in_another_account_names_nothing_of_the_first(clients, resource):
    """Both readings of the protocol agree on what a reference is."""
    first, second = clients
    server = {"type": "server", "server": {"hostURI": "https://x.example.com"}}
    made = {"stacks": first.resource("stacks").create({"name": "S", **server})["_id"]}
    made["integrations"] = first.integrations.create({"name": "Everything"})["_id"]
    ids = {identity(kind): name for kind, name in made.items()}
    for kind in COMPONENTS:
        made[kind] = first.resource(kind).create(resolved(plain(kind), ids))["_id"]
        ids[identity(kind)] = made[kind]
    whole = resolved(with_references(resource, fields_of(resource)), ids)
    fill(resource, whole)
    first.resource(resource).create({**whole, "_integrationId": made["integrations"]})

    adoption = adopt(read_live(first, made["integrations"]))
    there = {STACK: second.resource("stacks").create({"name": "S", **server})["_id"]}
    written = []
    for component in adoption.outline.components:
        sent = resolve(completed(component.resource, component.document), there)
        sent |= {"_integrationId": second.integrations.create({"name": "There"})["_id"]}
        document = second.resource(component.resource).create(sent)
        there[component.external_id] = document["_id"]
        written.append(document)

    text = json.dumps(written)
    assert [document for document in written if document["name"] == "Whole"]
    assert not [kind for kind, name in made.items() if name in text]


def fill(resource, document):
    """Add to *document* what the platform demands of any value."""
    while lacking := [*missing(resource, document)]:
        for number, (*steps, name) in enumerate(lacking):
            field = field_at(resource, (*steps, name))
            plain_value = {"string": f"x{number}", "object": {}, "array": []}.get(field["type"])
            holder = reduce(lambda value, step: value[step], steps, document)
            holder[name] = [*field.get("enum", ()), plain_value][0]


def resolved(value, ids):
    text = json.dumps(value)
    for old, new in ids.items():
        text = text.replace(old, new)
    return json.loads(text)
