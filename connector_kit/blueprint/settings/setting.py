"""One setting as an author declares it: what all types have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from connector_kit.blueprint.documents import Document, Json
from connector_kit.blueprint.offers import AddOn, Edition, name_of
from connector_kit.blueprint.settings.bindings import Way
from connector_kit.blueprint.settings.conditions import Is, When
from connector_kit.blueprint.settings.places import Item, Place, Tab

Sets = str | Sequence[str] | Mapping[str, Way | None]
"""Paths of components, ``"post_message.http.body.channel"``; with what becomes of the value."""

Validate = Callable[[Any, Mapping[str, Any]], "str | Iterable[str] | None"]
"""Takes a value and all values of the form by name; returns what is wrong, or nothing."""

OptionsFunction = Callable[..., Any]
"""Takes the call's options and returns options; runs on the stack when somebody refreshes."""

ChangeFunction = Callable[..., Any]
"""Takes the call's options and returns, by name, the fields to change: ``options``, ``value``."""


class Setting(Item):
    """A field of the settings page, and what it steers.

    *default* counts until the customer sets something else. *visible_when*, *required_when* and
    *disabled_when* are conditions on other settings of the same form, such as
    ``channel.is_("#orders")``. *sets* says what the value is written to, *validate* what is wrong
    with it, *was* under which names earlier versions knew the setting, *edition* and *add_on* which
    installations have it, *group* the heading of a collapsible box, *under* the section or tab when
    it is not the one above. *wire* holds further keys of the field exactly as they are sent.
    """

    one: ClassVar[str | None]
    """The field's type on a 1.0 page, None where there is none (settings-forms.md#16)."""
    two: ClassVar[str | None]
    """The field's type in form metadata (settings-forms.md#42)."""

    def __init__(
        self,
        label: str,
        *,
        help: str = "",  # noqa: A002  the word that authors look for
        placeholder: str = "",
        default: Json = None,
        required: bool = False,
        hidden: bool = False,
        disabled: bool = False,
        visible_when: When | None = None,
        required_when: When | None = None,
        disabled_when: When | None = None,
        omit_when_hidden: bool = False,
        missing_message: str = "",
        sets: Sets = (),
        validate: Validate | None = None,
        on_change: ChangeFunction | None = None,
        was: str | Sequence[str] = (),
        edition: Edition | str | None = None,
        add_on: AddOn | str | None = None,
        group: str = "",
        under: Place | Tab | None = None,
        wire: Mapping[str, Any] | None = None,
    ) -> None:
        self.label = label
        self.help = help
        self.placeholder = placeholder
        self.default = default
        self.required = required
        self.hidden = hidden
        self.disabled = disabled
        self.conditions: Mapping[str, When | None] = {
            "visible": visible_when,
            "required": required_when,
            "disabled": disabled_when,
        }
        self.omit_when_hidden = omit_when_hidden
        self.missing_message = missing_message
        self.sets = sets
        self.validate = validate
        self.on_change = on_change
        self.was = (was,) if isinstance(was, str) else tuple(was)
        self.edition: Any = name_of(edition)
        self.add_on: Any = name_of(add_on)
        self.group = group
        self.under = under
        self.wire: Mapping[str, Any] = wire or {}

    def is_(self, *values: Json) -> Is:
        """Return the condition that this setting has one of *values*."""
        return Is(self, values)

    def is_not(self, *values: Json) -> Is:
        """Return the condition that this setting has none of *values*."""
        return Is(self, values, negated=True)

    def known_values(self) -> Sequence[Json] | None:
        """Return all values that it can have; None when they cannot be listed."""
        return None

    def start(self) -> Json:
        """Return the value of a customer who has set nothing."""
        return self.default

    def details(self, framework: int) -> Document:  # noqa: ARG002  types differ by framework
        """Return the keys of the field that only its type has."""
        return {}

    def checks(self) -> Document:
        """Return what a value has to be besides (settings-forms.md#45-validation)."""
        return {}

    def way(self) -> Way | None:
        """Return how the value is written where ``sets`` does not say."""
        return None

    @property
    def is_refreshable(self) -> bool:
        """Whether there is a function that knows other options."""
        return bool(self.functions())

    def functions(self) -> Mapping[str, OptionsFunction]:
        """Return the functions that know options, by what they are for; ``""`` is the field."""
        return {}
