"""What the types of settings are made of: options as they are written, keys that say something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector_kit.documents import Document, Json

Options = Iterable[Any] | Mapping[Any, str]
"""Values, pairs of value and label, or labels by value."""


def option_pairs(options: Options) -> list[tuple[Json, str]]:
    """Return *options* as pairs of value and label; raises TypeError for what are none."""
    if isinstance(options, str):
        raise TypeError(f"the options are the text {options!r}")
    if isinstance(options, Mapping):
        return [(value, str(label)) for value, label in options.items()]
    return [
        (option[0], str(option[1])) if isinstance(option, list | tuple) else (option, str(option))
        for option in options
    ]


def label_items(options: Options) -> list[Document]:
    """Return *options* as form metadata has them."""
    return [{"label": label, "value": value} for value, label in option_pairs(options)]


def text_items(options: Options) -> list[Document]:
    """Return *options* as columns of a page have them."""
    return [{"id": value, "text": label} for value, label in option_pairs(options)]


def without_empty(**keys: Json) -> Document:
    """Return *keys* without those that are empty."""
    return {key: value for key, value in keys.items() if value not in (None, "", False)}
