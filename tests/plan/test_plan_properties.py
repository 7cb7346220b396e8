"""What holds of every plan, whatever the versions, the account and its customer have come to."""

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from connector_kit.blueprint import INTEGRATION, CompiledComponent
from connector_kit.documents import Document, ref
from connector_kit.plan import Delete, Plan
from connector_kit.plan.sameness import same
from tests.blueprint.accounts import Account

NAMES = ("shop", "erp", "helpers", "orders", "customers", "save", "notify", "sync", "nightly")
RESOURCES = dict(
    zip(
        NAMES,
        (
            *("connections", "connections", "scripts"),
            *("exports", "exports", "imports", "imports", "flows", "flows"),
        ),
        strict=True,
    )
)
WORDS = st.sampled_from(["a", "b", "c"])


@st.composite
def versions(draw: st.DrawFn, framework: int) -> tuple[CompiledComponent, ...]:
    """A version: some components in dependency order, each referring to some that come before.

    The page comes last. In 1.0 it lists flows, in 2.0 its form is made by a function.
    """
    chosen = draw(st.sets(st.sampled_from(NAMES), min_size=1))
    names = [name for name in NAMES if name in chosen]
    components = tuple(
        CompiledComponent(
            name,
            RESOURCES[name],
            {
                "name": draw(WORDS),
                "settings": draw(st.dictionaries(st.sampled_from("xyz"), WORDS)),
                "uses": [ref(name) for name in draw(st.sets(st.sampled_from(names[:n] or names)))]
                if n
                else [],
                "description": draw(st.none() | WORDS),
            },
        )
        for n, name in enumerate(names)
    )
    page = page_of(framework, components, draw(WORDS))
    return (*components, CompiledComponent(INTEGRATION, "integrations", page))


def page_of(framework: int, components: tuple[CompiledComponent, ...], word: str) -> Document:
    """What the page says of *components*."""
    names = {item.resource: item.external_id for item in components}
    if framework == 1:
        flows = [{"_id": ref(item.external_id)} for item in components if item.resource == "flows"]
        return {"settings": {"sections": [{"title": "All", "flows": flows}]}}
    place = {"_scriptId": ref(names["scripts"])} if "scripts" in names else {}
    return {
        "settingsForm": {"form": {"fieldMap": {}}, "init": {"function": word, **place}},
        "settings": {"x": word},
    }


@st.composite
def pairs(draw: st.DrawFn) -> tuple[tuple[CompiledComponent, ...], tuple[CompiledComponent, ...]]:
    """Two versions of a connector of either framework."""
    framework = draw(st.sampled_from([1, 2]))
    return draw(versions(framework)), draw(versions(framework))


EDITS = st.dictionaries(
    st.sampled_from(NAMES), st.dictionaries(st.sampled_from(["note", "label"]), WORDS)
)
"""What customers add to components, in fields that no version declares."""


def installed(version: tuple[CompiledComponent, ...]) -> Account:
    account = Account.empty()
    account.apply(account.plan(*version))
    return account


def edited(account: Account, edits: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Make those of *edits* that are about components which are there."""
    made = {name: fields for name, fields in edits.items() if name in account.ids()}
    for name, fields in made.items():
        account.edit(name, **fields)
    return made


def nothing_to_do(plan: Plan) -> bool:
    return not plan


@given(pairs(), EDITS)
def test_after_a_plan_was_applied_there_is_nothing_left_to_do(pair, edits):
    old, new = pair
    account = installed(old)
    edited(account, edits)

    account.apply(account.plan(*new))

    assert nothing_to_do(account.plan(*new))
    assert account.contents().keys() == {item.external_id for item in new[:-1]}


@given(pairs(), st.data())
def test_a_plan_that_was_cut_off_anywhere_is_completed_by_planning_again(pair, data):
    old, new = pair
    account, undisturbed = installed(old), installed(old)
    plan = account.plan(*new)
    account.apply(plan, steps=data.draw(st.integers(0, len(plan.steps))))

    account.apply(account.plan(*new))
    undisturbed.apply(undisturbed.plan(*new))

    assert account.contents() == undisturbed.contents()
    assert nothing_to_do(account.plan(*new))


@given(pairs())
def test_no_step_is_taken_before_what_it_refers_to_is_there_or_after_it_is_gone(pair):
    old, new = pair
    account = installed(old)

    account.apply(account.plan(*new))  # the account raises when a reference is broken
    account.apply(account.plan(CompiledComponent(INTEGRATION, "integrations", {})))

    assert account.contents() == {}


@given(pairs(), EDITS)
def test_what_the_customer_changed_and_the_version_does_not_touch_survives(pair, edits):
    old, new = pair
    account = installed(old)
    made = edited(account, edits)

    account.apply(account.plan(*new))

    for name, fields in made.items():
        if name in account.ids():
            held = account.contents()[name]
            assert {key: held.get(key) for key in fields} == fields


@given(pairs(), st.data())
def test_a_declared_field_that_only_the_customer_changed_is_kept(pair, data):
    old, _ = pair
    account = installed(old)
    name = data.draw(st.sampled_from([item.external_id for item in old[:-1]]))
    account.edit(name, name="the customer's own")
    new = tuple(
        item
        if item.external_id != name
        else CompiledComponent(name, item.resource, {**item.document, "description": "new"})
        for item in old
    )

    account.apply(account.plan(*new))

    held = account.contents()[name]
    assert (held["name"], held["description"]) == ("the customer's own", "new")


@given(pairs(), EDITS)
def test_an_update_and_its_inverse_restore_what_was(pair, edits):
    """Components that the new version lacks are made again, without what the customer added."""
    old, new = pair
    account = installed(old)
    made = edited(account, edits)
    kept = {item.external_id for item in new}
    before = deepcopy(account.contents())

    account.apply(account.plan(*new))
    account.apply(account.plan(*old))

    after = account.contents()
    assert after.keys() == before.keys()
    for name, document in before.items():
        lost = made.get(name, {}) if name not in kept else {}
        expected = {key: value for key, value in document.items() if key not in lost}
        assert same(after[name], expected)


@given(pairs())
def test_what_was_created_and_is_not_on_record_is_adopted_and_not_made_twice(pair):
    old, new = pair
    account = installed(old)
    account.applied.clear()

    account.apply(account.plan(*new))

    names = [
        document["externalId"]
        for document in account.documents.values()
        if "externalId" in document
    ]
    assert len(names) == len(set(names))
    assert {item.external_id for item in new[:-1]} <= set(names)
    assert nothing_to_do(account.plan(*new))


@given(pairs(), st.data())
def test_nothing_that_does_not_carry_the_tag_is_touched(pair, data):
    old, new = pair
    account = installed(old)
    own = {
        "_id": "own",
        "resource": data.draw(st.sampled_from(sorted(set(RESOURCES.values())))),
        "externalId": data.draw(st.sampled_from([*NAMES, "something"])),
        "name": "the customer's own",
    }
    account.documents["own"] = deepcopy(own)

    plan = account.plan(*new)
    if not plan.is_blocked:
        account.apply(plan)

    assert account.documents["own"] == own
    assert not any(isinstance(step, Delete) and step.id == "own" for step in plan.steps)
    assert all(getattr(step, "id", None) != "own" for step in plan.steps)
