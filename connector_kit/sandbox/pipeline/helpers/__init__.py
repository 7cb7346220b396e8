"""The platform's own helpers of Handlebars (protocol/platform-2026.md#19)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dotpromptz_handlebars import Handlebars, HelperOptions

from connector_kit.sandbox.pipeline.helpers.blocks import AROUND, BLOCKS, CACHED, NOW
from connector_kit.sandbox.pipeline.helpers.catalog import VALUES
from connector_kit.sandbox.pipeline.helpers.values import text, whole
from connector_kit.sandbox.unsimulated import HELPERS, not_simulated

__all__ = ["CACHED", "NOW", "is_helper", "register", "text"]

MISSING = ("aws4", "hashOptions", "hmacOptions")
"""Helpers that need the request itself, which is not made yet when templates are filled in."""


def register(engine: Handlebars) -> None:
    """Give *engine* all helpers; those that are not simulated raise `Refusal` 501 when used."""
    for name, helper in VALUES.items():
        engine.register_helper(name, partial(_call, name, helper))
    for name, block in {**BLOCKS, **AROUND}.items():
        engine.register_helper(name, block)
    for name in MISSING:
        engine.register_helper(name, partial(_refuse, name))


def is_helper(name: str) -> bool:
    """Tell whether *name* is a helper's."""
    return name in VALUES or name in BLOCKS or name in AROUND or name in MISSING


def _call(name: str, helper: Callable[..., Any], args: list[Any], options: HelperOptions) -> Any:
    try:
        return whole(helper(*args, **options.hash))
    except TypeError as error:  # arguments too many, too few, or of another kind
        raise ValueError(f"{name}: {str(error).rpartition('() ')[2]}") from error


def _refuse(name: str, _: list[Any], __: HelperOptions) -> Any:
    raise not_simulated(HELPERS, name)
