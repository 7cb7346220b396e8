"""What a hook's result has to be, told apart by what the platform sends with each kind of hook.

The platform fails the whole page when a hook returns another number of entries than it got, and
its message does not say why; so the kit looks first (protocol/extension.md#7).
"""

from dataclasses import dataclass
from typing import Any

from connector_kit.extension.calls import FunctionCall
from connector_kit.extension.errors import ExtensionError

_HOOK_TYPES = (None, "", "hook")


@dataclass(frozen=True)
class Contract:
    """A kind of hook that answers one entry for each entry of one of its options."""

    kind: str
    one_for_each: str
    needs: frozenset[str]
    lacks: frozenset[str]
    way_out: str

    def applies_to(self, options: dict[str, Any]) -> bool:
        """Tell whether *options* are those of this kind of hook."""
        return (
            self.needs <= options.keys()
            and self.lacks.isdisjoint(options)
            and isinstance(options[self.one_for_each], list)
        )

    def check(self, options: dict[str, Any], returned: object) -> None:
        """Raise ExtensionError unless *returned* has as many entries as came in."""
        expected = len(options[self.one_for_each])
        if isinstance(returned, list | tuple) and len(returned) == expected:
            return
        raise ExtensionError(
            "invalid_extension_response",
            f"{self.kind} must return one entry for each of the {expected} in "
            f"{self.one_for_each}, in the same order, but returned {_described(returned)}. "
            f"{self.way_out}",
        )


CONTRACTS = (
    Contract(
        kind="postResponseMap",
        one_for_each="postResponseMapData",
        needs=frozenset({"postResponseMapData"}),
        lacks=frozenset(),
        way_out="Return postResponseMapData with its records changed, none left out.",
    ),
    Contract(
        kind="postSubmit",
        one_for_each="responseData",
        needs=frozenset({"responseData", "postMapData"}),
        lacks=frozenset({"connection"}),
        way_out="Return responseData with its entries changed, none left out.",
    ),
    Contract(
        kind="postMap",
        one_for_each="postMapData",
        needs=frozenset({"postMapData"}),
        lacks=frozenset({"connection", "responseData"}),
        way_out="Return {} for a record that is to be ignored.",
    ),
    Contract(
        kind="preMap",
        one_for_each="data",
        needs=frozenset({"data", "_importId"}),
        lacks=frozenset({"connection", "pageIndex", "errors", "preview"}),
        way_out="Return {} for a record that is to be ignored.",
    ),
)
"""The hooks that answer one for one; the options that tell them apart are the platform's
(protocol/extension.md#51-hooks-type-hook and #6). Wrappers carry a connection."""


def check_contract(call: FunctionCall, returned: object) -> None:
    """Raise ExtensionError when *returned* breaks the contract of the hook that *call* runs."""
    options = call.options
    if call.type not in _HOOK_TYPES or not isinstance(options, dict):
        return
    for contract in CONTRACTS:
        if contract.applies_to(options):
            contract.check(options, returned)
            return


def _described(returned: object) -> str:
    if returned is None:
        return "nothing"
    if isinstance(returned, list | tuple):
        return f"{len(returned)}"
    return f"a {type(returned).__name__}"
