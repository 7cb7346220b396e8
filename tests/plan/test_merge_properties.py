"""What holds of every merge.

Documents are built from *slots*, single facts such as "what ``text`` is extracted from". A new
version changes some slots, the customer others; what must come of it is the document built with
both changes, whatever they are.
"""

import re
from collections import Counter
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from connector_kit.documents import MASK, canonical, ref, shows_mask
from connector_kit.plan import merge
from connector_kit.plan.sameness import same

POST = "pageProcessors[_importId=post]"
LINES = "mapping.lists[generate=lines]"

ANCHORED = [
    "name",
    "mapping.fields[generate=text].extract",
    f"{LINES}.fields[generate=sku].extract",
    f"{POST}.type",
    f"{POST}.responseMapping.fields[generate=kept].extract",
]
"""Slots that are never empty: they hold a list, or an item with several slots."""

SLOTS = [
    *ANCHORED,
    "description",
    "http.method",
    "http.response.successPath",
    "hooks.preMap.function",
    "hooks.preMap.configuration",
    "mapping.fields[generate=text].dataType",
    "mapping.fields[generate=channel].hardCodedValue",
    f"{LINES}.fields[generate=sku].dataType",
    f"{LINES}.fields[generate=qty].extract",
    "lookups[name=regions].map",
    "lookups[name=channels].map",
    f"{POST}.proceedOnFailure",
    f"{POST}.responseMapping.fields[generate=id].extract",
    "pageProcessors[_importId=audit].type",
]
Slots = dict[str, str]

_SEGMENT = re.compile(r"(\w+)(?:\[(\w+)=(\w+)\])?")


def built(slots: Slots) -> dict:
    """The document that the given slots make up."""
    document: dict = {"lookups": []}
    for slot, value in slots.items():
        *way, (last, _, _) = _SEGMENT.findall(slot)
        place = document
        for key, identity, name in way:
            place = _item(place, key, identity, name) if identity else place.setdefault(key, {})
        place[last] = value
    return document


def _item(place: dict, key: str, identity: str, name: str) -> dict:
    known = ref(name) if identity.startswith("_") else name
    items = place.setdefault(key, [])
    found = next((item for item in items if item[identity] == known), None)
    if found is None:
        items.append(found := {identity: known})
    return found


def changes(names: list[str], words: list[str]) -> st.SearchStrategy[Slots]:
    """Values for some of the slots; None empties one."""
    emptied = st.none() | st.sampled_from(words)
    kinds = {name: st.sampled_from(words) if name in ANCHORED else emptied for name in names}
    return st.fixed_dictionaries({}, optional=kinds)


def changed(slots: Slots, by: Slots) -> Slots:
    return {slot: value for slot, value in {**slots, **by}.items() if value is not None}


@st.composite
def histories(draw: st.DrawFn) -> tuple[Slots, Slots, Slots]:
    """A version, what the next one changes, and what the customer changes elsewhere."""
    anchored = dict.fromkeys(ANCHORED, "1")
    version = changed(anchored, draw(changes(SLOTS, ["1", "2"])))
    mine = draw(st.sets(st.sampled_from(SLOTS)))
    theirs = [slot for slot in SLOTS if slot not in mine]
    return version, draw(changes(sorted(mine), ["2", "3"])), draw(changes(theirs, ["own", "1"]))


