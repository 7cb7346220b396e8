"""Rules for settings: the page must be able to show them, and what they control must exist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.offers import Offer
from connector_kit.blueprint.order import cycles
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.rules.offers import unknown_offers
from connector_kit.blueprint.rules.steering import steering_findings
from connector_kit.blueprint.settings.bindings import Way, is_target
from connector_kit.blueprint.settings.conditions import When, alternatives
from connector_kit.blueprint.settings.declared import DeclaredSettings, Placed
from connector_kit.blueprint.settings.places import FlowSettings, Item, Place, Section, Tab
from connector_kit.blueprint.settings.schema import Schema
from connector_kit.blueprint.settings.setting import Setting, SettingFields
from connector_kit.forms import Form, typed, validate
from connector_kit.forms.endless import is_endless
from connector_kit.forms.pages import address_of
from connector_kit.forms.rules import NO_RULES
from connector_kit.forms.values import is_empty

PlacedFinding = tuple[str | None, Finding]

RESERVED = frozenset({"flowId", "disabled", "settings", "sections", "general"})
"""Names that mean something else where settings are saved (settings-forms.md#31)."""


@dataclass(frozen=True)
class SettingsRules:
    """Everything that declared settings are checked against."""

    declared: DeclaredSettings
    schema: Schema
    offer: Offer
    components: Mapping[str, CompiledComponent]

    @cached_property
    def _by_name(self) -> Mapping[str, Placed]:
        return {placed.setting.name: placed for placed in self.declared.placed}

    def findings(self) -> Iterator[PlacedFinding]:
        """Yield what is wrong, each with the attribute it is about."""
        for name, item in self.declared.items.items():
            for check in _CHECKS:
                for finding in check(self, name, item):
                    yield _attribute(name), finding
        for name, finding in steering_findings(self.schema, self.components, self.offer):
            yield _attribute(name), finding
        yield from self._conditions()
        yield from self._titles()
        yield from self._earlier_names()

    # One item

    def patterns(self, _: str, item: Item) -> Iterator[Finding]:
        """Patterns are matched in customers' browsers, too, where no time limit applies."""
        if not isinstance(item, Setting):
            return
        for pattern in (*_patterns_in(item.checks()), *_patterns_in(item.wire.get("validWhen"))):
            if is_endless(pattern):
                message = (
                    f"The pattern {pattern!r} can take forever: it repeats something that can "
                    "match the same text in many ways."
                )
                hint = (
                    "Use a single repeat ('^a+$' for '^(a+)+$'), separate the repeats with "
                    "something they do not match ('^a+(-a+)*$'), or check the value with "
                    "validate=."
                )
                yield Finding("E127", message, hint)

    def names(self, name: str, item: Item) -> Iterator[Finding]:
        """Names are keys of the wire, and one object has one of them."""
        if item.name != name:
            message = f"{name!r} and {item.name!r} are the same {type(item).__name__}."
            yield Finding("E116", message, "Declare one for each, or remove one of the names.")
        elif isinstance(item, Setting) and name in RESERVED:
            message = f"{name!r} has another meaning in saved settings."
            yield Finding("E102", message, "Give the setting another name.")

    def texts(self, _: str, item: Item) -> Iterator[Finding]:
        """What people see is text."""
        for word in item.unknown if isinstance(item, Setting) else ():
            hint = (
                f"{did_you_mean(word, SettingFields.__annotations__)}A field that the kit "
                "does not know"
            )
            yield Finding(
                "E020",
                f"{word!r} is not a keyword of this setting.",
                f"{hint} goes into wire={{...}}.",
            )
        label = item.label if isinstance(item, Setting) else getattr(item, "title", "")
        needs_one = isinstance(item, Setting | Section | Tab)
        if not isinstance(label, str) or (needs_one and not label.strip()):
            word = "label" if isinstance(item, Setting) else "title"
            yield Finding("E101", f"Its {word} is {label!r}.", "Add a display text.")

    def gates(self, _: str, item: Item) -> Iterator[Finding]:
        """Editions and add-ons are declared."""
        if isinstance(item, Setting | Place):
            yield from unknown_offers(self.offer, item.edition, item.add_on)

    def flows(self, _: str, item: Item) -> Iterator[Finding]:
        """The settings of a flow need the flow."""
        if isinstance(item, FlowSettings):
            flows = [item for item, it in self.components.items() if it.resource == "flows"]
            if item.flow not in flows:
                hint = f"{did_you_mean(str(item.flow), flows)}Use the name of the flow's attribute."
                yield Finding("E115", f"The connector has no flow {item.flow!r}.", hint)

    def placed(self, _: str, item: Item) -> Iterator[Finding]:
        """``under`` is in the class."""
        under = item.under if isinstance(item, Setting) else None
        if under is None:
            return
        if not isinstance(under, Place | Tab) or under.name not in self.declared.items:
            message = f"It is under {under!r}, which is not in the Settings class."
            yield Finding(
                "E117", message, "Use a section, a flow's settings, or one of their tabs."
            )

    def types(self, _: str, item: Item) -> Iterator[Finding]:
        """Each framework's pages know types of their own."""
        if not isinstance(item, Setting):
            return
        framework = self.declared.framework
        if (item.one if framework == 1 else item.two) is None:
            kind = type(item).__name__
            message = f"Forms of framework {framework}.0 have no {kind}."
            yield Finding("E112", message, "Use a Table, an Editor, or a Text.")

    def functions(self, _: str, item: Item) -> Iterator[Finding]:
        """Functions must be callable."""
        if isinstance(item, Setting):
            given: dict[str, Any] = {"validate": item.validate, "on_change": item.on_change}
            for word, function in given.items():
                if function is not None and not callable(function):
                    message = f"{word} is {function!r}, which cannot be called."
                    yield Finding("E118", message, "Use a function.")

    def secrets(self, name: str, item: Item) -> Iterator[Finding]:
        """What is typed as text can be a secret, and no secret is published as a default."""
        if not isinstance(item, Setting):
            return
        if item.secret is not None and not item.may_be_secret:
            kind = type(item).__name__
            message = f"secret={item.secret!r} has no effect on a {kind}."
            yield Finding("E125", message, "Use a Text, a TextArea, or an Editor, or remove it.")
        field = self.schema.field(name)
        if field is not None and field.is_secret and not is_empty(item.default):
            message = "It is a secret with a default, which would be published."
            hint = "Remove the default so that every customer enters a value, or use secret=False."
            yield Finding("E126", message, hint)

    def targets(self, _: str, item: Item) -> Iterator[Finding]:
        """What is written, and how, is data: see `bindings`."""
        if isinstance(item, Setting):
            yield from _unreadable(item.sets)

    def defaults(self, name: str, item: Item) -> Iterator[Finding]:
        """A default is a value that the form itself would accept."""
        setting = self.schema.by_name.get(name)
        field = self.schema.field(name)
        if not isinstance(item, Setting) or setting is None or field is None:
            return
        value = setting.default
        if is_empty(value) or not field.type.has_value or field.raw.get("type") is None:
            return
        shown = replace(field, visible=NO_RULES, required=NO_RULES, removed=NO_RULES)
        form = Form({field.id: shown})
        read = typed(form, {name: value})[name]
        messages = validate(form, {name: read}).get(name, [])
        if not messages and read != value:
            messages = [f"It would be saved as {read!r}"]
        for message in messages:
            hint = "Use a default that customers can choose, or none."
            yield Finding("E104", f"Its default is {value!r}. {message}.", hint)

    # All of them

    def _conditions(self) -> Iterator[PlacedFinding]:
        graph: dict[str, set[str]] = defaultdict(set)
        for placed in self.declared.placed:
            setting = placed.setting
            for word, condition in setting.conditions.items():
                for finding in self._condition(placed, word, condition):
                    yield _attribute(setting.name), finding
                if word == "visible" and isinstance(condition, When):
                    graph[setting.name] |= {setting.name for setting in condition.settings()}
        for loop in _loops(graph):
            message = f"The visibility conditions form a cycle: {' → '.join(loop)}."
            hint = "None of these would ever be shown. Remove one of the conditions."
            yield _attribute(loop[0]), Finding("E106", message, hint)

    def _condition(self, placed: Placed, word: str, condition: Any) -> Iterator[Finding]:
        if condition is None:
            return
        if not isinstance(condition, When):
            message = f"{word}_when is {condition!r}."
            yield Finding("E105", message, 'Use a condition, such as channel.is_("#orders").')
            return
        form = self._form_of(placed)
        for other in condition.settings():
            found = self._by_name.get(other.name)
            if found is None or self._form_of(found) != form:
                message = f"{word}_when depends on {other.name!r}, which is not in the same form."
                hint = (
                    "Conditions work only within one section, tab, or flow. Put both "
                    "settings there."
                )
                yield Finding("E105", message, hint)
        if self.declared.framework == 1 and alternatives(condition) is None:
            message = f"Framework 1.0 pages do not support this {word}_when."
            hint = (
                "They support is_() and all_of(), and any_of() and is_not() on one setting with "
                "options."
            )
            yield Finding("E107", message, hint)

    def _form_of(self, placed: Placed) -> tuple[object, ...]:
        """What is saved together: in 1.0 a section or its tab, all of a flow; in 2.0 a document."""
        place = placed.place
        if isinstance(place, FlowSettings):
            return ("flow", place.flow)
        if self.declared.framework != 1:
            return ("installation",)
        return (type(place), place.title, placed.tab)

    def _titles(self) -> Iterator[PlacedFinding]:
        titles: dict[tuple[object, ...], str] = {}
        inside: Item | None = None
        for name, item in self.declared.items.items():
            if isinstance(item, Place):
                inside = item
            key = _titled(item, inside)
            if key is not None and titles.setdefault(key, name) != name:
                message = f"{titles[key]!r} and {name!r} have the same title or address."
                hint = "Make their titles differ by at least one letter or digit, or remove one."
                yield _attribute(name), Finding("E119", message, hint)

    def _earlier_names(self) -> Iterator[PlacedFinding]:
        claimed: dict[str, str] = {}
        for setting in self.declared.settings.values():
            for earlier in setting.was:
                if earlier in self.declared.settings:
                    message = f"was= names {earlier!r}, but another setting has that name."
                    yield _attribute(setting.name), Finding("E114", message, _ONE_HEIR)
                elif claimed.setdefault(earlier, setting.name) != setting.name:
                    message = (
                        f"Both {claimed[earlier]!r} and this setting name {earlier!r} in was=."
                    )
                    yield _attribute(setting.name), Finding("E114", message, _ONE_HEIR)


_ONE_HEIR = "A value can move to only one setting. Remove it from was=."

_CHECKS: tuple[Callable[[SettingsRules, str, Item], Iterator[Finding]], ...] = (
    SettingsRules.names,
    SettingsRules.texts,
    SettingsRules.gates,
    SettingsRules.flows,
    SettingsRules.placed,
    SettingsRules.types,
    SettingsRules.functions,
    SettingsRules.secrets,
    SettingsRules.targets,
    SettingsRules.defaults,
    SettingsRules.patterns,
)


def holder_findings(connector: type) -> Iterator[PlacedFinding]:
    """Yield what is wrong with where settings are declared."""
    holder = getattr(connector, "Settings", None)
    if holder is not None and not isinstance(holder, type):
        message = f"Settings is {holder!r}."
        yield "Settings", Finding("E100", message, "Use a class: class Settings: ...")
    for name in dir(connector):
        if isinstance(getattr(connector, name, None), Item):
            message = "A setting is declared directly in the connector."
            yield name, Finding("E100", message, "Move it into the nested class Settings.")


def _patterns_in(checks: Any) -> Iterator[str]:
    """Yield the patterns of *checks*, also of those that are combined."""
    for name, parameters in checks.items() if isinstance(checks, Mapping) else ():
        if not isinstance(parameters, Mapping):
            continue
        if name == "matchesRegEx":
            yield str(parameters.get("pattern"))
        for condition in parameters.get("conditions") or ():
            yield from _patterns_in(condition)


def _attribute(name: str) -> str:
    return f"Settings.{name}"


def _titled(item: Item, inside: Item | None) -> tuple[object, ...] | None:
    if isinstance(item, Section):
        return ("section", address_of(str(item.title)))
    if isinstance(item, FlowSettings):
        return ("flow", item.flow)
    return ("tab", inside, item.title) if isinstance(item, Tab) else None


def _unreadable(sets: Any) -> Iterator[Finding]:
    if callable(sets) or not isinstance(sets, str | list | tuple | Mapping):
        yield _no_binding(sets)
        return
    pairs = sets.items() if isinstance(sets, Mapping) else [(set_, None) for set_ in _list(sets)]
    for target, way in pairs:
        if not isinstance(target, str) or not is_target(target):
            yield _no_binding(target)
        elif way is not None and not isinstance(way, Way):
            message = f"{target!r} is set by {way!r}."
            hint = (
                "A release is stored as data, so use inverted, template(...), mapped(...), "
                "scaled(...), joined(...), or part(...). For anything that needs code, use a "
                "hook: it gets the settings in its options."
            )
            yield Finding("E111", message, hint)


def _list(sets: Any) -> list[Any]:
    return [sets] if isinstance(sets, str) else list(sets)


def _no_binding(sets: Any) -> Finding:
    return Finding(
        "E111",
        f"sets has {sets!r}.",
        'Use a component and a path in the platform\'s spelling: "save.http.relativeURI[0]".',
    )


def _loops(graph: Mapping[str, set[str]]) -> Iterator[list[str]]:
    yield from cycles({name: sorted(targets) for name, targets in graph.items()})
