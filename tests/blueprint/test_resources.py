"""The table of resource types says what the platform's schemas say."""

import json
from pathlib import Path

import pytest

from connector_kit.blueprint.components import Component
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.resources import DECLARED, TYPES, referred_type
from connector_kit.blueprint.spelling import known_fields
from workshop.published_schemas import trimmed

FACTS = json.loads((Path(__file__).parent / "platform-facts.json").read_text())
"""Of every type in the schemas: where its references are and lead to, and its secrets."""

ROOT = Path(__file__).parents[2]
SCHEMAS = json.loads((ROOT / "connector_kit" / "schemas" / "platform.json").read_text())
SOURCE = ROOT.parent / "shared" / "protocol" / "schemas-2026.json"

PARTS = {"(same document)", "integrations.flowGroupings"}
"""What references to parts of documents lead to."""


def marked(schemas, mark, schema, path="", seen=()):
    """Yield the path of every field below *schema* that has *mark*, with what the mark says."""
    if not isinstance(schema, dict):
        return
    if schema.get(mark):
        yield (f"{path}[]" if schema.get("type") == "array" else path), schema[mark]
        return
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    if name and name not in seen:
        yield from marked(schemas, mark, schemas["$defs"][name], path, (*seen, name))
    for key, inner in schema.get("properties", {}).items():
        yield from marked(schemas, mark, inner, f"{path}.{key}".removeprefix("."), seen)
    yield from marked(schemas, mark, schema.get("items"), f"{path}[]", seen)
    for key in ("if", "then", "else", "additionalProperties"):
        yield from marked(schemas, mark, schema.get(key), path, seen)
    for inner in (inner for key in ("allOf", "anyOf", "oneOf") for inner in schema.get(key, ())):
        yield from marked(schemas, mark, inner, path, seen)


def facts_of(schemas):
    """Return what *schemas* say of references and secrets."""
    references, secrets = {}, {}
    for resource, ref in schemas["x-resources"].items():
        for path, target in sorted(marked(schemas, "x-ref", {"$ref": ref})):
            if target not in PARTS:
                # Versions, endpoints and the like belong to the platform's own descriptions.
                is_described = target.startswith("httpconnector")
                fields = references.setdefault(resource, {})
                fields[path] = "httpconnectors" if is_described else target
        for path, _ in marked(schemas, "x-secret", {"$ref": ref}):
            secrets.setdefault(resource, set()).add(path.replace("[]", ""))
    return {
        "references": {resource: references[resource] for resource in sorted(references)},
        "secrets": {resource: sorted(secrets[resource]) for resource in sorted(secrets)},
    }


def test_the_facts_are_those_of_the_platforms_schemas():
    assert facts_of(SCHEMAS) == FACTS


@pytest.mark.skipif(not SOURCE.exists(), reason="the platform's own schemas are not here")
def test_the_schemas_are_the_platforms():
    shipped = (ROOT / "connector_kit" / "schemas" / "platform.json").read_text()

    assert trimmed(json.loads(SOURCE.read_text())) == shipped


def test_the_table_knows_the_secrets_of_every_type():
    assert FACTS["secrets"] == {
        row.path: sorted(row.secrets) for row in TYPES.values() if row.secrets
    }


@pytest.mark.parametrize("resource", FACTS["references"])
def test_the_table_knows_where_every_reference_leads(resource):
    fields = FACTS["references"][resource]

    found = {field: referred_type(field.replace("[]", "").split(".")) for field in fields}

    assert {field: row and row.path for field, row in found.items()} == fields


@pytest.mark.parametrize(
    "path",
    [
        ("overrides", "routers", 0, "_abstractId"),
        ("overrides", "routers", 0, "branches", 0, "_abstractId"),
        ("fieldsUserMustSet", 0, "_conditionIds", 0),
        ("routers", 0, "branches", 0, "nextRouterId"),
        ("_id",),
        ("settings", "flows", 0, "_exportId"),
        ("mapping", "fields", 0, "_connectionId"),
    ],
)
def test_parts_of_documents_and_the_authors_own_keys_refer_to_no_type(path):
    assert referred_type(path) is None


@pytest.mark.parametrize("resource", DECLARED)
def test_a_class_declares_documents_of_its_type(resource):
    declared = TYPES[resource].declared_as("Named")

    assert isinstance(declared, Component)
    assert (declared.resource, known_fields(resource)["name"]) == (resource, "name")


@pytest.mark.parametrize("resource", DECLARED)
def test_a_class_takes_every_field_that_its_schema_lets_a_client_write(resource):
    schema = SCHEMAS["$defs"][SCHEMAS["x-resources"][resource].removeprefix("#/$defs/")]
    written = {name for name, field in schema["properties"].items() if not field.get("readOnly")}

    assert written - ENVELOPE_FIELDS - SERVER_FIELDS <= {*known_fields(resource).values()}


def test_no_field_refers_to_two_types():
    fields = [name for row in TYPES.values() for name in row.ids]

    assert len(fields) == len(set(fields))
