"""The functions that an author has given to settings: options, answers to changes, validation.

Each is a function of one document, so that it can be called in a process that has nothing but the
author's code; what it returns is made of JSON there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from connector_kit.blueprint import Connector
from connector_kit.blueprint.settings import declared_settings
from connector_kit.blueprint.settings.options import option_pairs
from connector_kit.blueprint.settings.setting import Setting
from connector_kit.documents import Document
from connector_kit.extension.authoring.functions import register
from connector_kit.extension.invoke import invoke

ON_CHANGE, VALIDATE, OPTIONS = "onChange", "validate", "options"

Function = Callable[[Document], Any]


def settings_functions(cls: type[Connector]) -> dict[str, Function]:
    """Return the functions of the settings of *cls*, by what `named` calls them."""
    found: dict[str, Function] = {}
    for name, setting in by_every_name(declared_settings(cls).settings).items():
        for side, function in setting.functions().items():
            found[named(name, OPTIONS, side)] = partial(_options, function)
        if setting.on_change is not None:
            found[named(name, ON_CHANGE)] = partial(_news, setting.on_change)
        if setting.validate is not None:
            found[named(name, VALIDATE)] = partial(_messages, setting.validate)
    return found


def named(setting: str, what: str, side: str = "") -> str:
    """Return the name of a function of *setting*; *side* is the column that options are for."""
    return f"{setting}.{what}.{side}" if side else f"{setting}.{what}"


def by_every_name(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """*settings* by the names that they have and, where these are free, by those that they had."""
    earlier = {name: setting for setting in settings.values() for name in setting.was}
    return {**earlier, **settings}


def _call(function: Any, options: Document) -> Any:
    """Call an author's function, which may take an `Options` object or a plain dict."""
    registered, _ = register(function)
    return invoke(registered, options)


def _options(function: Any, options: Document) -> list[list[Any]]:
    return [list(pair) for pair in option_pairs(_call(function, options))]


def _news(function: Any, options: Document) -> Document:
    return {
        name: {**news, "options": [list(pair) for pair in option_pairs(news["options"])]}
        if isinstance(news, Mapping) and news.get("options") is not None
        else news
        for name, news in dict(_call(function, options) or {}).items()
    }


def _messages(function: Callable[[Any, Any], Any], options: Document) -> list[str]:
    messages: str | Iterable[str] | None = function(options["value"], options["values"])
    return [messages] if isinstance(messages, str) else [str(message) for message in messages or ()]
