"""Misbehaviour on demand: a share of the requests goes wrong, in chosen ways."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BEFORE = ("429", "500", "503", "timeout", "drop")
"""Faults that happen instead of the request: it is never executed."""
KINDS = (*BEFORE, "lost_answer", "slow")
"""``lost_answer`` executes a write, then drops the connection; ``slow`` only takes its time."""
REFUSAL = "422"
"""A write that is refused as it is. Strikes only where it is named: a retry does not help."""
STACK_KINDS = ("hang_up", "twice", "drop", "late", "lost_answer")
"""What happens to a call to a stack: the platform hangs up while the function still runs, calls it
twice at once, not at all, ``stack_delay_seconds`` later, or does not get its answer."""
WRITES = ("POST", "PUT", "PATCH", "DELETE")
TOKENS = ("account", "access", "one_time")
"""Kinds of tokens (`connector_kit.sandbox.account.tokens.Token.kind`)."""


@dataclass(frozen=True)
class Faults:
    """Which requests go wrong, how often and how.

    *rate* is the share (0 to 1) of the requests that match *paths* (a regular expression),
    *accounts*, *methods* and kinds of *tokens* (empty: all). Of these, the first *skip* succeed,
    and no more than *limit* fail (0: no limit): a rate of 1 selects exactly which ones fail.
    *stack_rate* is the share of the calls to a stack, of *stack_functions* (empty: all), to which
    one of *stack_kinds* happens; the platform hangs up after *hang_up_seconds*.
    """

    rate: float = 0.0
    kinds: tuple[str, ...] = KINDS
    seed: int | None = None
    slow_seconds: float = 1.0
    timeout_seconds: float = 5.0
    paths: str = ""
    accounts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    skip: int = 0
    limit: int = 0
    stack_rate: float = 0.0
    stack_kinds: tuple[str, ...] = ("hang_up",)
    stack_functions: tuple[str, ...] = ()
    stack_delay_seconds: float = 1.0
    hang_up_seconds: float = 0.05

    def __post_init__(self) -> None:
        _require_known("fault kinds", self.kinds, (*KINDS, REFUSAL))
        _require_known("stack kinds", self.stack_kinds, STACK_KINDS)
        _require_known("tokens", self.tokens, TOKENS)
        for name in ("rate", "stack_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share between 0 and 1")
        for name in (
            *("slow_seconds", "timeout_seconds", "hang_up_seconds", "stack_delay_seconds"),
            *("skip", "limit"),
        ):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
        try:
            re.compile(self.paths)
        except re.error as error:
            raise ValueError(f"paths is no regular expression: {error}") from error

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Faults:
        """Read the body of a control request; raises ValueError or TypeError when it is invalid."""
        lists = {name: value for name, value in values.items() if isinstance(value, list)}
        return cls(**{**values, **{name: tuple(map(str, lists[name])) for name in lists}})


def _require_known(what: str, named: tuple[str, ...], known: tuple[str, ...]) -> None:
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise ValueError(f"unknown {what} {unknown}; there are {', '.join(known)}")


class Misfortune:
    """Draws the faults; with a seed it draws the same ones each time."""

    def __init__(self, faults: Faults) -> None:
        self.set(faults)

    def set(self, faults: Faults) -> None:
        """Misbehave like *faults* from now on."""
        self.faults = faults
        self._random = random.Random(faults.seed)  # noqa: S311 - chaos, not cryptography
        self._paths = re.compile(faults.paths)
        self._seen = self._struck = 0

    def strikes(self, method: str, path: str, account_id: str, token: str) -> str | None:
        """Return the kind of fault that strikes this request, mostly none; *token* is one too."""
        faults = self.faults
        if not (faults.rate and faults.kinds):
            return None
        is_concerned = (
            (not faults.methods or method in faults.methods)
            and (not faults.accounts or account_id in faults.accounts)
            and (not faults.tokens or token in faults.tokens)
            and self._paths.search(path)
        )
        if not is_concerned:
            return None
        self._seen += 1
        is_due = self._seen > faults.skip and not (faults.limit and self._struck >= faults.limit)
        if not is_due or self._random.random() >= faults.rate:
            return None
        self._struck += 1
        kind = self._random.choice(faults.kinds)
        if method in WRITES:
            return kind
        return {"lost_answer": "drop", REFUSAL: None}.get(kind, kind)

    def of_stack(self, function: str) -> str | None:
        """Return what happens to this call of *function* at a stack, mostly nothing."""
        faults = self.faults
        if not (faults.stack_rate and faults.stack_kinds):
            return None
        if faults.stack_functions and function not in faults.stack_functions:
            return None
        if self._random.random() >= faults.stack_rate:
            return None
        return self._random.choice(faults.stack_kinds)
