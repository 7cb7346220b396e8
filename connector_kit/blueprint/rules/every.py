"""Rules for components of every resource type (protocol/resources.md, most documents' fields)."""

import re
from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.resources import DECLARED
from connector_kit.blueprint.rules.reading import Components
from connector_kit.blueprint.secrets import literal_secrets
from connector_kit.blueprint.spelling import known_fields, wire_name
from connector_kit.documents import MASK, referred
from connector_kit.documents.walking import dotted, members, objects, strings

LITERAL_SECRET = "E028"  # noqa: S105  the number of a rule
"""The rule that an adopted document may break until its author has looked at it."""

_PATH = re.compile(r"[^\s.]+(\.[^\s.]+)*")


def field_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield fields that are not the author's to declare, and secrets."""
    document = component.document
    for name in sorted(document.keys() & SERVER_FIELDS):
        yield Finding("E023", f"{name!r} is set by the server.", "Remove it.")
    for name in sorted(document.keys() & ENVELOPE_FIELDS):
        hint = "Remove it: the attribute name is the external id, the rest is per account."
        yield Finding("E024", f"{name!r} is written by the kit.", hint)
    for path, _key, value in members(document):
        if value == MASK:  # http-api.md section 3, README.md U35
            message = (
                f"{path} contains the mask {MASK!r} that the platform shows instead of a secret."
            )
            hint = "Secrets cannot be declared. Remove it; the customer enters it."
            yield Finding("E025", message, hint)
    for path in literal_secrets(component.resource, document):
        message = f"{path} contains a secret, which would be published to every customer."
        hint = (
            "Remove it so that the customer enters it, refer to the entered value with "
            "handlebars, or bind it to a setting with secret=True."
        )
        yield Finding(LITERAL_SECRET, message, hint)


def template_mark_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield texts with a handlebars expression that does not end."""
    if component.resource == "scripts":
        return
    for path, text in strings(component.document):
        expressions = text.split("{{")[1:]
        if any("}}" not in expression for expression in expressions if expression):
            message = f"{dotted(path)} has '{{{{' without '}}}}' after it."
            hint = "Close the expression, such as {{record.name}}."
            yield Finding("W041", message, hint)


def naming_findings(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield what is wrong with the name of a component, and with the paths that it names."""
    resource, name = component.resource, component.document.get("name")
    if not (isinstance(name, str) and name.strip()) and resource in DECLARED:
        hint = "Add a display name as the first argument."
        yield Finding("E026", "The component has no name.", hint)
    namesake = next(
        (
            each
            for each in components.values()
            if (each.resource, each.document.get("name")) == (resource, name)
        ),
        component,
    )
    if name and namesake.external_id != component.external_id:
        message = f"{namesake.external_id} is called {name!r}, too."
        yield Finding("W042", message, "Give each a name of its own: customers see only names.")

    fields = known_fields(resource)
    known = {*fields.values(), *component.document}
    for path in component.customer_owns:
        if not isinstance(path, str) or not _PATH.fullmatch(path):
            hint = "Use dotted paths, such as 'delta.lagOffset'."
            yield Finding("E027", f"customer_owns has {path!r}.", hint)
        elif (field := path.split(".")[0]) not in known and fields:
            message = f"customer_owns names {path!r}, which is not a field of {resource}."
            spelled = wire_name(resource, field)
            suggestion = f"Did you mean {spelled!r}? " if spelled else did_you_mean(field, known)
            yield Finding("E027", message, f"{suggestion}Use the platform's spelling for paths.")


def undefined_functions(
    place: str, function: str, script: str, components: Components
) -> Iterator[Finding]:
    """Yield that *place* names a *function* which is nowhere in the *script*."""
    content = components[script].document.get("content") if script in components else None
    if isinstance(content, str) and function not in content:
        message = f"{place} names the function {function!r}, which {script!r} does not define."
        hint = "Add the function to the script, or correct its name."
        yield Finding("W023", message, hint)


def content_findings(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield scripts without content, and names that nothing has."""
    document, resource = component.document, component.resource
    for path, object_ in objects(document):  # protocol/extension.md section 6
        function, script = object_.get("function"), referred(object_.get("_scriptId")) or ""
        if isinstance(function, str):
            yield from undefined_functions(path or "It", function, script, components)

    if resource not in DECLARED and (suggestion := did_you_mean(resource, DECLARED)):
        hint = f"{suggestion}Use the word from the address, such as exports in /v1/exports."
        yield Finding("W040", f"The resource type {resource!r} is unknown.", hint)
    if resource == "scripts" and not isinstance(document.get("content"), str):
        yield Finding("E040", "The script has no content.", 'Add its JavaScript: content="...".')
