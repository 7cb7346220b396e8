"""What of a version waits for connections that nobody has logged in to: the algebra of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from connector_kit.blueprint import Blueprint, CompiledComponent
from connector_kit.documents import Document, ref, references
from connector_kit.plan import Need, held_back, newly_used
from connector_kit.plan.awaited_connections import Waiting
from connector_kit.plan.login_request import TITLE, with_request

CONNECTIONS = ("crm", "erp", "shop")
TRANSFERS = ("a", "b", "c", "d")
FLOWS = ("one", "two")


def component(name: str, resource: str, document: Document) -> CompiledComponent:
    return CompiledComponent(name, resource, {"name": name, **document})


@st.composite
def blueprints(draw: st.DrawFn) -> Blueprint:
    """A version with some connections, transfers through them, and flows that run these."""
    connections = draw(st.sets(st.sampled_from(CONNECTIONS), min_size=1).map(sorted))
    through = draw(st.dictionaries(st.sampled_from(TRANSFERS), st.sampled_from(connections)))
    transfers = [
        component(name, "imports", {"_connectionId": ref(connection)})
        for name, connection in sorted(through.items())
    ]
    flows = [draw(_flow(name, sorted(through))) for name in draw(st.sets(st.sampled_from(FLOWS)))]
    return Blueprint(
        name="Any",
        version="1.0.0",
        description="",
        applications=(),
        components=(
            *(component(name, "connections", {}) for name in connections),
            *transfers,
            *sorted(flows, key=lambda flow: flow.external_id),
        ),
        integration=component("@integration", "integrations", {"settings": {"sections": []}}),
    )


@st.composite
def _flow(draw: st.DrawFn, name: str, transfers: list[str]) -> CompiledComponent:
    runs = st.lists(st.sampled_from(transfers), unique=True) if transfers else st.just([])
    steps = [_step(name, draw(st.booleans())) for name in draw(runs)]
    branched = [_step(name, False) for name in draw(runs)]
    document: Document = {"pageProcessors": steps, "disabled": draw(st.booleans())}
    if branched:
        document["routers"] = [{"id": "r", "branches": [{"pageProcessors": branched}]}]
    return component(name, "flows", document)


def _step(name: str, is_mapped: bool) -> Document:
    mapped = {"fields": [{"extract": "x", "generate": "y"}]} if is_mapped else {"fields": []}
    return {"_importId": ref(name), "responseMapping": mapped}


def by_name(blueprint: Blueprint) -> dict[str, CompiledComponent]:
    return {
        compiled.external_id: compiled
        for compiled in (*blueprint.components, blueprint.integration)
    }


awaited_ = st.sets(st.sampled_from(CONNECTIONS))


@given(blueprints(), blueprints())
def test_nothing_waits_when_every_connection_is_online(version, before):
    assert held_back(version, by_name(before), ()).blueprint == version


@given(blueprints(), awaited_)
def test_what_is_there_already_waits_for_nobody(version, awaited):
    applied = by_name(version)

    assert newly_used(version, applied) == frozenset()
    assert held_back(version, applied, awaited).blueprint == version


@given(blueprints(), blueprints(), awaited_)
def test_what_was_held_back_is_held_back_again_as_it_is(version, before, awaited):
    first = held_back(version, by_name(before), awaited)

    second = held_back(version, by_name(first.blueprint), awaited)

    assert by_name(second.blueprint) == by_name(first.blueprint)
    assert second.needs == first.needs


@given(blueprints(), blueprints(), awaited_)
def test_what_came_first_and_what_comes_later_is_the_whole(version, before, awaited):
    first = held_back(version, by_name(before), awaited)

    assert held_back(version, by_name(first.blueprint), ()).blueprint == version


@given(blueprints(), blueprints(), awaited_)
def test_no_flow_that_is_there_gets_a_connection_that_is_awaited(version, before, awaited):
    held = by_name(held_back(version, by_name(before), awaited).blueprint)
    was = by_name(before)

    for name, flow in was.items():
        if flow.resource == "flows" and name in held and not held[name].document["disabled"]:
            gained = connections(held, name) - connections(was, name)
            assert not gained & awaited


@given(blueprints(), blueprints(), awaited_)
def test_no_flow_begins_to_run_through_a_connection_that_is_awaited(version, before, awaited):
    held = by_name(held_back(version, by_name(before), awaited).blueprint)
    was = by_name(before)

    for name, flow in held.items():
        is_running = flow.resource == "flows" and not flow.document["disabled"]
        if is_running and (name not in was or was[name].document["disabled"]):
            assert not connections(held, name) & awaited


@given(blueprints(), blueprints(), awaited_)
def test_only_connections_that_a_version_begins_to_use_have_to_be_checked(version, before, awaited):
    used = newly_used(version, by_name(before))

    held = held_back(version, by_name(before), awaited)

    assert held == held_back(version, by_name(before), awaited & used)


@given(blueprints(), blueprints(), awaited_)
def test_a_flow_that_waits_runs_what_it_ran_unless_the_version_runs_it_too(
    version, before, awaited
):
    held = held_back(version, by_name(before), awaited)
    was, declared = by_name(before), by_name(version)

    for need in held.needs:
        for waiting in need.waiting:
            if waiting.steps and not waiting.is_off and waiting.external_id in was:
                ran = references(was[waiting.external_id].document)
                runs = references(by_name(held.blueprint)[waiting.external_id].document)
                assert ran <= runs | references(declared[waiting.external_id].document)
                assert all(name in by_name(held.blueprint) for name in runs)


@given(blueprints(), blueprints(), awaited_)
def test_every_reference_of_what_comes_leads_to_something_that_is_there(version, before, awaited):
    held = by_name(held_back(version, by_name(before), awaited).blueprint)

    for compiled in held.values():
        assert references(compiled.document) <= held.keys()


@given(blueprints(), blueprints(), awaited_)
def test_somebody_is_asked_exactly_when_something_waits(version, before, awaited):
    held = held_back(version, by_name(before), awaited)

    assert bool(held.needs) == (held.blueprint != version)


def connections(components: dict[str, CompiledComponent], name: str) -> set[str]:
    """The connections that a flow runs through."""
    runs = references(components[name].document)
    return {
        connection
        for run in runs
        if run in components
        for connection in references(components[run].document)
    }


def test_a_flow_that_starts_one_which_waits_waits_for_nothing():
    """The other flow is switched off, so nothing runs into an offline connection."""
    shop = component("shop", "connections", {})
    send = component("send", "imports", {"_connectionId": ref("shop")})
    late = component("late", "flows", {"pageProcessors": [_step("send", False)]})
    first = component("first", "flows", {"pageProcessors": []})
    chained = replace(first, document={**first.document, "_runNextFlowIds": [ref("late")]})
    page = component("@integration", "integrations", {})
    version = Blueprint("Any", "2.0.0", "", (), (shop, send, late, chained), page)

    held = held_back(version, {"first": first}, ["shop"])

    assert held.blueprint.component("first") == chained
    assert held.blueprint.component("late").document["disabled"] is True


def test_a_flow_does_not_gain_what_a_component_uses_while_it_waits_itself():
    """The import waits for its new connection; its old one is new to the flow, and offline."""
    crm, erp = (component(name, "connections", {}) for name in ("crm", "erp"))
    old = component("send", "imports", {"_connectionId": ref("crm")})
    new = component("send", "imports", {"_connectionId": ref("erp")})
    empty = component("orders", "flows", {"pageProcessors": [], "disabled": False})
    filled = replace(empty, document={**empty.document, "pageProcessors": [_step("send", False)]})
    page = component("@integration", "integrations", {})
    version = Blueprint("Any", "2.0.0", "", (), (crm, erp, new, filled), page)
    applied = {each.external_id: each for each in (crm, erp, old, empty)}

    assert newly_used(version, applied) == {"crm", "erp"}
    assert held_back(version, applied, ["crm", "erp"]).blueprint.component("orders") == empty
    assert held_back(version, applied, ["crm"]).blueprint == version


def test_the_page_asks_in_every_store_and_of_framework_two_in_none():
    need = Need("erp", "ERP", (Waiting("one", "Orders", ("Book",)),))
    stores = [{"id": name, "sections": [{"title": "Orders", "flows": []}]} for name in "ab"]
    page = {"supportsMultiStore": True, "sections": stores}
    multi = component("@integration", "integrations", {"settings": page})
    form = component("@integration", "integrations", {"settings": {"channel": "#orders"}})

    asked = with_request(multi, [need]).document["settings"]["sections"]

    assert [[section["title"] for section in store["sections"]] for store in asked] == [
        [TITLE, "Orders"],
        [TITLE, "Orders"],
    ]
    assert with_request(form, [need]) == form
