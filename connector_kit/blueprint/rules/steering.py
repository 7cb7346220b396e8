"""Rules for what settings control: existing components, at paths that these have."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.offers import Offer
from connector_kit.blueprint.paths import is_covered
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.rules.reading import Components
from connector_kit.blueprint.rules.writing import unsettable, unwritten
from connector_kit.blueprint.settings.bindings import Binding
from connector_kit.blueprint.settings.schema import CompiledSetting, Schema
from connector_kit.blueprint.spelling import known_fields


def steering_findings(
    schema: Schema, components: Components, offer: Offer
) -> Iterator[tuple[str, Finding]]:
    """Yield, by setting, what is wrong with what *schema* binds to *components*."""
    known: list[tuple[str, Binding]] = []
    for setting in schema.settings:
        name = setting.name
        if setting.sets and setting.flow and schema.framework != 1:
            message = f"It is in the form of the flow {setting.flow!r}, but sets something."
            yield name, Finding("E121", message, _NO_PRE_SAVE)
        unsettables = unsettable(setting, schema) if setting.sets else ()
        for finding in (*unsettables, *_part_findings(setting, schema, components)):
            yield name, finding
        for binding in setting.sets:
            component = components.get(binding.component)
            if component is None:
                message = f"It sets {binding}, but the connector has no {binding.component!r}."
                suggestion = did_you_mean(binding.component, components)
                hint = f"{suggestion}Use an attribute of the connector."
                yield name, Finding("E108", message, hint)
            else:
                for finding in (
                    *_component_findings(setting, binding, component, offer, schema.framework),
                    *unwritten(binding, schema.field(name), component),
                ):
                    yield name, finding
            for other, earlier in known:
                if earlier.overlaps(binding):
                    message = f"It sets {binding}, but {other!r} sets {earlier}."
                    yield name, Finding("E110", message, "Only one setting can set a value.")
                elif earlier.hides(binding) or binding.hides(earlier):
                    message = f"It sets {binding}, and {other!r} sets {earlier}."
                    yield name, Finding("E110", message, _HIDDEN)
            known.append((name, binding))


_HIDDEN = (
    "One of them changes the value that the other uses to find its item. Select the item by "
    "index or by another field."
)

_NO_PRE_SAVE = (
    "In framework 2.0, only the installation's settings are saved through a function. Put it in "
    "a section, or read it in a hook."
)


def _part_findings(
    setting: CompiledSetting, schema: Schema, components: Components
) -> Iterator[Finding]:
    """Yield why a setting belongs neither to the parent nor to each child, in framework 2.0."""
    targets = [components[item.component] for item in setting.sets if item.component in components]
    if schema.framework == 2 and len({target.per_store for target in targets}) > 1:
        message = "It sets a component that all stores share, and one that is per store."
        hint = "Split it into two settings: one for the installation, and one for each store."
        yield Finding("E113", message, hint)


def _component_findings(
    setting: CompiledSetting,
    binding: Binding,
    component: CompiledComponent,
    offer: Offer,
    framework: int,
) -> Iterator[Finding]:
    """Yield why *component* cannot be set so, or should not be."""
    # A path has to be in the document, or to be one of the resource's own fields.
    [first, *rest] = binding.steps()
    fields = known_fields(component.resource).values()
    if not binding.is_in(component.document) and (rest or first not in fields):
        message = f"It sets {binding}, but {component.external_id!r} has nothing at that path."
        suggestion = did_you_mean(first, {*component.document, *fields}) if not rest else ""
        hint = (
            f"{suggestion}Use the platform's spelling, such as http.body[0] or "
            "mapping.fields[generate=text].extract, and declare the value to use without the "
            "setting."
        )
        yield Finding("E109", message, hint)
    if framework == 1 and offer.stores is not None and not component.per_store:
        message = f"It sets {binding}, which all stores share, but each store has its own value."
        yield Finding("E113", message, f"Declare {binding.component} with per_store=True.")
    keys = tuple(step for step in binding.steps() if not step.startswith("["))
    if is_covered(keys, component.customer_owns):
        message = f"It sets {binding}, which customer_owns leaves to the customer."
        hint = "Values that customers edited would not follow the setting. Remove one of the two."
        yield Finding("W100", message, hint)

    lacking = remedy = ""
    if not offer.reaches(setting.edition, component.edition):
        lacking = f"the higher edition {component.edition!r}"
        remedy = f"edition={component.edition}"
    elif component.add_on not in {None, setting.add_on}:
        lacking, remedy = f"the add-on {component.add_on!r}", f"add_on={component.add_on}"
    if lacking:
        message = (
            f"It sets {binding}, which belongs to {lacking}. Without that, the setting has no "
            "effect."
        )
        yield Finding("W102", message, f"Show it only where it has an effect: {remedy}.")
