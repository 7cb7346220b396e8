"""One setting as an author declares it: what all types have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypedDict, Unpack

from connector_kit.blueprint.offers import AddOn, Edition, name_of
from connector_kit.blueprint.settings.bindings import Way
from connector_kit.blueprint.settings.conditions import Is, When
from connector_kit.blueprint.settings.places import Item, Place, Tab
from connector_kit.documents import Document, Json

Sets = str | Sequence[str] | Mapping[str, Way | None]
"""Paths of components, ``"post_message.http.body.channel"``; with what becomes of the value."""

Validate = Callable[[Any, Mapping[str, Any]], "str | Iterable[str] | None"]
"""Takes a value and all values of the form by name; returns what is wrong, or nothing."""

OptionsFunction = Callable[..., Any]
"""Takes the call's options and returns options; runs on the stack when a user refreshes."""

ChangeFunction = Callable[..., Any]
"""Takes the call's options and returns, by name, the fields to change: ``options``, ``value``."""


class SettingFields(TypedDict, total=False):
    """What can be said of settings of every type."""

    help: str
    placeholder: str
    default: Any
    required: bool
    hidden: bool
    disabled: bool
    visible_when: When
    required_when: When
    disabled_when: When
    omit_when_hidden: bool
    missing_message: str
    sets: Sets
    validate: Validate
    on_change: ChangeFunction
    was: str | Sequence[str]
    secret: bool
    edition: Edition | str | None
    add_on: AddOn | str | None
    group: str
    under: Place | Tab
    wire: Mapping[str, Any]


class Setting(Item):
    """A field of the settings page, and what it controls.

    *default* applies until the customer sets something else. *visible_when*, *required_when* and
    *disabled_when* are conditions on other settings of the same form, such as
    ``channel.is_("#orders")``. *sets* says what the value is written to, *validate* what is wrong
    with it, *on_change* what a change means for other fields, *was* under which names earlier
    versions knew the setting, *edition* and *add_on* which installations have it, *group* the
    heading of a collapsible box, *under* the section or tab when it is not the one above. *wire*
    holds further keys of the field exactly as they are sent.

    *secret* says that the value is never shown again and kept encrypted. If left out, it follows
    from the name (``api_password``) and from what the setting is bound to.
    """

    one: ClassVar[str | None] = None
    """The field's type on a 1.0 page, None where there is none (settings-forms.md#16)."""
    two: ClassVar[str | None] = None
    """The field's type in form metadata (settings-forms.md#42)."""
    may_be_secret: ClassVar[bool] = False
    """Whether *secret* can be said of it: it is typed as text."""

    def __init__(self, label: str, **fields: Unpack[SettingFields]) -> None:
        self.label = label
        self.unknown = sorted(fields.keys() - SettingFields.__annotations__.keys())
        self.help = fields.get("help", "")
        self.placeholder = fields.get("placeholder", "")
        self.default = fields.get("default")
        self.required = fields.get("required", False)
        self.hidden = fields.get("hidden", False)
        self.disabled = fields.get("disabled", False)
        self.conditions: Mapping[str, When | None] = {
            "visible": fields.get("visible_when"),
            "required": fields.get("required_when"),
            "disabled": fields.get("disabled_when"),
        }
        self.omit_when_hidden = fields.get("omit_when_hidden", False)
        self.missing_message = fields.get("missing_message", "")
        self.sets: Any = fields.get("sets", ())
        self.validate = fields.get("validate")
        self.on_change = fields.get("on_change")
        was = fields.get("was", ())
        self.secret = fields.get("secret")
        self.was = tuple(was) if isinstance(was, list | tuple) else (was,)
        self.edition: Any = name_of(fields.get("edition"))
        self.add_on: Any = name_of(fields.get("add_on"))
        self.group = fields.get("group", "")
        self.under: Any = fields.get("under")
        self.wire: Mapping[str, Any] = fields.get("wire", {})

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
        """Return further requirements of a value (settings-forms.md#45-validation)."""
        return {}

    def way(self) -> Way | None:
        """Return how the value is written where ``sets`` does not say."""
        return None

    @property
    def is_refreshable(self) -> bool:
        """Whether there is a function that returns other options."""
        return bool(self.functions())

    def functions(self) -> Mapping[str, OptionsFunction]:
        """Return the functions that return options, by what they are for; ``""`` is the field."""
        return {}
