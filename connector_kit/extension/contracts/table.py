"""The results expected of each kind of function, and how the kind of a call is recognized.

The kind of a marked function is known; that of others follows from what the platform sends, if that
is unambiguous.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from connector_kit.extension.authoring.functions import Registered
from connector_kit.extension.calls import FunctionCall
from connector_kit.extension.contracts.expectations import (
    ANYTHING,
    BOOLEAN,
    LIST,
    OBJECT,
    RECORD,
    TEXT,
    WHOLE,
    Expectation,
    an_end,
    entries,
    entries_having,
    entries_of,
    entries_with,
    having,
    maybe,
    one_for_each,
    one_of,
    shaped,
)
from connector_kit.extension.contracts.loops import Loops
from connector_kit.extension.errors import ExtensionError


@dataclass(frozen=True)
class Contract:
    """What is expected of the functions of one *kind*, in this order, and the way out."""

    kind: str
    expectations: tuple[Expectation, ...]
    way_out: str

    def check(self, options: Mapping[str, Any], returned: Any) -> None:
        """Raise ExtensionError for the first expectation that *returned* does not meet."""
        for expectation in self.expectations:
            complaint = expectation(options, returned)
            if complaint is not None:
                raise ExtensionError(
                    "invalid_extension_response",
                    f"{self.kind} must return {complaint.expected}, "
                    f"but returned {complaint.got}. {self.way_out}",
                )


@dataclass(frozen=True)
class Traits:
    """The options by which a call is known to be one of a *kind*: some it needs, some it lacks."""

    kind: str
    needs: frozenset[str]
    lacks: frozenset[str] = frozenset()

    def fit(self, options: Set[str]) -> bool:
        """Tell whether a call with *options* is of this kind."""
        return self.needs <= options and self.lacks.isdisjoint(options)


def check_contract(call: FunctionCall, returned: Any, function: Registered | None = None) -> None:
    """Raise ExtensionError when *returned* breaks the contract of the *function* called.

    Without *function*, or when it is not marked, its kind follows from the call.
    """
    if not isinstance(call.options, dict):
        return
    kind = function.kind if function else None
    if kind is not None:
        contract = CONTRACTS.get(kind.name)
    elif call.type is None or isinstance(call.type, str):
        contract = CONTRACTS.get(_kind_of(call.type or "", tuple(call.options)))
    else:
        return
    if contract is not None:
        contract.check(call.options, returned)


@lru_cache(maxsize=256)  # calls of one kind have the same options, over and over
def _kind_of(type_: str, options: tuple[str, ...]) -> str:
    """Return the kind of function that is called with *options*, an empty text if it is unclear."""
    names = frozenset(options)
    return next((traits.kind for traits in TRAITS.get(type_, ()) if traits.fit(names)), "")


def _traits(kind: str, needs: str, lacks: str = "") -> Traits:
    return Traits(kind, frozenset(needs.split()), frozenset(lacks.split()))


_HOOKS = (
    _traits("postResponseMap", "postResponseMapData"),
    _traits("postSubmit", "responseData postMapData", lacks="connection"),
    _traits("postMap", "postMapData", lacks="connection responseData"),
    _traits("preMap", "data _importId", lacks="connection pageIndex errors preview"),
    _traits("preSavePage", "data pageIndex", lacks="connection"),
)
_WRAPPERS = (
    _traits("import", "connection postMapData"),
    _traits("export", "connection type"),
    _traits("export", "connection state"),
)
_FLAT = (_traits("preSave", "newResource"), _traits("initChild", "parentIntegration"))

TRAITS: Mapping[str, tuple[Traits, ...]] = MappingProxyType(
    {"hook": _HOOKS, "wrapper": _WRAPPERS, "": (*_HOOKS, *_WRAPPERS, *_FLAT)}
)
"""What tells functions apart, by the type they are called with: these options are the platform's
(protocol/extension.md#5 and #6). Wrappers carry a connection; a ping, and the first call of an
export of all records, may come with nothing else."""

_IGNORE = "Return {} for a record to ignore."


def _mapping(kind: str, option: str) -> Contract:
    return Contract(
        kind,
        (
            one_for_each(option),
            entries(OBJECT),
            entries_of(data=ANYTHING, errors=LIST),
        ),
        'Return {"data": record} for one that continues, {"errors": [...]} for one that '
        f"fails. {_IGNORE}",
    )


CONTRACTS: Mapping[str, Contract] = MappingProxyType(
    {
        item.kind: item
        for item in (
            Contract(
                "preSavePage",
                (
                    shaped(OBJECT),
                    having("data", LIST),
                    maybe("errors", LIST),
                    maybe("abort", BOOLEAN),
                    maybe("newErrorsAndRetryData", LIST),
                ),
                'Return {"data": [...], "errors": [...], "abort": false}.',
            ),
            _mapping("preMap", "data"),
            _mapping("postMap", "postMapData"),
            Contract(
                "postSubmit",
                (one_for_each("responseData"), entries(OBJECT)),
                "Return responseData with all entries, changed as needed.",
            ),
            Contract(
                "postResponseMap",
                (one_for_each("postResponseMapData"),),
                "Return postResponseMapData with all records, changed as needed.",
            ),
            Contract(
                "ping",
                (shaped(OBJECT), having("statusCode", WHOLE), maybe("errors", LIST)),
                'Return {"statusCode": 200}, or {"statusCode": 401, "errors": [...]}.',
            ),
            Contract(
                "export",
                (
                    shaped(OBJECT),
                    one_of("data", "errors", "connectionOffline", "lastPage"),
                    maybe("data", LIST),
                    maybe("errors", LIST),
                    maybe("connectionOffline", BOOLEAN),
                    maybe("lastPage", BOOLEAN),
                    an_end(Loops()),
                ),
                'Return {"data": [...], "lastPage": true}, or lastPage false and the state for '
                "the next call.",
            ),
            Contract(
                "import",
                (
                    one_for_each("postMapData"),
                    entries(OBJECT),
                    entries_having("statusCode", WHOLE, unless="ignored"),
                    entries_with("errors", LIST),
                ),
                'Return {"statusCode": 200, "id": ...} for an accepted record, '
                '{"statusCode": 422, "errors": [...]} for a rejected one.',
            ),
            Contract(
                "formInit",
                (shaped(OBJECT),),
                "Return the form to show, such as a completed resource.settingsForm.form.",
            ),
            Contract("preSave", (shaped(OBJECT),), "Return the document to save: newResource."),
            Contract(
                "initChild",
                (shaped(OBJECT), having("name", TEXT), maybe("installSteps", LIST)),
                'Return the child to create: {"name": ..., "installSteps": [...]}.',
            ),
            Contract("filter", (shaped(BOOLEAN),), "Return True for a record that continues."),
            Contract("transform", (shaped(RECORD),), "Return the record that continues."),
            Contract(
                "branching",
                (shaped(LIST), entries(WHOLE)),
                "Return the indices of the branches for the record, such as [0, 2].",
            ),
            Contract(
                "handleRequest",
                (shaped(OBJECT), having("statusCode", WHOLE), maybe("headers", OBJECT)),
                'Return {"statusCode": 200, "headers": {...}, "body": ...}.',
            ),
            Contract(
                "contentBasedFlowRouter",
                (shaped(OBJECT), maybe("_flowId", TEXT), maybe("_exportId", TEXT)),
                'Return {"_flowId": ..., "_exportId": ...}.',
            ),
        )
    }
)
"""Nothing is expected of the other kinds: the platform accepts whatever they return."""
