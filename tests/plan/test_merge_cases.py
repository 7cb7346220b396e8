"""What a merge does, case by case.

A row is its name; what is declared, was applied and is live; what comes of them; and the changes
reported: path, before, after, who prevailed where both had changed something.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from connector_kit.blueprint.placeholders import TO_BE_ENTERED
from connector_kit.documents import MASK, ref
from connector_kit.plan import MISSING, merge

CONNECTOR, CUSTOMER = "connector", "customer"
Change = tuple[str, Any, Any, str | None]


@dataclass
class Case:
    name: str
    declared: dict[str, Any]
    applied: dict[str, Any] | None
    live: dict[str, Any]
    result: dict[str, Any]
    changes: tuple[Change, ...]
    owns: tuple[str, ...]


def case(name, declared, applied, live, result, *changes: Change, owns=()) -> Case:
    """A row of whole documents."""
    return Case(name, declared, applied, live, result, changes, owns)


def value(name, declared, applied, live, result, *changes: Change, owns=()) -> Case:
    """A row about one field, ``a``."""
    return case(name, *map(_field, (declared, applied, live, result)), *changes, owns=owns)


def mapping(name, declared, applied, live, result, *changes: Change, owns=()) -> Case:
    """A row about field mappings, given as what is generated from what."""
    return case(name, *map(_mapped, (declared, applied, live, result)), *changes, owns=owns)


def steps(name, declared, applied, live, result, *changes: Change, owns=()) -> Case:
    """A row about the steps of a flow, given as the names of what they run."""
    return case(name, *map(_steps, (declared, applied, live, result)), *changes, owns=owns)


def _field(value: Any) -> dict[str, Any]:
    return {} if value is MISSING else {"a": value}


def _mapped(extracts: dict[str, str]) -> dict[str, Any]:
    return {"mapping": {"fields": [_map(*pair) for pair in extracts.items()], "lists": []}}


def _map(generate: str, extract: str, kind: str = "", **more: Any) -> dict[str, Any]:
    typed = {"dataType": kind} if kind else {}
    return {"generate": generate, "extract": extract, **typed, **more}


def _steps(names: str | None) -> dict[str, Any] | None:
    return None if names is None else {"pageProcessors": [_step(name) for name in names.split()]}


def _step(name: str) -> dict[str, Any]:
    return {"type": "import", "_importId": ref(name)}


def _router(*branches: tuple[str, str]) -> dict[str, Any]:
    return {"routers": [{"id": "r", "branches": [{"name": b, **_steps(s)} for b, s in branches]}]}


def _page(**field: Any) -> dict[str, Any]:
    flows = [{"_id": ref("f"), "settings": [{"name": "n", **field}]}]
    return {"settings": {"sections": [{"title": "Orders", "flows": flows}]}}


def _literal(**fields: Any) -> dict[str, Any]:
    return {"$literal": {"$ref": "#/here", **fields}}


def fields(name, declared, applied, live, result, *changes: Change, owns=()) -> Case:
    """A row about mappings that all fill one field, given as what they are extracted from."""
    return case(name, *map(_twins, (declared, applied, live, result)), *changes, owns=owns)


def _twins(extracts: str) -> dict[str, Any]:
    items = (_map("x", *word.split(":")) for word in extracts.split())
    return {"mapping": {"fields": list(items), "lists": []}}


def ids(name, declared, applied, live, result, *changes: Change) -> Case:
    """A row about a set of ids: the flows that run next."""
    return case(name, *map(_next, (declared, applied, live, result)), *changes)


def _next(names: str | None) -> dict[str, Any]:
    return {} if names is None else {"_runNextFlowIds": list(map(ref, names.split()))}


def _listener(fields: str, related: str) -> dict[str, Any]:
    lines = {"sObjectType": "Line", "referencedFields": related.split()}
    listener = {"referencedFields": fields.split(), "relatedLists": [lines]}
    return {"salesforce": {"distributed": listener}}


def _run(name: str) -> dict[str, Any]:
    return {"_flowId": "5f00", "_exportId": ref(name)}


VALUES = [
    value("all the same", 1, 1, 1, 1),
    value("the customer's change stays", 1, 1, 2, 2),
    value("the customer's removal stays", 1, 1, MISSING, MISSING),
    value("the connector's change is taken", 2, 1, 1, 2, ("a", 1, 2, None)),
    value("the connector's new field is taken", 1, MISSING, MISSING, 1, ("a", MISSING, 1, None)),
    value("the connector's removal is taken", MISSING, 1, 1, MISSING, ("a", 1, MISSING, None)),
    value("both made the same change", 2, 1, 2, 2),
    value("both removed it", MISSING, 1, MISSING, MISSING),
    value("both changed it", 2, 1, 3, 2, ("a", 3, 2, CONNECTOR)),
    value("both changed what the customer owns", 2, 1, 3, 3, ("a", 3, 2, CUSTOMER), owns=["a"]),
    value("a customer's field that only the connector changed", 2, 1, 1, 2, ("a", 1, 2, None), owns=["a"]),  # noqa: E501
    value("removed by one, changed by the other", MISSING, 1, 2, MISSING, ("a", 2, MISSING, CONNECTOR)),  # noqa: E501
    value("changed by one, removed by the other", 2, 1, MISSING, 2, ("a", MISSING, 2, CONNECTOR)),
    value("added by both, differently", 1, MISSING, 2, 1, ("a", 2, 1, CONNECTOR)),
    value("what the server adds stays", MISSING, MISSING, "e1a2b3", "e1a2b3"),
    value("true is not 1", True, 1, 1, True, ("a", 1, True, None)),
    value("1.0 is 1 on the wire", 1.0, 2, 1, 1),
    value("a reference is one value", ref("y"), ref("x"), ref("x"), ref("y"), ("a", ref("x"), ref("y"), None)),  # noqa: E501
    value("a plain list is one value", ["y"], ["x"], ["x", "own"], ["y"], ("a", ["x", "own"], ["y"], CONNECTOR)),  # noqa: E501
]  # fmt: skip

OBJECTS = [
    value(
        "changes in one object do not meet",
        {"b": 2, "c": 1}, {"b": 1, "c": 1}, {"b": 1, "c": 5, "d": 6}, {"b": 2, "c": 5, "d": 6},
        ("a.b", 1, 2, None),
    ),
    value("an object is removed at once", MISSING, {"b": 1}, {"b": 1}, MISSING, ("a", {"b": 1}, MISSING, None)),  # noqa: E501
    value("but not what the customer added", MISSING, {"b": 1}, {"b": 1, "c": 2}, {"c": 2}, ("a.b", 1, MISSING, None)),  # noqa: E501
    value("a removal that leaves nothing", MISSING, {"b": 1, "c": 1}, {"b": 1}, MISSING, ("a.b", 1, MISSING, None)),  # noqa: E501
    value("an object declared to be empty", {}, {"b": 1}, {"b": 1}, {}, ("a.b", 1, MISSING, None)),
    value("an object for a value", {"b": 1}, 1, 1, {"b": 1}, ("a", 1, {"b": 1}, None)),
    value("a value for an object", 1, {"b": 1}, {"b": 1}, 1, ("a", {"b": 1}, 1, None)),
    value(
        "of a removed object comes back what the connector changes in it",
        {"b": 2, "c": 1}, {"b": 1, "c": 1}, MISSING, {"b": 2},
        ("a.b", MISSING, 2, CONNECTOR),
    ),
    value(
        "a removed object stays away while the connector leaves it alone",
        {"b": 1}, {"b": 1}, MISSING, MISSING,
    ),
    value(
        "an owned path covers what lies under it",
        {"b": 2}, {"b": 1}, {"b": 3}, {"b": 3}, ("a.b", 3, 2, CUSTOMER), owns=["a"],
    ),
    case(
        "an owned path does not cover its neighbor",
        {"ab": 2}, {"ab": 1}, {"ab": 3}, {"ab": 2}, ("ab", 3, 2, CONNECTOR), owns=["a"],
    ),
    value(
        "data that looks like a reference is one value",
        _literal(b=2), _literal(b=1), _literal(b=1, c=1), _literal(b=2),
        ("a", _literal(b=1, c=1), _literal(b=2), CONNECTOR),
    ),
    case(
        "samples are one value",
        {"mockOutput": {"b": 2}}, {"mockOutput": {"b": 1}}, {"mockOutput": {"b": 1, "c": 1}},
        {"mockOutput": {"b": 2}}, ("mockOutput", {"b": 1, "c": 1}, {"b": 2}, CONNECTOR),
    ),
]  # fmt: skip

NOTHINGS = [
    value("an empty object that the platform dropped", {}, {}, MISSING, MISSING),
    value("an empty object in place of what the customer removed", {}, {"b": 1}, MISSING, MISSING),
    value("an object of nulls in place of nothing", {"b": {"c": None}}, 1, MISSING, MISSING),
    value("null in place of nothing", None, 1, MISSING, MISSING),
    value("nothing in place of null", MISSING, 1, None, None),
    value("what the platform dropped was not removed", {"b": 1}, {}, MISSING, {"b": 1}, ("a.b", MISSING, 1, None)),  # noqa: E501
    value("empty objects in a plain list", [{"b": 1, "c": {}}], 1, [{"b": 1}], [{"b": 1}]),
]  # fmt: skip

ADOPTED = [
    case("what was created is found again", {"b": 1}, None, {"b": 1, "_id": "x"}, {"b": 1, "_id": "x"}),  # noqa: E501
    case("what the platform dropped does not matter", {"hooks": {"preMap": {}}}, None, {}, {}),
    case("what differs is taken", {"b": 1}, None, {"b": 2, "c": 3}, {"b": 1, "c": 3}, ("b", 2, 1, CONNECTOR)),  # noqa: E501
    case("unless the customer owns it", {"b": 1}, None, {"b": 2}, {"b": 2}, ("b", 2, 1, CUSTOMER), owns=["b"]),  # noqa: E501
    case("what lacks is added", {"b": 1}, None, {}, {"b": 1}, ("b", MISSING, 1, None)),
    case("a masked secret is trusted", {"b": "secret"}, None, {"b": MASK}, {"b": MASK}),
    steps("the declared order is taken", "x y", None, "y own x", "x y own",
          ("pageProcessors", ["y", "own", "x"], ["x", "y", "own"], CONNECTOR)),
]  # fmt: skip

SECRETS = [
    value("a mask is no change", "old", "old", MASK, MASK),
    value("a changed secret is written", "new", "old", MASK, "new", ("a", MASK, "new", None)),
    value("but not over one that the customer owns", "new", "old", MASK, MASK, owns=["a"]),
    value("a dropped secret is removed", MISSING, "old", MASK, MISSING, ("a", MASK, MISSING, None)),
    value("one mask for a whole object", {"b": 1}, {"b": 1}, MASK, MASK),
    value("a mask in a plain list is no change", [["k", "s"]], [["k", "s"]], [["k", MASK]], [["k", MASK]]),  # noqa: E501
    value("and may be written over", [["n", "s"]], [["k", "s"]], [["k", MASK]], [["n", "s"]], ("a", [["k", MASK]], [["n", "s"]], None)),  # noqa: E501
    value("a declared mask is no value", MASK, "old", "live", "live"),
]  # fmt: skip

ITEMS = [
    mapping(
        "items merge by identity",
        {"x": "1", "y": "2!"}, {"x": "1", "y": "2"}, {"x": "c", "y": "2"}, {"x": "c", "y": "2!"},
        ("mapping.fields[generate=y].extract", "2", "2!", None),
    ),
    mapping("the customer's item stays", {"x": "1"}, {"x": "1"}, {"x": "1", "own": "1"}, {"x": "1", "own": "1"}),  # noqa: E501
    mapping(
        "a new item comes",
        {"x": "1", "y": "2"}, {"x": "1"}, {"x": "1"}, {"x": "1", "y": "2"},
        ("mapping.fields[generate=y]", MISSING, _map("y", "2"), None),
    ),
    mapping(
        "a dropped item goes",
        {"x": "1"}, {"x": "1", "y": "2"}, {"x": "1", "y": "2"}, {"x": "1"},
        ("mapping.fields[generate=y]", _map("y", "2"), MISSING, None),
    ),
    mapping(
        "an item that the customer removed stays away",
        {"x": "1!", "y": "2"}, {"x": "1", "y": "2"}, {"x": "1"}, {"x": "1!"},
        ("mapping.fields[generate=x].extract", "1", "1!", None),
    ),
    mapping(
        "a dropped item that the customer had changed",
        {}, {"x": "1"}, {"x": "own"}, {},
        ("mapping.fields[generate=x]", _map("x", "own"), MISSING, CONNECTOR),
    ),
    mapping(
        "a dropped item that the customer had changed and owns",
        {}, {"x": "1"}, {"x": "own"}, {"x": "own"},
        ("mapping.fields[generate=x]", _map("x", "own"), MISSING, CUSTOMER), owns=["mapping"],
    ),
    mapping(
        "a changed item that the customer had removed",
        {"x": "1!"}, {"x": "1"}, {}, {"x": "1!"},
        ("mapping.fields[generate=x]", MISSING, _map("x", "1!"), CONNECTOR),
    ),
    mapping(
        "a single item may be owned",
        {"x": "1!", "y": "2!"}, {"x": "1", "y": "2"}, {"x": "own", "y": "own"}, {"x": "own", "y": "2!"},  # noqa: E501
        ("mapping.fields[generate=x].extract", "own", "1!", CUSTOMER),
        ("mapping.fields[generate=y].extract", "own", "2!", CONNECTOR),
        owns=["mapping.fields[generate=x]"],
    ),
    mapping(
        "an identity with dots and brackets",
        {"r[0].id": "2"}, {"r[0].id": "1"}, {"r[0].id": "1"}, {"r[0].id": "2"},
        ("mapping.fields[generate=r[0].id].extract", "1", "2", None),
    ),
    case(
        "lists in items merge in their turn",
        {"mappings": [{"generate": "o", "mappings": [_map("x", "2"), _map("y", "1")]}]},
        {"mappings": [{"generate": "o", "mappings": [_map("x", "1"), _map("y", "1")]}]},
        {"mappings": [{"generate": "o", "mappings": [_map("x", "1"), _map("y", "own")]}]},
        {"mappings": [{"generate": "o", "mappings": [_map("x", "2"), _map("y", "own")]}]},
        ("mappings[generate=o].mappings[generate=x].extract", "1", "2", None),
    ),
    steps(
        "steps of a flow by the component they run",
        "x z", "x y", "x y own", "x z own",
        ("pageProcessors[y]", _step("y"), MISSING, None),
        ("pageProcessors[z]", MISSING, _step("z"), None),
    ),
    steps("the same component once more", "x x y", "x y", "x y", "x x y",
          ("pageProcessors[x#2]", MISSING, _step("x"), None)),
    steps("the same component once less", "x y", "x y x", "x y x", "x y",
          ("pageProcessors[x#2]", _step("x"), MISSING, None)),
    case(
        "an id that has no name identifies as well",
        {"pageGenerators": [{"_exportId": "64a1", "skipRetries": True}]},
        {"pageGenerators": [{"_exportId": "64a1"}]},
        {"pageGenerators": [{"_exportId": "64a1", "_id": "9"}]},
        {"pageGenerators": [{"_exportId": "64a1", "_id": "9", "skipRetries": True}]},
        ("pageGenerators[64a1].skipRetries", MISSING, True, None),
    ),
    case(
        "branches of routers",
        _router(("b", "x y")), _router(("b", "x")), _router(("b", "x"), ("own", "x")),
        _router(("b", "x y"), ("own", "x")),
        ("routers[id=r].branches[name=b].pageProcessors[y]", MISSING, _step("y"), None),
    ),
    case(
        "settings by name, in their flow, in their section",
        _page(label="New"), _page(label="Old"), _page(label="Old", value=7),
        _page(label="New", value=7),
        ("settings.sections[title=Orders].flows[f].settings[name=n].label", "Old", "New", None),
    ),
    case(
        "a list with a nameless item is one value",
        {"lookups": [{"name": "x"}, {}]}, {"lookups": []}, {"lookups": [{"name": "own"}]},
        {"lookups": [{"name": "x"}, {}]},
        ("lookups", [{"name": "own"}], [{"name": "x"}, {}], CONNECTOR),
    ),
    case(
        "the customer's item of a dropped list stays",
        {}, {"lookups": [{"name": "x"}]}, {"lookups": [{"name": "x"}, {"name": "own"}]},
        {"lookups": [{"name": "own"}]}, ("lookups[name=x]", {"name": "x"}, MISSING, None),
    ),
]  # fmt: skip

ORDERS = [
    steps("only the connector reordered", "y x", "x y", "x own y", "y x own",
          ("pageProcessors", ["x", "own", "y"], ["y", "x", "own"], None)),
    steps("only the customer reordered", "x new y", "x y", "y x", "y x new",
          ("pageProcessors[new]", MISSING, _step("new"), None)),
    steps("both reordered", "z y x", "x y z", "y x z", "z y x",
          ("pageProcessors", ["y", "x", "z"], ["z", "y", "x"], CONNECTOR)),
    steps("both reordered what the customer owns", "z y x", "x y z", "y x z", "y x z",
          ("pageProcessors", ["y", "x", "z"], ["z", "y", "x"], CUSTOMER), owns=["pageProcessors"]),
    steps("the customer's own order, but for one that goes", "z x", "x y z", "x z y", "z x",
          ("pageProcessors[y]", _step("y"), MISSING, None),
          ("pageProcessors", ["x", "z"], ["z", "x"], None), owns=["pageProcessors"]),
    steps("both reordered alike", "y x", "x y", "y x", "y x"),
    steps("a customer's item whose predecessor goes", "x z", "x y z", "x y own z", "x own z",
          ("pageProcessors[y]", _step("y"), MISSING, None)),
    steps("the customer's first item stays first", "y x", "x y", "own x y", "own y x",
          ("pageProcessors", ["own", "x", "y"], ["own", "y", "x"], None)),
]  # fmt: skip

FIELDS = "mapping.fields[generate=x]"
TWINS = [
    fields("the customer swapped them, the connector changed one", "a1 b", "a b", "b a", "b a1",
           (f"{FIELDS}.extract", "a", "a1", None)),
    fields("each side changed another one", "a1 b", "a b", "a b1", "a1 b1",
           (f"{FIELDS}.extract", "a", "a1", None)),
    fields("both changed something of the same one", "a1 b", "a b", "b a:date", "b a1:date",
           (f"{FIELDS}.extract", "a", "a1", None)),
    fields("one dropped by the connector, the other changed", "b", "a b", "a b1", "b1",
           (f"{FIELDS[:-1]}#2]", _map("x", "a"), MISSING, None)),
    fields("each side added one", "a b", "a", "a own", "a b own",
           (f"{FIELDS[:-1]}#2]", MISSING, _map("x", "b"), None)),
    fields("both added the same one", "a b", "a", "a b", "a b"),
    fields("the customer's copy of one that the connector changed", "a1", "a", "a a", "a1 a",
           (f"{FIELDS}.extract", "a", "a1", None)),
    fields("the customer's copy of one that the connector dropped", "", "a", "a a", "a a"),
    fields("one that the customer put beside a dropped one", "", "a", "a own", "a own"),
    fields("both dropped one, and not the same", "b c", "a b c", "a c", "c",
           (f"{FIELDS[:-1]}#3]", _map("x", "a"), MISSING, None)),
    fields("the connector swapped them", "b a", "a b", "a b own", "b own a",
           ("mapping.fields", ["generate=x#2", "generate=x", "generate=x#3"],
            ["generate=x", "generate=x#3", "generate=x#2"], None)),
    case(
        "the customer's copy in a list that is dropped",
        {}, {"lookups": [{"name": "g"}]}, {"lookups": [{"name": "g"}, {"name": "g"}]},
        {"lookups": [{"name": "g"}, {"name": "g"}]},
    ),
]  # fmt: skip

SETS = [
    ids("what both added", "a b", "a", "a own", "a b own",
        ("_runNextFlowIds[b]", MISSING, ref("b"), None)),
    ids("what the connector took away, and the customer added", "b", "a b", "a b own", "b own",
        ("_runNextFlowIds[a]", ref("a"), MISSING, None)),
    ids("what the customer took away, and the connector added", "a b c", "a b", "b", "b c",
        ("_runNextFlowIds[c]", MISSING, ref("c"), None)),
    ids("what both took away", "", "a", "", ""),
    ids("what the customer emptied, and the connector adds to", "a b", "a", None, "b",
        ("_runNextFlowIds[b]", MISSING, ref("b"), None)),
    ids("one that is no longer declared", None, "a", "a own", "own",
        ("_runNextFlowIds[a]", ref("a"), MISSING, None)),
    ids("in another order", "b a", "a b", "a b", "a b"),
    ids("with something twice", "a b", "a", "a own a", "a b own",
        ("_runNextFlowIds[b]", MISSING, ref("b"), None)),
    ids("with something twice, which is left alone", "a b", "a", "a b a", "a b a"),
    case(
        "ids without a name",
        {"_runNextFlowIds": [ref("a")]}, {"_runNextFlowIds": []}, {"_runNextFlowIds": ["5f00"]},
        {"_runNextFlowIds": [ref("a"), "5f00"]},
        ("_runNextFlowIds[a]", MISSING, ref("a"), None),
    ),
    case(
        "names of fields, in an item of a list too",
        _listener("A B C", "D E"), _listener("A B", "D"), _listener("A B Mine__c", "D Own__c"),
        _listener("A B C Mine__c", "D E Own__c"),
        ("salesforce.distributed.referencedFields[C]", MISSING, "C", None),
        ("salesforce.distributed.relatedLists[sObjectType=Line].referencedFields[E]", MISSING, "E", None),  # noqa: E501
    ),
    case(
        "objects of ids",
        {"_runNextExportIds": [_run("a"), _run("b")]}, {"_runNextExportIds": [_run("a")]},
        {"_runNextExportIds": [_run("own"), _run("a")]},
        {"_runNextExportIds": [_run("own"), _run("a"), _run("b")]},
        ("_runNextExportIds[b]", MISSING, _run("b"), None),
    ),
    case(
        "a list of something else is one value",
        {"successValues": [["a"], ["b"]]}, {"successValues": [["a"]]},
        {"successValues": [["a"], ["own"]]}, {"successValues": [["a"], ["b"]]},
        ("successValues", [["a"], ["own"]], [["a"], ["b"]], CONNECTOR),
    ),
    case(
        "names in a layout have an order",
        {"layout": {"fields": ["b", "a", "c"]}}, {"layout": {"fields": ["a", "b"]}},
        {"layout": {"fields": ["a", "own", "b"]}}, {"layout": {"fields": ["b", "a", "own", "c"]}},
        ("layout.fields[c]", MISSING, "c", None),
        ("layout.fields", ["a", "own", "b"], ["b", "a", "own"], None),
    ),
]  # fmt: skip

QUERY = "SELECT Id,\n Name\nFROM Account\nWHERE Active"
PHONE = "SELECT Id,\n Name, Phone\nFROM Account\nWHERE Active"
EUROPE = "SELECT Id,\n Name\nFROM Account\nWHERE Active AND Region = 'EU'"
A, B, C, D = (["equals", ["extract", name], 1] for name in "abcd")
B2, B3 = (["equals", ["extract", "b"], number] for number in (2, 3))

PARTS = [
    value("different lines of a text", PHONE, QUERY, EUROPE,
          "SELECT Id,\n Name, Phone\nFROM Account\nWHERE Active AND Region = 'EU'",
          ("a", EUROPE, "SELECT Id,\n Name, Phone\nFROM Account\nWHERE Active AND Region = 'EU'", None)),  # noqa: E501
    value("the same line of a text", PHONE, QUERY, "SELECT Id,\n Name, Fax\nFROM Account\nWHERE Active",  # noqa: E501
          PHONE, ("a", "SELECT Id,\n Name, Fax\nFROM Account\nWHERE Active", PHONE, CONNECTOR)),
    value("lines next to each other", "a1\nb", "a\nb", "a\nb1", "a1\nb",
          ("a", "a\nb1", "a1\nb", CONNECTOR)),
    value("the same line of a text that the customer owns", "a1\nb", "a\nb", "a2\nb", "a2\nb",
          ("a", "a2\nb", "a1\nb", CUSTOMER), owns=["a"]),
    value("lines that the customer has changed alike", "a1\nb\nc", "a\nb\nc", "a1\nb\nc1",
          "a1\nb\nc1"),
    value("lines next to each other that one side changed", "a1\nb", "a\nb", "a\nb", "a1\nb",
          ("a", "a\nb", "a1\nb", None)),
    value("different clauses of a rule", ["and", A, B2], ["and", A, B], ["and", C, B],
          ["and", C, B2], ("a", ["and", C, B], ["and", C, B2], None)),
    value("different clauses within a clause", ["or", ["and", A, B2], C], ["or", ["and", A, B], C],
          ["or", ["and", D, B], C], ["or", ["and", D, B2], C],
          ("a", ["or", ["and", D, B], C], ["or", ["and", D, B2], C], None)),
    value("the same clause", ["and", A, B2], ["and", A, B], ["and", A, B3], ["and", A, B2],
          ("a", ["and", A, B3], ["and", A, B2], CONNECTOR)),
    value("clauses that both added", ["and", A, C], ["and", A], ["and", A, D], ["and", A, D, C],
          ("a", ["and", A, D], ["and", A, D, C], None)) ,
    value("a clause that goes, and one that the customer added", ["and", A], ["and", A, B],
          ["and", A, B, D], ["and", A, D], ("a", ["and", A, B, D], ["and", A, D], None)),
    value("a clause that one side replaced, and the other dropped", ["and", A, B2], ["and", A, B],
          ["and", A], ["and", A, B2], ("a", ["and", A], ["and", A, B2], CONNECTOR)),
    value("another operator", ["or", A, B], ["and", A, B], ["and", A, C], ["or", A, B],
          ("a", ["and", A, C], ["or", A, B], CONNECTOR)),
    value("clauses around operators", [["a", "=", 9], "AND", ["b", "=", 2]],
          [["a", "=", 1], "AND", ["b", "=", 2]], [["a", "=", 1], "AND", ["b", "=", 3]],
          [["a", "=", 9], "AND", ["b", "=", 3]],
          ("a", [["a", "=", 1], "AND", ["b", "=", 3]], [["a", "=", 9], "AND", ["b", "=", 3]], None)),  # noqa: E501
    value("clauses around operators that both added", [A, "AND", B, "AND", C], [A, "AND", B],
          [A, "AND", B, "AND", D], [A, "AND", B, "AND", D, "AND", C],
          ("a", [A, "AND", B, "AND", D], [A, "AND", B, "AND", D, "AND", C], None)),
    value("clauses around operators, one changed and one added", [A, "AND", B2], [A, "AND", B],
          [A, "AND", B, "AND", D], [A, "AND", B2, "AND", D],
          ("a", [A, "AND", B, "AND", D], [A, "AND", B2, "AND", D], None)),
    value("a clause around operators that goes, and one that the customer added", [A],
          [A, "or", B], [A, "or", B, "or", D], [A, "or", D],
          ("a", [A, "or", B, "or", D], [A, "or", D], None)),
    value("a clause by itself to which both add one", [["a", "=", 1], "AND", C], ["a", "=", 1],
          [["a", "=", 1], "and", D], [["a", "=", 1], "and", D, "and", C],
          ("a", [["a", "=", 1], "and", D], [["a", "=", 1], "and", D, "and", C], None)),
    value("the last clause goes", [], ["a", "=", 1], [["a", "=", 1], "AND", D], [],
          ("a", [["a", "=", 1], "AND", D], [], CONNECTOR)),
    value("a clause around operators that both replaced", [A, "AND", B2, "AND", C],
          [A, "AND", B], [A, "AND", B3], [A, "AND", B2, "AND", C],
          ("a", [A, "AND", B3], [A, "AND", B2, "AND", C], CONNECTOR)),
    value("different operators between clauses", [A, "AND", B, "OR", C], [A, "AND", B],
          [A, "AND", B, "AND", D], [A, "AND", B, "OR", C],
          ("a", [A, "AND", B, "AND", D], [A, "AND", B, "OR", C], CONNECTOR)),
    case(
        "overrides of an instance flow, by what they override",
        {"overrides": {"exports": [{"_abstractId": ref("a"), "pageSize": 9}]}},
        {"overrides": {"exports": [{"_abstractId": ref("a"), "pageSize": 1}]}},
        {"overrides": {"exports": [{"_abstractId": ref("b"), "pageSize": 2}, {"_abstractId": ref("a"), "pageSize": 1}]}},  # noqa: E501
        {"overrides": {"exports": [{"_abstractId": ref("b"), "pageSize": 2}, {"_abstractId": ref("a"), "pageSize": 9}]}},  # noqa: E501
        ("overrides.exports[a].pageSize", 1, 9, None),
    ),
]  # fmt: skip


def _branch(name: str, steps: str, **more: Any) -> dict[str, Any]:
    return {"name": name, **_steps(steps), **more}


def branches(name, declared, applied, live, result, *changes: Change, owns=()) -> Case:
    """A row about the branches of a router, given as names and steps."""
    return case(name, *map(_branched, (declared, applied, live, result)), *changes, owns=owns)


def _branched(branches: dict[str, str]) -> dict[str, Any]:
    return {"routers": [{"id": "r", "branches": [_branch(*item) for item in branches.items()]}]}


def _lookups(**found: str) -> dict[str, Any]:
    return {"lookups": [{"name": name, "map": {"a": value}} for name, value in found.items()]}


USES_X = _map("y", "1", lookupName="x")
RENAMED_X = "mapping.fields[generate=x]"
BRANCH_X = "routers[id=r].branches[name=X]"
RENAMED = [
    mapping("renamed by the customer, changed by the connector", {"x": "1!"}, {"x": "1"},
            {"own": "1"}, {"own": "1!"}, (f"{RENAMED_X}.extract", "1", "1!", None)),
    mapping("renamed by the customer, left alone by the connector", {"x": "1", "y": "2!"},
            {"x": "1", "y": "2"}, {"own": "1", "y": "2"}, {"own": "1", "y": "2!"},
            ("mapping.fields[generate=y].extract", "2", "2!", None)),
    mapping("renamed by the connector, changed by the customer", {"z": "1"}, {"x": "1"},
            {"x": "own"}, {"z": "own"}, ("mapping.fields[generate=z].generate", "x", "z", None)),
    mapping("renamed by the connector, removed by the customer", {"z": "1"}, {"x": "1"}, {},
            {"z": "1"}, ("mapping.fields[generate=z]", MISSING, _map("z", "1"), CONNECTOR)),
    mapping("renamed by both: the customer's name stays", {"z": "1"}, {"x": "1"}, {"own": "1"},
            {"own": "1"}, ("mapping.fields[generate=z].generate", "own", "z", CUSTOMER)),
    mapping("renamed by both alike", {"z": "1"}, {"x": "1"}, {"z": "1"}, {"z": "1"}),
    mapping("renamed by the customer, dropped by the connector", {}, {"x": "1"}, {"own": "1"},
            {"own": "1"}, (RENAMED_X, _map("own", "1"), MISSING, CUSTOMER)),
    mapping("copied by the customer, dropped by the connector", {}, {"x": "1"},
            {"x": "1", "own": "1"}, {"own": "1"}, (RENAMED_X, _map("x", "1"), MISSING, None)),
    mapping("one of two that are alike, while the other is still there", {"x": "1!", "y": "1"},
            {"x": "1", "y": "1"}, {"own": "1", "y": "1"}, {"own": "1!", "y": "1"},
            (f"{RENAMED_X}.extract", "1", "1!", None)),
    mapping("either of two that are alike", {"x": "1!", "y": "1!"}, {"x": "1", "y": "1"},
            {"own": "1"}, {"x": "1!", "y": "1!", "own": "1"},
            (RENAMED_X, MISSING, _map("x", "1!"), CONNECTOR),
            ("mapping.fields[generate=y]", MISSING, _map("y", "1!"), CONNECTOR)),
    mapping("one name turned into two", {"x": "1!"}, {"x": "1"}, {"own": "1", "own2": "1"},
            {"x": "1!", "own": "1", "own2": "1"},
            (RENAMED_X, MISSING, _map("x", "1!"), CONNECTOR)),
    mapping("removed, with another one in its place", {"x": "1!"}, {"x": "1"}, {"own": "2"},
            {"x": "1!", "own": "2"}, (RENAMED_X, MISSING, _map("x", "1!"), CONNECTOR)),
    mapping("renamed by the connector, while the customer has an item of the new name",
            {"z": "1"}, {"x": "1"}, {"x": "1", "z": "own"}, {"z": "1"},
            (RENAMED_X, _map("x", "1"), MISSING, None),
            ("mapping.fields[generate=z].extract", "own", "1", CONNECTOR)),
    mapping("without content, nothing is recognized", {"x": "1"}, {"x": ""}, {"own": ""},
            {"x": "1", "own": ""}, (RENAMED_X, MISSING, _map("x", "1"), CONNECTOR)),
    branches("a branch renamed by the customer, to which both add a step", {"X": "a b"},
             {"X": "a"}, {"Own": "a own"}, {"Own": "a b own"},
             (f"{BRANCH_X}.pageProcessors[b]", MISSING, _step("b"), None)),
    branches("the branch that has most of it", {"X": "a c", "Y": "a b c"}, {"X": "a", "Y": "a b"},
             {"X": "a", "Own": "a b own"}, {"X": "a c", "Own": "a b c own"},
             (f"{BRANCH_X}.pageProcessors[c]", MISSING, _step("c"), None),
             ("routers[id=r].branches[name=Y].pageProcessors[c]", MISSING, _step("c"), None)),
    branches("a branch renamed by the connector, with a step of the customer's", {"Z": "a b"},
             {"X": "a"}, {"X": "a own"}, {"Z": "a b own"},
             ("routers[id=r].branches[name=Z].name", "X", "Z", None),
             ("routers[id=r].branches[name=Z].pageProcessors[b]", MISSING, _step("b"), None)),
    case(
        "a lookup renamed by the customer",
        _lookups(x="2"), _lookups(x="1"), _lookups(own="1"), _lookups(own="2"),
        ("lookups[name=x].map.a", "1", "2", None),
    ),
    case(
        "a lookup renamed by the customer, which something new of the connector's needs",
        {**_lookups(x="2"), "mappings": [USES_X]}, {**_lookups(x="1"), "mappings": []},
        {**_lookups(own="1"), "mappings": []}, {**_lookups(x="2", own="1"), "mappings": [USES_X]},
        ("lookups[name=x]", MISSING, {"name": "x", "map": {"a": "2"}}, CONNECTOR),
        ("mappings[generate=y]", MISSING, USES_X, None),
    ),
    case(
        "a setting under another name is another setting",
        {"settings": {"general": {"fields": [{"name": "new", "label": "Channel"}]}}},
        {"settings": {"general": {"fields": [{"name": "old", "label": "Channel"}]}}},
        {"settings": {"general": {"fields": [{"name": "old", "label": "Channel", "value": "#a"}]}}},
        {"settings": {"general": {"fields": [{"name": "new", "label": "Channel"}]}}},
        ("settings.general.fields[name=old]", {"name": "old", "label": "Channel", "value": "#a"},
         MISSING, CONNECTOR),
        ("settings.general.fields[name=new]", MISSING, {"name": "new", "label": "Channel"}, None),
    ),
    steps("a component in place of another is no new name for it", "x", "x y", "x own",
          "x own"),
    fields("an item renamed to one that is there already", "a1 b", "a b", "b a", "b a1",
           ("mapping.fields[generate=x].extract", "a", "a1", None)),
    case(
        "an item among others that share their names",
        {"mapping": {"fields": [_map("x", "1"), _map("x", "2"), _map("y", "3!")]}},
        {"mapping": {"fields": [_map("x", "1"), _map("x", "2"), _map("y", "3")]}},
        {"mapping": {"fields": [_map("own", "3"), _map("x", "2"), _map("x", "1")]}},
        {"mapping": {"fields": [_map("own", "3!"), _map("x", "2"), _map("x", "1")]}},
        ("mapping.fields[generate=y].extract", "3", "3!", None),
    ),
    case(
        "a secret tells nothing",
        {"headers": [{"name": "x", "value": "new"}]}, {"headers": [{"name": "x", "value": "old"}]},
        {"headers": [{"name": "own", "value": MASK}]},
        {"headers": [{"name": "x", "value": "new"}, {"name": "own", "value": MASK}]},
        ("headers[name=x]", MISSING, {"name": "x", "value": "new"}, CONNECTOR),
    ),
]  # fmt: skip

ALL = [*VALUES, *OBJECTS, *NOTHINGS, *ADOPTED, *SECRETS, *ITEMS, *ORDERS, *TWINS, *RENAMED, *SETS]
ALL += PARTS
every_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


@every_case
def test_a_merge_gives(case):
    merged = merge(case.declared, case.applied, case.live, case.owns)

    assert merged.document == case.result
    assert [_shown(change) for change in merged.changes] == list(case.changes)


@every_case
def test_merging_again_before_it_is_recorded_writes_nothing(case):
    merged = merge(case.declared, case.applied, case.live, case.owns)

    assert not merge(case.declared, case.applied, merged.document, case.owns).is_written


@every_case
def test_a_document_that_is_not_written_is_the_live_one(case):
    merged = merge(case.declared, case.applied, case.live, case.owns)

    assert (merged.document is case.live) == (not merged.is_written)


def _shown(change) -> Change:
    return change.path, change.before, change.after, change.settled


def test_a_placeholder_counts_as_missing():
    basic = {"username": f"x.{TO_BE_ENTERED}", "password": MASK}
    live = {"http": {"auth": {"type": "basic", "basic": basic}}}
    applied = {"http": {"auth": {"type": "basic"}}}
    named = {"http": {"auth": {"type": "basic", "basic": {"username": "api"}}}}

    kept = merge(applied, applied, live, ["http"])
    written = merge(named, applied, live, ["http"])

    assert kept.document is live
    assert written.document["http"]["auth"]["basic"] == {"username": "api", "password": MASK}
    assert [(change.path, change.settled) for change in written.changes] == [
        ("http.auth.basic.username", None)
    ]