def ordered(value):
    """*value* with its lists in one certain order: where new items stand does not matter."""
    if isinstance(value, dict):
        return {key: ordered(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(map(ordered, value), key=canonical)
    return value


def alike(one, other) -> bool:
    return same(ordered(one), ordered(other))


@given(histories())
def test_changes_in_different_places_are_both_kept(history):
    old, update, edit = history
    declared, applied, live = built(changed(old, update)), built(old), built(changed(old, edit))

    merged = merge(declared, applied, live)

    assert alike(merged.document, built(changed(changed(old, update), edit)))
    assert not [change for change in merged.changes if change.settled]


@given(histories())
def test_an_update_and_its_inverse_restore_what_was(history):
    """As long as neither touched what the other party had changed; positions of items aside."""
    old, update, edit = history
    version, following, live = built(old), built(changed(old, update)), built(changed(old, edit))

    updated = merge(following, version, live).document
    restored = merge(version, following, updated).document

    assert alike(restored, live)


@st.composite
def any_three(draw: st.DrawFn) -> tuple[dict, dict, dict]:
    """Three versions that may differ everywhere, item order and masks included."""
    slots = st.builds(changed, st.just(dict.fromkeys(SLOTS, "1")), changes(SLOTS, ["2", "3"]))
    declared, applied, live = (built(draw(slots)) for _ in range(3))
    masked = built(changed(draw(slots), draw(changes(SLOTS, [MASK]))))
    return (
        shuffled(draw, declared),
        shuffled(draw, applied),
        shuffled(draw, draw(st.sampled_from([live, masked]))),
    )


def shuffled(draw: st.DrawFn, value):
    if isinstance(value, dict):
        return {key: shuffled(draw, item) for key, item in value.items()}
    if isinstance(value, list):
        return [shuffled(draw, item) for item in draw(st.permutations(value))]
    return value


owned = st.lists(st.sampled_from(["name", "http", "mapping.fields", "lookups", "pageProcessors"]))


@given(any_three(), owned)
def test_a_merge_interrupted_before_it_is_recorded_can_be_repeated(versions, owns):
    declared, applied, live = versions
    merged = merge(declared, applied, live, owns).document

    assert merge(declared, applied, merged, owns).document == merged


@given(any_three(), owned)
def test_a_recorded_merge_leaves_nothing_to_do(versions, owns):
    declared, applied, live = versions
    merged = merge(declared, applied, live, owns).document

    assert merge(declared, declared, merged, owns).document is merged


@given(any_three(), owned)
def test_changes_are_reported_exactly_when_something_is_written(versions, owns):
    declared, applied, live = versions

    merged = merge(declared, applied, live, owns)

    assert merged.is_written == (merged.document != live)


@given(any_three(), owned)
def test_no_version_is_modified(versions, owns):
    before = deepcopy(versions)

    merge(*versions, owns)

    assert versions == before


@given(any_three(), owned)
def test_a_merge_makes_no_mask(versions, owns):
    """Where a mask stands in the result, it stood in what is live."""
    declared, applied, live = versions

    assert not shows_mask(merge(declared, applied, live, owns).document) or shows_mask(live)


lists = st.lists(st.sampled_from("abcdef"), unique=True)


def names(steps: list[dict]) -> list[str]:
    return [step["_importId"]["$ref"] for step in steps]


def flow(order: list[str]) -> dict:
    return {"pageProcessors": [{"_importId": ref(name)} for name in order]}


def among(order: list[str], others: list[str]) -> list[str]:
    return [name for name in order if name in others]


@given(lists, st.data())
def test_when_only_the_connector_reorders_its_order_counts(applied, data):
    declared = data.draw(st.permutations(applied))
    live = with_own(applied, data)

    merged = names(merge(flow(declared), flow(applied), flow(live)).document["pageProcessors"])

    assert among(merged, declared) == declared
    assert sorted(merged) == sorted(live)


@given(lists, st.data())
def test_when_only_the_customer_reorders_theirs_counts(applied, data):
    declared = with_own(applied, data)
    live = data.draw(st.permutations(applied))

    merged = names(merge(flow(declared), flow(applied), flow(live)).document["pageProcessors"])

    assert among(merged, live) == live
    assert sorted(merged) == sorted(declared)


@given(lists, st.data())
def test_what_the_customer_added_follows_what_it_followed(applied, data):
    declared = data.draw(st.permutations(applied))
    live = with_own(applied, data)

    merged = names(merge(flow(declared), flow(applied), flow(live)).document["pageProcessors"])

    followed = dict(zip(live, [None, *live], strict=False))
    position = dict(zip(merged, [None, *merged], strict=False))
    own = [name for name in live if name not in applied]
    assert {name: position[name] for name in own} == {name: followed[name] for name in own}


def with_own(order: list[str], data) -> list[str]:
    """*order* with new items put anywhere in between."""
    result = list(order)
    for name in data.draw(st.sets(st.sampled_from("uvwx"))):
        result.insert(data.draw(st.integers(0, len(result))), name)
    return result


def twins(names: str = "xy") -> st.SearchStrategy[list[dict]]:
    """Mappings of which several may fill one field, and several be equal."""
    value = st.sampled_from("123")
    mapping = st.fixed_dictionaries(
        {"generate": st.sampled_from(names)}, optional={"extract": value, "dataType": value}
    )
    return st.lists(mapping, max_size=4)


@st.composite
def three_of_twins(draw: st.DrawFn) -> tuple[list[dict], list[dict], list[dict]]:
    """Lists of twins, of which the later two mostly go back to the first."""
    applied = draw(twins())
    return edited(draw, applied), applied, edited(draw, applied)


def edited(draw: st.DrawFn, items: list[dict]) -> list[dict]:
    kept = [item for item in items if draw(st.booleans())]
    return draw(st.permutations([*kept, *draw(twins())])) if draw(st.booleans()) else kept


def fields(items: list[dict]) -> dict:
    return {"mapping": {"fields": items}}


def contents(items: list[dict]) -> Counter[bytes]:
    return Counter(map(canonical, items))


fields_owned = st.sampled_from([[], ["mapping"]])


@given(three_of_twins(), fields_owned)
def test_a_merge_of_twins_can_be_repeated_before_and_after_it_is_recorded(versions, owns):
    declared, applied, live = map(fields, versions)
    merged = merge(declared, applied, live, owns).document

    assert merge(declared, applied, merged, owns).document is merged
    assert merge(declared, declared, merged, owns).document is merged


@given(three_of_twins(), fields_owned)
def test_of_twins_none_is_lost_that_both_sides_have(versions, owns):
    declared, _, live = versions

    merged = merge(*map(fields, versions), owns).document["mapping"]["fields"]

    assert contents(declared) & contents(live) <= contents(merged)


@given(twins(), twins())
def test_of_twins_one_side_s_changes_are_all_taken(one, other):
    assert merge(fields(one), fields(one), fields(other)).document == fields(other)
    assert merge(fields(other), fields(one), fields(one)).document == fields(other)


@st.composite
def renamed_items(draw: st.DrawFn) -> tuple[list[dict], list[dict], list[dict]]:
    """Lists of few names and contents, which both sides rename, add to, change, and drop."""
    applied = draw(twins("xyz"))
    return reworked(draw, applied), applied, reworked(draw, applied)


def reworked(draw: st.DrawFn, items: list[dict]) -> list[dict]:
    some = st.fixed_dictionaries(
        {}, optional={"generate": st.sampled_from("xyzuv"), "lookupName": st.sampled_from("12")}
    )
    kept = [item | draw(some) for item in items if draw(st.integers(0, 3))]
    return draw(st.permutations([*kept, *draw(twins("xyzuv"))]))


@given(renamed_items(), fields_owned)
def test_a_merge_of_renamed_items_can_be_repeated_before_and_after_it_is_recorded(versions, owns):
    declared, applied, live = map(fields, versions)
    merged = merge(declared, applied, live, owns).document

    assert merge(declared, applied, merged, owns).document is merged
    assert merge(declared, declared, merged, owns).document is merged


@given(renamed_items(), fields_owned)
def test_what_has_a_name_of_the_customer_s_stays(versions, owns):
    declared, applied, live = versions
    theirs = {item["generate"] for item in (*declared, *applied)}

    merged = merge(*map(fields, versions), owns).document["mapping"]["fields"]

    own = [item["generate"] for item in live if item["generate"] not in theirs]
    assert Counter(own) == Counter(
        item["generate"] for item in merged if item["generate"] not in theirs
    )


NAMES = st.permutations("abcdefgh")


@given(NAMES, st.integers(0, 4), st.data())
def test_an_item_that_one_side_renamed_has_the_other_s_changes(names, count, data):
    """Whatever else is renamed, and whoever renames what."""
    items = [{"generate": name, "extract": f"from {name}"} for name in names[:4]]
    renamed = [item | {"generate": own} for item, own in zip(items, names[4:], strict=True)]
    changed = [item | {"dataType": "number"} for item in items]
    one = [*renamed[:count], *changed[count:]]
    other = [*changed[:count], *renamed[count:]]
    declared, live = data.draw(st.permutations([one, other]))

    merged = merge(fields(declared), fields(items), fields(live))

    assert merged.document == fields([item | {"dataType": "number"} for item in renamed])
    assert not [change for change in merged.changes if change.settled]
    taken_back = merge(fields(items), fields(declared), merged.document)
    assert taken_back.document == fields(live)


sets = st.lists(st.sampled_from("abcdef"), unique=True)


@given(sets, sets, sets)
def test_of_sets_both_sides_additions_are_kept_and_removals_honored(declared, applied, live):
    versions = ({"_runNextFlowIds": list(map(ref, names))} for names in (declared, applied, live))

    merged = merge(*versions).document["_runNextFlowIds"]

    added, removed = {*declared} - {*applied}, {*applied} - {*declared}
    assert {item["$ref"] for item in merged} == ({*live} | added) - removed
    assert len(merged) == len({item["$ref"] for item in merged})


LINES = st.lists(st.sampled_from(["a", "b", "c", "}", ""]), max_size=9)
EDITED = st.tuples(LINES, LINES, LINES).map(lambda lines: ["\n".join(text) for text in lines])


@given(EDITED)
def test_a_merge_of_texts_can_be_repeated_and_recorded(texts):
    declared, applied, live = ({"content": text} for text in texts)

    merged = merge(declared, applied, live)

    assert not merge(declared, applied, merged.document).is_written
    assert not merge(declared, declared, merged.document).is_written


@given(LINES, st.data())
def test_edits_of_lines_apart_from_each_other_are_both_kept(lines, data):
    numbered = [f"{number} {line}" for number, line in enumerate(["", *lines, "", ""])]
    one = data.draw(st.integers(0, len(numbered) - 3))
    other = data.draw(st.integers(one + 2, len(numbered) - 1))
    declared, live = [*numbered], [*numbered]
    declared[one], live[other] = "connector", "customer"

    merged = merge(*({"a": "\n".join(text)} for text in (declared, numbered, live)))

    both = [*live]
    both[one] = "connector"
    assert merged.document == {"a": "\n".join(both)}
    taken_back = merge({"a": "\n".join(numbered)}, {"a": "\n".join(declared)}, merged.document)
    assert taken_back.document == {"a": "\n".join(live)}


CLAUSES = st.lists(st.sampled_from("abcde"), max_size=4, unique=True)


def prefixed(names: list[str]) -> list:
    return ["and", *([name] for name in names)]


def around_operators(names: list[str]) -> list:
    return [part for name in names for part in ("AND", [name])][1:]


def by_itself(names: list[str]) -> list:
    """As `around_operators`, but a single clause is not in a list of clauses."""
    return [*names] if len(names) == 1 else around_operators(names)


def nested(names: list[str]) -> list:
    return ["or", prefixed(names[:2]), prefixed(names[2:])]


@given(
    st.tuples(CLAUSES, CLAUSES, CLAUSES),
    st.sampled_from([prefixed, around_operators, by_itself, nested]),
)
def test_a_merge_of_rules_can_be_repeated_and_recorded(clauses, written):
    declared, applied, live = ({"rules": written(names)} for names in clauses)

    merged = merge(declared, applied, live)

    assert not merge(declared, applied, merged.document).is_written
    assert not merge(declared, declared, merged.document).is_written


@given(CLAUSES.filter(bool), CLAUSES.filter(bool), st.sampled_from([prefixed, around_operators]))
def test_clauses_that_both_sides_added_are_kept(added, own, written):
    own = [name for name in own if name not in added]
    applied = {"rules": written(["x", "y"])}
    declared, live = ({"rules": written(["x", "y", *names])} for names in (added, own))

    merged = merge(declared, applied, live)

    assert merged.document == {"rules": written(["x", "y", *own, *added])}
    assert not [change for change in merged.changes if change.settled]
