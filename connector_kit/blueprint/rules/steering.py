"""Rules for what settings control: existing components, at paths that these have."""

from collections.abc import Iterator, Mapping

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.offers import Offer
from connector_kit.blueprint.paths import is_covered
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.rules.writing import unsettable, unwritten
from connector_kit.blueprint.settings.bindings import Binding
from connector_kit.blueprint.settings.schema import CompiledSetting, Schema
from connector_kit.blueprint.spelling import known_fields
from connector_kit.forms import Field

Components = Mapping[str, CompiledComponent]


def steering_findings(
    schema: Schema, components: Components, offer: Offer
) -> Iterator[tuple[str, Finding]]:
    """Yield, by setting, what is wrong with what *schema* binds to *components*."""
    known: list[tuple[str, Binding]] = []
    for setting in schema.settings:
        if setting.sets and setting.flow and schema.framework != 1:
            message = f"It is in the form of the flow {setting.flow!r}, but sets something."
            yield setting.name, Finding("E121", message, _NO_PRE_SAVE)
        for finding in unsettable(setting, schema) if setting.sets else ():
            yield setting.name, finding
        for binding in setting.sets:
            for finding in _findings(binding, schema.field(setting.name), components, offer):
                yield setting.name, finding
            for finding in _out_of_reach(setting, binding, components, offer):
                yield setting.name, finding
            for other, earlier in known:
                if earlier.overlaps(binding):
                    message = f"It sets {binding}, but {other!r} sets {earlier}."
                    yield (
                        setting.name,
                        Finding("E110", message, "Only one setting can set a value."),
                    )
                elif earlier.hides(binding) or binding.hides(earlier):
                    message = f"It sets {binding}, and {other!r} sets {earlier}."
                    yield setting.name, Finding("E110", message, _HIDDEN)
            known.append((setting.name, binding))


_HIDDEN = (
    "One of them changes the value that the other uses to find its item. Select the item by "
    "index or by another field."
)

_NO_PRE_SAVE = (
    "In framework 2.0, only the installation's settings are saved through a function. Put it in "
    "a section, or read it in a hook."
)


def _findings(
    binding: Binding, field: Field | None, components: Components, offer: Offer
) -> Iterator[Finding]:
    component = components.get(binding.component)
    if component is None:
        message = f"It sets {binding}, but the connector has no {binding.component!r}."
        hint = f"{did_you_mean(binding.component, components)}Use an attribute of the connector."
        yield Finding("E108", message, hint)
        return
    yield from _lost(binding, component)
    if offer.stores is not None and not component.per_store:
        message = f"It sets {binding}, which all stores share, but each store has its own value."
        yield Finding("E113", message, f"Declare {binding.component} with per_store=True.")
    if is_covered(_keys(binding), component.customer_owns):
        message = f"It sets {binding}, which customer_owns leaves to the customer."
        hint = "Values that customers edited would not follow the setting. Remove one of the two."
        yield Finding("W100", message, hint)
    yield from unwritten(binding, field, component)


def _out_of_reach(
    setting: CompiledSetting, binding: Binding, components: Components, offer: Offer
) -> Iterator[Finding]:
    """For customers who have the setting but not the component, it would have no effect."""
    component = components.get(binding.component)
    if component is None:
        return
    if not offer.reaches(setting.edition, component.edition):
        lacking, way = f"the higher edition {component.edition!r}", f"edition={component.edition}"
    elif component.add_on not in {None, setting.add_on}:
        lacking, way = f"the add-on {component.add_on!r}", f"add_on={component.add_on}"
    else:
        return
    message = (
        f"It sets {binding}, which belongs to {lacking}. Without that, the setting has no effect."
    )
    yield Finding("W102", message, f"Show it only where it has an effect: {way}.")


def _lost(binding: Binding, component: CompiledComponent) -> Iterator[Finding]:
    """A path has to be in the document, or to be one of the resource's own fields."""
    [first, *rest] = binding.steps()
    fields = known_fields(component.resource).values()
    if binding.is_in(component.document) or (not rest and first in fields):
        return
    message = f"It sets {binding}, but {component.external_id!r} has nothing at that path."
    hint = (
        f"{did_you_mean(first, {*component.document, *fields}) if not rest else ''}Use the "
        "platform's spelling, such as http.body[0] or mapping.fields[generate=text].extract, and "
        "declare the value to use without the setting."
    )
    yield Finding("E109", message, hint)


def _keys(binding: Binding) -> tuple[str, ...]:
    return tuple(step for step in binding.steps() if not step.startswith("["))
