"""Rules for settings: the page must be able to show them, and what they control must exist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
from connector_kit.forms.pages import address_of
from connector_kit.forms.patterns import is_endless
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

    def findings(self) -> Iterator[PlacedFinding]:
        """Yield what is wrong, each with the attribute it is about."""
        for name, item in self.declared.items.items():
            findings = [*self._item_findings(name, item)]
            if isinstance(item, Setting):
                findings += self._setting_findings(name, item)
                findings += self._keyword_findings(item)
                findings += _target_findings(item.sets)
                findings += self._value_findings(name, item)
            yield from ((f"Settings.{name}", finding) for finding in findings)
        for name, finding in (
            *steering_findings(self.schema, self.components, self.offer),
            *self._condition_findings(),
            *self._namesakes(),
        ):
            yield f"Settings.{name}", finding

    def _item_findings(self, name: str, item: Item) -> Iterator[Finding]:
        """Yield what is wrong with a name, a text, or a place, of whatever is declared."""
        if item.name != name:
            message = f"{name!r} and {item.name!r} are the same {type(item).__name__}."
            yield Finding("E116", message, "Declare one for each, or remove one of the names.")
        elif isinstance(item, Setting) and name in RESERVED:
            message = f"{name!r} has another meaning in saved settings."
            yield Finding("E102", message, "Give the setting another name.")

        word = "label" if isinstance(item, Setting) else "title"
        text = getattr(item, word, "")
        needs_text = isinstance(item, Setting | Section | Tab)
        if not isinstance(text, str) or (needs_text and not text.strip()):
            yield Finding("E101", f"Its {word} is {text!r}.", "Add a display text.")

        if isinstance(item, Setting | Place):
            yield from unknown_offers(self.offer, item.edition, item.add_on)
        if isinstance(item, FlowSettings):
            components = self.components.values()
            flows = [
                component.external_id for component in components if component.resource == "flows"
            ]
            if item.flow not in flows:
                hint = f"{did_you_mean(str(item.flow), flows)}Use the name of the flow's attribute."
                yield Finding("E115", f"The connector has no flow {item.flow!r}.", hint)

    def _setting_findings(self, name: str, setting: Setting) -> Iterator[Finding]:
        """Yield keywords that are unknown, or that this kind of setting does not support."""
        kind = type(setting).__name__
        for word in setting.unknown:
            hint = (
                f"{did_you_mean(word, SettingFields.__annotations__)}A field that the kit "
                "does not know goes into wire={...}."
            )
            yield Finding("E020", f"{word!r} is not a keyword of this setting.", hint)
        under = setting.under
        is_declared = isinstance(under, Place | Tab) and under.name in self.declared.items
        if under is not None and not is_declared:
            message = f"It is under {under!r}, which is not in the Settings class."
            hint = "Use a section, a flow's settings, or one of their tabs."
            yield Finding("E117", message, hint)
        framework = self.declared.framework
        if (setting.one if framework == 1 else setting.two) is None:
            message = f"Forms of framework {framework}.0 have no {kind}."
            yield Finding("E112", message, "Use a Table, an Editor, or a Text.")
        if setting.secret is not None and not setting.may_be_secret:
            message = f"secret={setting.secret!r} has no effect on a {kind}."
            yield Finding("E125", message, "Use a Text, a TextArea, or an Editor, or remove it.")
        field = self.schema.field(name)
        if field is not None and field.is_secret and not is_empty(setting.default):
            message = "It is a secret with a default, which would be published."
            hint = "Remove the default so that every customer enters a value, or use secret=False."
            yield Finding("E126", message, hint)

    def _keyword_findings(self, setting: Setting) -> Iterator[Finding]:
        """Yield values of keywords that are no functions, or no names."""
        for earlier in setting.was:
            if not isinstance(earlier, str):
                yield Finding("E128", f"was is {earlier!r}.", "Use the name that it had.")
        functions: dict[str, Any] = {"validate": setting.validate, "on_change": setting.on_change}
        for word, function in functions.items():
            if function is not None and not callable(function):
                message = f"{word} is {function!r}, which cannot be called."
                yield Finding("E118", message, "Use a function.")

    def _value_findings(self, name: str, declared: Setting) -> Iterator[Finding]:
        """Yield defaults that the form itself would refuse, and patterns that take forever."""
        setting, field = self.schema.by_name.get(name), self.schema.field(name)
        default = None if setting is None else setting.default
        if field and not is_empty(default) and field.type.has_value and field.raw.get("type"):
            always_shown = replace(field, visible=NO_RULES, required=NO_RULES, removed=NO_RULES)
            form = Form({field.id: always_shown})
            saved = typed(form, {name: default})[name]
            messages = validate(form, {name: saved}).get(name, [])
            if not messages and saved != default:
                messages = [f"It would be saved as {saved!r}"]
            for message in messages:
                hint = "Use a default that customers can choose, or none."
                yield Finding("E104", f"Its default is {default!r}. {message}.", hint)

        # Patterns are matched in customers' browsers, too, where no time limit applies.
        valid_when = declared.wire.get("validWhen")
        for pattern in (*_patterns_in(declared.checks()), *_patterns_in(valid_when)):
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

    def _condition_findings(self) -> Iterator[tuple[str, Finding]]:
        by_name = {placed.setting.name: placed for placed in self.declared.placed}
        shown_by: dict[str, set[str]] = defaultdict(set)
        for placed in self.declared.placed:
            name = placed.setting.name
            conditions: Mapping[str, Any] = placed.setting.conditions
            for word, condition in conditions.items():
                if condition is None:
                    continue
                if not isinstance(condition, When):
                    message = f"{word}_when is {condition!r}."
                    hint = 'Use a condition, such as channel.is_("#orders").'
                    yield name, Finding("E105", message, hint)
                    continue
                for other in condition.settings():
                    found = by_name.get(other.name)
                    if found is None or self._form_of(found) != self._form_of(placed):
                        message = (
                            f"{word}_when depends on {other.name!r}, which is not in the same form."
                        )
                        yield name, Finding("E105", message, _SAME_FORM)
                    if word == "visible":
                        shown_by[name].add(other.name)
                if self.declared.framework == 1 and alternatives(condition) is None:
                    message = f"Framework 1.0 pages do not support this {word}_when."
                    yield name, Finding("E107", message, _DEPENDENCIES)

        for loop in cycles({name: sorted(others) for name, others in shown_by.items()}):
            message = f"The visibility conditions form a cycle: {' → '.join(loop)}."
            hint = "None of these would ever be shown. Remove one of the conditions."
            yield loop[0], Finding("E106", message, hint)

    def _form_of(self, placed: Placed) -> tuple[object, ...]:
        """What is saved together: in 1.0 a section or its tab, all of a flow; in 2.0 a document.

        With stores, these are the integration and its children.
        """
        place = placed.place
        if isinstance(place, FlowSettings):
            return ("flow", place.flow)
        if self.declared.framework != 1:
            per_store = {name for name, item in self.components.items() if item.per_store}
            compiled = self.schema.by_name.get(placed.setting.name)
            is_per_store = compiled is not None and compiled.is_per_store(per_store)
            return ("installation", self.offer.stores is not None and is_per_store)
        return (type(place), place.title, placed.tab)

    def _namesakes(self) -> Iterator[tuple[str, Finding]]:
        """Yield what has the title or address of another one, or claims the same earlier name."""
        titles: dict[tuple[object, ...], str] = {}
        place: Item | None = None
        for name, item in self.declared.items.items():
            place = item if isinstance(item, Place) else place
            if isinstance(item, Section):
                key: tuple[object, ...] = ("section", address_of(str(item.title)))
            elif isinstance(item, FlowSettings):
                key = ("flow", item.flow)
            elif isinstance(item, Tab):
                key = ("tab", place, item.title)
            else:
                continue
            if (other := titles.setdefault(key, name)) != name:
                message = f"{other!r} and {name!r} have the same title or address."
                hint = "Make their titles differ by at least one letter or digit, or remove one."
                yield name, Finding("E119", message, hint)

        heirs: dict[str, str] = {}
        one_heir = "A value can move to only one setting. Remove it from was=."
        for setting in self.declared.settings.values():
            for earlier in setting.was:
                if earlier in self.declared.settings:
                    message = f"was= names {earlier!r}, but another setting has that name."
                    yield setting.name, Finding("E114", message, one_heir)
                elif (other := heirs.setdefault(earlier, setting.name)) != setting.name:
                    message = f"Both {other!r} and this setting name {earlier!r} in was=."
                    yield setting.name, Finding("E114", message, one_heir)


_SAME_FORM = "Conditions work only within one section, tab, or flow. Put both settings there."
_DEPENDENCIES = (
    "They support is_() and all_of(), and any_of() and is_not() on one setting with options."
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


def _target_findings(sets: Any) -> Iterator[Finding]:
    """What is written, and how, is data: see `bindings`."""
    if callable(sets) or not isinstance(sets, str | list | tuple | Mapping):
        yield _no_binding(sets)
        return
    targets = [sets] if isinstance(sets, str) else list(sets)
    for target in targets:
        way = sets[target] if isinstance(sets, Mapping) else None
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


def _no_binding(sets: Any) -> Finding:
    return Finding(
        "E111",
        f"sets has {sets!r}.",
        'Use a component and a path in the platform\'s spelling: "save.http.relativeURI[0]".',
    )
