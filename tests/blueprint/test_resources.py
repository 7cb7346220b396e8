"""The table of resource types says what the platform's schemas say."""

import json
from pathlib import Path

import pytest

from connector_kit.blueprint.components import Component
from connector_kit.blueprint.resources import DECLARED, TYPES, referred_type
from connector_kit.blueprint.spelling import known_fields

FACTS = json.loads((Path(__file__).parent / "platform-facts.json").read_text())
"""Of every type in the schemas: the fields that refer to it, and the secrets that it has."""

SCHEMAS = Path(__file__).parents[3] / "shared" / "protocol" / "schemas-2026.json"

PARTS = {"_id", "_abstractId", "_conditionIds", "_flowGroupingId"}
"""Fields that refer to parts of documents, or to one type here and to another there."""


def marked(schemas, mark, schema, path=(), seen=()):
    """Yield the path of every field below *schema* that has *mark*, with what the mark says."""
    if not isinstance(schema, dict):
        return
    if schema.get(mark):
        yield path, schema[mark]
        return
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    if name and name not in seen:
        yield from marked(schemas, mark, schemas["$defs"][name], path, (*seen, name))
    for key, inner in schema.get("properties", {}).items():
        yield from marked(schemas, mark, inner, (*path, key), seen)
    for key in ("items", "if", "then", "else", "additionalProperties"):
        yield from marked(schemas, mark, schema.get(key), path, seen)
    for inner in (inner for key in ("allOf", "anyOf", "oneOf") for inner in schema.get(key, ())):
        yield from marked(schemas, mark, inner, path, seen)


def facts_of(schemas):
    """Return what *schemas* say of references and secrets, as `FACTS` has it."""
    references, secrets = {}, {}
    for resource, ref in schemas["x-resources"].items():
        for path, target in marked(schemas, "x-ref", {"$ref": ref}):
            if path[-1] not in PARTS:
                # Versions, endpoints and the like belong to the platform's own descriptions.
                is_described = target.startswith("httpconnector")
                fields = references.setdefault("httpconnectors" if is_described else target, set())
                fields.add(path[-1])
        for path, _ in marked(schemas, "x-secret", {"$ref": ref}):
            secrets.setdefault(resource, set()).add(".".join(path))
    return {
        kind: {name: sorted(found[name]) for name in sorted(found)}
        for kind, found in (("references", references), ("secrets", secrets))
    }


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the platform's schemas are not here")
def test_the_facts_are_those_of_the_platforms_schemas():
    assert facts_of(json.loads(SCHEMAS.read_text())) == FACTS


def test_the_table_knows_the_secrets_of_every_type():
    assert FACTS["secrets"] == {
        row.path: sorted(row.secrets) for row in TYPES.values() if row.secrets
    }


@pytest.mark.parametrize(("resource", "fields"), FACTS["references"].items())
def test_the_table_knows_what_refers_to_every_type(resource, fields):
    assert {getattr(referred_type(name), "path", None) for name in fields} == {resource}


@pytest.mark.parametrize("resource", DECLARED)
def test_a_class_declares_documents_of_its_type(resource):
    declared = TYPES[resource].declared_as("Named")

    assert isinstance(declared, Component)
    assert (declared.resource, known_fields(resource)["name"]) == (resource, "name")


def test_no_field_refers_to_two_types():
    fields = [name for row in TYPES.values() for name in row.ids]

    assert len(fields) == len(set(fields))
